/** Finds texts such as `"false"` in values.yaml that a template takes for a condition: as texts they are true. */
import { pathText } from '../../../chart/path-text.ts';
import { join } from 'node:path';
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { pathOf, walk } from '../../handlebars/ast.ts';
import type { Expression, Template } from '../../handlebars/ast.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { field } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/** Booleans in quotes, and frequent misspellings of them. */
const BOOLEAN_TEXT = /^(?:true|false|yes|no|on|off|t(?:ure|reu|ruee?)|f(?:lase|asle|alsee?|asle))$/i;

/** Findings at the values of the chart, one for each. */
export function conditionTexts(chart: Chart, templates: readonly Template[]): LintMessage[] {
  const found = new Map<string, LintMessage>();
  const text = new TextDecoder().decode(chart.valuesFile?.data);
  const check = (condition: Expression | undefined): void => {
    if (condition?.type === 'SubExpression') {
      const name = simpleName(pathOf(condition.path) ?? NOTHING);
      if (name !== undefined && LOGIC.has(name)) for (const param of condition.params) check(param);
    }
    if (condition?.type !== 'PathExpression' || condition.data || condition.parts[0] !== 'values') return;
    const keys = condition.parts.slice(1);
    const value = field(chart.values, ...keys);
    if (typeof value !== 'string' || !BOOLEAN_TEXT.test(value)) return;
    const meant = /^(?:t|y|on$)/i.test(value);
    const message = `values.${printable(pathText(keys))} is the text "${printable(value)}", which is true in the condition at ${printable(condition.original)}: write ${meant} without quotes`;
    const at = { file: join(chart.location, 'values.yaml'), ...locateKeys(text, keys) };
    found.set(keys.join('.'), finding('condition-text', 'values.yaml', message, at));
  };
  for (const { program } of templates) {
    walk(program, (node) => {
      const name = node.type === 'BlockStatement' ? simpleName(pathOf(node.path) ?? NOTHING) : undefined;
      if (node.type === 'BlockStatement' && (name === 'if' || name === 'unless')) check(node.params[0]);
      const isCall = node.type === 'MustacheStatement' || node.type === 'SubExpression';
      if (isCall && simpleName(pathOf(node.path) ?? NOTHING) === 'ternary') check(node.params[2]);
    });
  }
  return [...found.values()];
}

const NOTHING = {
  type: 'PathExpression',
  data: true,
  depth: 0,
  parts: [],
  original: '',
  loc: { start: { line: 1, column: 0 }, end: { line: 1, column: 0 } },
} as const;
const LOGIC: ReadonlySet<string> = new Set(['and', 'or', 'not', 'all', 'any']);
