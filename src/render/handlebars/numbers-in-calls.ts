/** Finds the numbers that a call makes part of its text, as `{{printf "%s:%v" values.image values.tag}}` does. */
import type { Value } from '../../yaml/value.ts';
import type { Expression, Mustache, Sub } from './ast.ts';
import type { Item } from './scope.ts';
import { lookupPath, simpleName, valuePathOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { isEmptyValue } from './text.ts';

/** A number that became part of a text, and its path below the chart's values. */
export type NumberInText = { value: number | bigint; path: readonly string[] };

/** Helpers that make texts of the values that they are given. */
const PRINTING: ReadonlySet<string> = new Set(['print', 'join', 'cat', 'quote', 'squote', 'toString']);

/** Helpers that give one of their arguments, or a list of them. */
const PASSING: ReadonlySet<string> = new Set(['list', 'concat', 'first', 'last', 'compact', 'uniq', 'required']);

/** Helpers whose result does not show the text: it is compared, or hashed. */
const HIDING: ReadonlySet<string> = new Set([
  'eq',
  'ne',
  'and',
  'or',
  'not',
  'has',
  'hasKey',
  'contains',
  'hasPrefix',
  'hasSuffix',
  'ternary',
  'sha256sum',
  'sha1sum',
  'adler32sum',
]);

/** The numbers of the chart's values in the text that a call gives. */
export function numbersInCall(call: Mustache | Sub, scope: Scope): NumberInText[] {
  const name = nameOf(call);
  if (name === undefined || HIDING.has(name)) return [];
  const { params } = call;
  if (name === 'printf') {
    const [format, ...values] = params;
    const printed = format?.type === 'StringLiteral' ? printedAsText(format.value) : [];
    return values.flatMap((param, index) =>
      printed[index] === true ? numbersIn(param, scope) : inCalls([param], scope),
    );
  }
  return PRINTING.has(name) ? params.flatMap((param) => numbersIn(param, scope)) : inCalls(params, scope);
}

function inCalls(params: readonly Expression[], scope: Scope): NumberInText[] {
  return params.flatMap((param) => (param.type === 'SubExpression' ? numbersInCall(param, scope) : []));
}

function nameOf({ path }: Mustache | Sub): string | undefined {
  return path.type === 'PathExpression' ? simpleName(path) : undefined;
}

/** For each argument of a format, whether it is printed as it is: by `%v`, `%s` or `%q`, and not by `%d` or `%.2f`. */
function printedAsText(format: string): boolean[] {
  return Array.from(format.matchAll(/%[-+# 0]*\d*(?:\.\d+)?(.)/g), ([, verb = '']) => verb)
    .filter((verb) => verb !== '%')
    .map((verb) => 'vsq'.includes(verb));
}

/** The numbers that an argument gives: it is one, or a list with some. */
function numbersIn(param: Expression, scope: Scope): NumberInText[] {
  if (param.type === 'PathExpression') {
    const path = valuePathOf(param, scope);
    return path === undefined ? [] : numbersOf(lookupPath(param, scope), path);
  }
  if (param.type !== 'SubExpression') return [];
  const name = nameOf(param);
  if (name === 'default' || name === 'defaultMissing') {
    const [other, chosen] = param.params;
    if (other === undefined || chosen === undefined) return [];
    const isChosen = chosen.type !== 'PathExpression' || !isEmptyItem(lookupPath(chosen, scope));
    return numbersIn(isChosen ? chosen : other, scope);
  }
  if (name !== undefined && PASSING.has(name)) return param.params.flatMap((inner) => numbersIn(inner, scope));
  return numbersInCall(param, scope);
}

function isEmptyItem(item: Item): boolean {
  return item === 0 || item === false || (typeof item !== 'function' && isEmptyValue(item as Value));
}

function numbersOf(item: Item, path: readonly string[]): NumberInText[] {
  if (typeof item === 'number' || typeof item === 'bigint') return [{ value: item, path }];
  if (!Array.isArray(item)) return [];
  return item.flatMap((inner, index) => numbersOf(inner, [...path, String(index)]));
}
