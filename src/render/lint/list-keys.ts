/** Finds `{{@key}}` in a loop over a list, where it is the number of the item. */
import type { Chart } from '../../chart/chart.ts';
import { printable } from '../../errors-text.ts';
import { pathOf } from '../handlebars/ast.ts';
import type { Expression, Location, Program, Statement, Template } from '../handlebars/ast.ts';
import { simpleName } from '../handlebars/scope.ts';
import { positionIn } from '../handlebars/template-error.ts';
import { field } from './fields.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';

/**
 * Findings on a template: `@key` in `{{#each values.x}}` where `x` is a list in values.yaml. In a loop over a list it is
 * 0, 1, …, as `@index` is, and nobody who means the number writes it so.
 *
 * @param path the template's path in its chart
 */
export function lintListKeys(template: Template, { values }: Chart, path: string): LintMessage[] {
  const messages: LintMessage[] = [];
  const report = (key: string, list: string, loc: Location): void => {
    const message = `${key} is the number of the item here, since ${printable(list)} is a list in values.yaml: write ${key === '@key' ? '{{@index}}' : '|item index|'} for it, or {{this.name}} for a field of the item`;
    messages.push(finding('list-key', path, message, positionIn(template, loc)));
  };
  const visit = (node: Program | Statement | Expression | undefined, list: string | undefined): void => {
    if (node === undefined) return;
    if (node.type === 'Program') {
      for (const statement of node.body) visit(statement, list);
      return;
    }
    if (node.type === 'PathExpression') {
      if (list !== undefined && node.original === '@key') report('@key', list, node.loc);
      return;
    }
    if ('path' in node && node.type !== 'BlockStatement') visit(node.path, list);
    if ('params' in node) for (const param of node.params) visit(param, list);
    if ('hash' in node) for (const { value } of node.hash?.pairs ?? []) visit(value, list);
    if (node.type === 'BlockStatement') {
      const block = pathOf(node.path);
      const [over] = node.params;
      const isLoop = block !== undefined && simpleName(block) === 'each';
      const named = isLoop ? listOf(over, values) : undefined;
      const second = node.program?.blockParams?.[1];
      if (named !== undefined && second !== undefined && KEYS.has(second)) report(second, named, node.loc);
      visit(node.program, isLoop ? named : list);
      visit(node.inverse, list);
    } else if ('program' in node) visit(node.program, undefined);
  };
  visit(template.program, undefined);
  return messages;
}

/** What authors call the keys of a map. */
const KEYS: ReadonlySet<string> = new Set(['key', 'name', 'k']);

/** The list of values.yaml that a loop goes through; undefined for anything else. */
function listOf(over: Expression | undefined, values: Chart['values']): string | undefined {
  if (over?.type !== 'PathExpression' || over.data || over.depth > 0 || over.parts[0] !== 'values') return undefined;
  return Array.isArray(field(values, ...over.parts.slice(1))) ? over.original : undefined;
}
