/**
 * Finds patterns of files that no file of the chart fits, and names of files that are not there: `files.asConfig` and
 * `files.get` then give nothing, without a word.
 */
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { textGlobMatcher } from '../../glob/glob.ts';
import { pathOf, walk } from '../../handlebars/ast.ts';
import type { Template } from '../../handlebars/ast.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

const METHODS: ReadonlySet<string> = new Set(['files.glob', 'files.asConfig', 'files.asSecrets']);

/**
 * Findings on the patterns that a template gives to `files`.
 *
 * @param path the template's path in its chart
 */
export function lintFilePatterns(template: Template, chart: Chart, path: string): LintMessage[] {
  const messages: LintMessage[] = [];
  walk(template.program, (node) => {
    if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
    const [pattern] = node.params;
    const method = pathOf(node.path)?.original ?? '';
    if (pattern?.type !== 'StringLiteral') return;
    if (
      (method === 'files.get' || method === 'files.lines') &&
      !chart.files.some(({ name }) => name === pattern.value)
    ) {
      const near = nearest(
        pattern.value,
        chart.files.map(({ name }) => name),
      );
      const hint = near === undefined ? '' : `; did you mean ${printable(near)}?`;
      const message = `the chart has no file ${printable(pattern.value)} outside of templates/${hint}`;
      messages.push(finding('file-pattern', path, message, positionIn(template, pattern.loc)));
    }
    if (!METHODS.has(method)) return;
    // A name without a pattern that is not there is an error of the template.
    if (!/[*?[{]/.test(pattern.value)) return;
    const matches = textGlobMatcher(pattern.value);
    if (chart.files.some(({ name }) => matches(name))) return;
    const folders = new Set(chart.files.map(({ name }) => name.slice(0, name.lastIndexOf('/') + 1)));
    const folder = pattern.value.slice(0, pattern.value.lastIndexOf('/') + 1);
    const near = folders.has(folder) ? undefined : nearest(folder, folders);
    const hint = near === undefined ? '' : `; did you mean ${printable(near)}?`;
    const message = `no file of the chart fits ${printable(pattern.value)}${hint}`;
    messages.push(finding('file-pattern', path, message, positionIn(template, pattern.loc)));
  });
  return messages;
}
