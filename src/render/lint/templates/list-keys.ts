/** Finds `{{@key}}` in a loop over a list, where it is the number of the item. */
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { pathOf } from '../../handlebars/ast.ts';
import type { Expression, Program, Statement, Template } from '../../handlebars/ast.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { field } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/**
 * Findings on a template: `@key` in `{{#each values.x}}` where `x` is a list in values.yaml. In a loop over a list it is
 * 0, 1, …, as `@index` is, and nobody who means the number writes it so.
 *
 * @param path the template's path in its chart
 */
export function lintListKeys(template: Template, { values }: Chart, path: string): LintMessage[] {
  const messages: LintMessage[] = [];
  const visit = (node: Program | Statement | Expression | undefined, loop: Loop | undefined): void => {
    if (node === undefined) return;
    if (node.type === 'Program') {
      for (const statement of node.body) visit(statement, loop);
      return;
    }
    if (node.type === 'PathExpression') {
      if (loop === undefined || (node.original !== '@key' && node.original !== loop.key)) return;
      const own = loop.key === node.original ? '|item index|' : '{{@index}}';
      const message = `${printable(node.original)} is the number of the item here, since ${printable(loop.list)} is a list in values.yaml: write ${own} for it, or {{this.name}} for a field of the item`;
      messages.push(finding('list-key', path, message, positionIn(template, node.loc)));
      return;
    }
    if ('path' in node && node.type !== 'BlockStatement') visit(node.path, loop);
    if ('params' in node) for (const param of node.params) visit(param, loop);
    if ('hash' in node) for (const { value } of node.hash?.pairs ?? []) visit(value, loop);
    if (node.type === 'BlockStatement') {
      const block = pathOf(node.path);
      const isLoop = block !== undefined && simpleName(block) === 'each';
      visit(node.program, isLoop ? loopOver(node.params[0], node.program, values) : loop);
      visit(node.inverse, loop);
    } else if ('program' in node) visit(node.program, undefined);
  };
  visit(template.program, undefined);
  return messages;
}

/** A loop over a list of values.yaml, and the name for its numbers that says that they are keys. */
type Loop = { list: string; key: string | undefined };

function loopOver(
  over: Expression | undefined,
  program: Program | undefined,
  values: Chart['values'],
): Loop | undefined {
  if (over?.type !== 'PathExpression' || over.data || over.depth > 0 || over.parts[0] !== 'values') return undefined;
  if (!Array.isArray(field(values, ...over.parts.slice(1)))) return undefined;
  const second = program?.blockParams?.[1];
  return { list: over.original, key: second !== undefined && KEYS.has(second) ? second : undefined };
}

/** What authors call the keys of a map. */
const KEYS: ReadonlySet<string> = new Set(['key', 'name', 'k']);
