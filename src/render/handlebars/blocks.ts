/** The built-in blocks: those of Handlebars, and `{{#yaml}}` and `{{#json}}`, whose inside is a document. */
import { printJson } from '../../yaml/json.ts';
import { printYaml, printYamlText } from '../../yaml/print.ts';
import { toPlain } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { Block, Expression, Program } from './ast.ts';
import type { Evaluator, Frame } from './evaluation.ts';
import type { Output } from './output.ts';
import { asArgument, enter, isItemMap, valuePathOf } from './scope.ts';
import { typeName } from './text.ts';
import type { Data, Item, Scope } from './scope.ts';
import { isTrue } from './helpers/truth.ts';
import type { Argument } from './helpers/types.ts';

type BlockHelper = (evaluator: Evaluator, node: Block, scope: Scope, frame: Frame, output: Output) => void;

/** Block helpers by name. */
export const builtinBlocks: ReadonlyMap<string, BlockHelper> = new Map<string, BlockHelper>([
  ['if', conditional('if')],
  ['unless', conditional('unless')],
  ['with', withBlock],
  ['each', each],
  ['raw', (evaluator, node, scope, frame, output) => run(evaluator, node.program, scope, frame, output)],
  ['yaml', document(yamlText)],
  ['json', document(jsonText)],
]);

/** The condition of `#with`, which runs its block for 0 too, as in Handlebars. */
function isTrueOrZero(value: Argument): boolean {
  return isZero(value) || isTrue(value);
}

function isZero(value: Argument): boolean {
  return value === 0 || value === 0n;
}

function run(evaluator: Evaluator, program: Program | undefined, scope: Scope, frame: Frame, output: Output): void {
  if (program !== undefined) evaluator.program(program, scope, frame, output);
}

/**
 * The only argument of a block.
 *
 * @throws {PkgError} where there is none, or more than one
 */
function only(evaluator: Evaluator, node: Block, frame: Frame, name: string): Expression {
  const [param, ...more] = node.params;
  if (param !== undefined && more.length === 0) return param;
  const hints =
    more.length > 0 && name !== 'each' ? [`several conditions: {{#${name} (and …)}} or {{#${name} (or …)}}`] : [];
  throw evaluator.error('PKG_TEMPLATE_HELPER', `#${name} takes exactly one value`, node.loc, frame, { hints });
}

function conditional(name: 'if' | 'unless'): BlockHelper {
  return (evaluator, node, scope, frame, output) => {
    const value = evaluator.expression(only(evaluator, node, frame, name), scope, frame);
    const includeZero = node.hash?.pairs.find((pair) => pair.key === 'includeZero');
    const zeroCounts = includeZero !== undefined && isTrueOrZero(evaluator.expression(includeZero.value, scope, frame));
    const holds = isZero(value) ? zeroCounts : isTrue(value);
    run(evaluator, holds === (name === 'if') ? node.program : node.inverse, scope, frame, output);
  };
}

function withBlock(evaluator: Evaluator, node: Block, scope: Scope, frame: Frame, output: Output): void {
  const expression = only(evaluator, node, frame, 'with');
  const item = evaluator.item(expression, scope, frame);
  if (!isTrueOrZero(asArgument(item))) {
    run(evaluator, node.inverse, scope, frame, output);
    return;
  }
  const inner = enter(scope, item, { scope, expression });
  run(evaluator, node.program, withLocals(inner, node.program, [item]), frame, output);
}

function each(evaluator: Evaluator, node: Block, scope: Scope, frame: Frame, output: Output): void {
  const expression = only(evaluator, node, frame, 'each');
  const list = evaluator.item(expression, scope, frame);
  if (
    typeof list === 'number' ||
    typeof list === 'bigint' ||
    list === true ||
    (typeof list === 'string' && list !== '')
  ) {
    const message = `#each goes through a list or a map, and this is ${typeName(list)}`;
    const details = { hints: notIterableHints(expression, list), valuePath: valuePathOf(expression, scope) };
    throw evaluator.error('PKG_TEMPLATE_HELPER', message, node.loc, frame, details);
  }
  const size = Array.isArray(list) ? list.length : isItemMap(list) ? list.size : 0;
  if (size === 0) {
    run(evaluator, node.inverse, scope, frame, output);
    return;
  }
  let index = 0;
  const visit = (key: string | number, item: Item): void => {
    const data: Data = { index, key, first: index === 0, last: index === size - 1, outer: scope.data };
    const inner = enter(scope, item, { scope, expression, key }, data);
    run(evaluator, node.program, withLocals(inner, node.program, [item, key]), frame, output);
    index++;
  };
  if (Array.isArray(list)) list.forEach((item, key) => visit(key, item));
  else if (isItemMap(list)) for (const [key, item] of list) visit(key, item);
}

/** How to write what may be meant by `{{#each}}` over a number, a text or a boolean. */
function notIterableHints(expression: Expression, value: string | number | bigint | boolean): string[] {
  const name = expression.type === 'PathExpression' ? expression.original : '…';
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return [`so many times: {{#each (until ${name})}}`];
    case 'string':
      return [
        `a text of several parts: {{#each (splitList "," ${name})}}; one text as a list: {{#each (list ${name})}}`,
      ];
    default:
      return [`a condition is written {{#if ${name}}}`];
  }
}

/** The scope with the names of `as |item key|`. */
function withLocals(scope: Scope, program: Program | undefined, items: readonly Item[]): Scope {
  const names = program?.blockParams;
  if (names === undefined || names.length === 0) return scope;
  return { ...scope, locals: { names, items, scope, outer: scope.locals } };
}

/** `{{#yaml}}` or `{{#json}}`: what is inside is read as documents, and their text is the value. */
function document(print: (documents: readonly Value[]) => string): BlockHelper {
  return (evaluator, node, scope, frame, output) => {
    const since = evaluator.host.random.log.length;
    const inside = evaluator.structureOutput();
    run(evaluator, node.program, scope, frame, inside);
    const text = print(evaluator.host.structure(inside));
    if (output.slots === undefined) output.add(text, frame, node);
    else evaluator.emitSlot({ kind: 'v', value: text, node, source: undefined, scope }, frame, output, since);
  };
}

function yamlText(documents: readonly Value[]): string {
  return documents
    .map((value, at) => (at < documents.length - 1 ? `${printYaml(value)}---\n` : printYamlText(value)))
    .join('');
}

function jsonText(documents: readonly Value[]): string {
  return documents.map((value) => printJson(toPlain(value), 2)).join('\n');
}
