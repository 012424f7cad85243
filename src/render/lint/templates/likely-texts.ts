/** Texts and defaults of native templates that YAML and Handlebars take, and that nobody means. */
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { linesOf, pathOf, walk } from '../../handlebars/ast.ts';
import type { Expression, Template } from '../../handlebars/ast.ts';
import { isInText } from '../../handlebars/block-texts.ts';
import { CLOSED_FIELDS } from '../../handlebars/context.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { sourceOf } from './branch-printer.ts';
import { field } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/**
 * Findings on a template that is not NOTES.
 *
 * @param path the template's path in its chart
 */
export function lintLikelyTexts(template: Template, chart: Chart, path: string): LintMessage[] {
  return [
    ...nameTexts(template, chart, path),
    ...halfOpened(template, path),
    ...joinedLines(template, path),
    ...unusedDefaults(template, chart, path),
  ];
}

/** Finds `{values.b}` in NOTES, which have no structure in which it would be an error. */
export function lintNotes(template: Template, { values }: Chart, path: string): LintMessage[] {
  const halves = halfOpened(template, path);
  const others = linesOf(template).flatMap((line, index) =>
    Array.from(line.matchAll(/(?<![{\\$])\{((?:values|release|chart)(?:\.[\w-]+)+)\}(?!\})/g)).flatMap((found) => {
      const [text, name = ''] = found;
      if (!isKnownName(name, values)) return [];
      const message = `${printable(text)} is printed as it is written: a mustache needs two braces, {{${printable(name)}}}`;
      return [finding('name-text', path, message, { file: template.file, line: index + 1, column: found.index + 1 })];
    }),
  );
  return [...others, ...halves];
}

/** Finds `{values.b}}` and `{> name}}`, which lack a brace and are printed as they are written. */
function halfOpened(template: Template, path: string): LintMessage[] {
  return linesOf(template).flatMap((line, index) =>
    Array.from(
      line.matchAll(
        /(?<![{\\$])\{((?:[#/>] ?[\w@][\w./-]*|(?:values|release|chart)(?:\.[\w-]+)+)[^{}]{0,200})\}\}(?!\})/g,
      ),
    ).map((found) => {
      const message = `${printable(found[0])} is printed as it is written: a mustache begins with two braces, {{${printable(found[1] ?? '')}}}`;
      return finding('name-text', path, message, { file: template.file, line: index + 1, column: found.index + 1 });
    }),
  );
}

function isKnownName(name: string, values: Chart['values']): boolean {
  const [root = '', ...fields] = name.split('.');
  return root === 'values'
    ? field(values, ...fields) !== undefined
    : root === 'chart' || CLOSED_FIELDS.get(root)?.has(fields[0] ?? '') === true;
}

/** Finds `a: values.b`, the name of a value without its braces. */
function nameTexts(template: Template, { values }: Chart, path: string): LintMessage[] {
  const lines = linesOf(template);
  return lines.flatMap((line, index) => {
    const found = /^(\s*(?:- +)*(?:[\w./-]+: +)?)["']?((?:values|release|chart)(?:\.[\w-]+)+)["']?\s*$/.exec(line);
    if (found === null || isInText(lines, index)) return [];
    const [, before = '', name = ''] = found;
    if (!isKnownName(name, values)) return [];
    const message = `${printable(name)} is a text here, and not the value of this name: write {{${printable(name)}}}`;
    return [finding('name-text', path, message, { file: template.file, line: index + 1, column: before.length + 1 })];
  });
}

/** Finds a text of several lines under `data` whose key has no `|`: YAML joins its lines by blanks. */
function joinedLines(template: Template, path: string): LintMessage[] {
  const lines = linesOf(template);
  const found: LintMessage[] = [];
  let inData = false;
  for (const [index, line] of lines.entries()) {
    if (/^\S/.test(line) && !line.startsWith('{{')) inData = /^(?:data|stringData):\s*$/.test(line);
    const [, indent = '', key] = /^( +)("[^"]*"|[^\s"'#{][^:#]*):\s*$/.exec(line) ?? [];
    if (!inData || key === undefined || isInText(lines, index)) continue;
    const inside = linesBelow(lines, index, indent.length);
    if (
      inside.length < 2 ||
      inside.some((one) => /^(?:[-["'|>&*!#?%@`]|\{(?!\{)|\{\{[^{}]*\}\}$|[^\s{]+:(?:\s|$)|\{\{[^{}]*\}\}:)/.test(one))
    )
      continue;
    const message = `the lines below ${printable(key)} are joined by blanks: write ${printable(key)}: | for a text of several lines`;
    found.push(
      finding('joined-lines', path, message, { file: template.file, line: index + 1, column: indent.length + 1 }),
    );
  }
  return found;
}

/** The lines that are indented further than a key, without the tags of blocks and the calls of partials. */
function linesBelow(lines: readonly string[], index: number, indent: number): string[] {
  const found: string[] = [];
  for (const line of lines.slice(index + 1)) {
    const text = line.trim();
    if (text === '' || /^\{\{~?(?:[#/^!>]|else\b)[^]*\}\}$/.test(text)) continue;
    if (line.search(/\S/) <= indent) break;
    found.push(text);
  }
  return found;
}

/** Is this a text that is never empty: `(printf "%s-web" …)`? */
function isAlwaysText(expression: Expression): boolean {
  if (expression.type !== 'SubExpression') return false;
  const helper = pathOf(expression.path);
  const [format] = expression.params;
  return (
    helper !== undefined &&
    simpleName(helper) === 'printf' &&
    format?.type === 'StringLiteral' &&
    /\w/.test(format.value.replaceAll(/%[a-z]/g, ''))
  );
}

/** Finds `(default values.tag chart.appVersion)`, where the second is always there, so that the first is never used. */
function unusedDefaults(template: Template, { metadata }: Chart, path: string): LintMessage[] {
  const found: LintMessage[] = [];
  const isSet = (name: string): boolean =>
    ['chart.name', 'chart.version', 'release.name', 'release.namespace', 'release.service'].includes(name) ||
    (name === 'chart.appVersion' && metadata.appVersion !== '');
  walk(template.program, (node) => {
    if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
    const helper = pathOf(node.path);
    const [fallback, value] = node.params;
    if (helper === undefined || simpleName(helper) !== 'default' || value === undefined) return;
    const isThere = value.type === 'PathExpression' ? isSet(value.original) : isAlwaysText(value);
    if (fallback?.type !== 'PathExpression' || !isThere) return;
    const [unused, given] = [fallback, value].map((one) => printable(sourceOf(one, template)));
    const message = `${unused} is never used, since ${given} is always there: the value comes last, as in (default ${given} ${unused})`;
    found.push(finding('branch-unreachable', path, message, positionIn(template, node.loc)));
  });
  return found;
}
