/** Finds `{{spread x}}` among the keys of a map whose value in values.yaml is a list, and the other way round. */
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import { linesOf, pathOf, walk } from '../../handlebars/ast.ts';
import type { Template } from '../../handlebars/ast.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { field } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/**
 * Findings on the lines `{{spread values.x}}` and `- {{spread values.x}}` of a template. An empty list or map adds nothing
 * in either place, so rendering reports the mistake only once there is something in it.
 *
 * @param path the template's path in its chart
 */
export function lintSpreads(template: Template, chart: Chart, path: string): LintMessage[] {
  const messages: LintMessage[] = [];
  walk(template.program, (node) => {
    if (node.type !== 'MustacheStatement') return;
    const name = pathOf(node.path);
    const [param] = node.params;
    if (name === undefined || simpleName(name) !== 'spread' || param?.type !== 'PathExpression') return;
    if (param.data || param.depth > 0 || param.parts[0] !== 'values') return;
    const { start, end } = node.loc;
    const line = linesOf(template)[start.line - 1] ?? '';
    if (start.line !== end.line || line.slice(end.column).trim() !== '') return;
    const before = line.slice(0, start.column).trim();
    const value = field(chart.values, ...param.parts.slice(1));
    const isList = Array.isArray(value);
    if ((before !== '' && before !== '-') || (!isList && !isMap(value)) || isList === (before === '-')) return;
    const full = printable(param.original);
    const message = isList
      ? `${full} is a list in values.yaml, and its items are added by - {{spread ${full}}}`
      : `${full} is a map in values.yaml, and its keys are added by {{spread ${full}}} without a dash`;
    messages.push(finding('spread-type', path, message, positionIn(template, node.loc)));
  });
  return messages;
}
