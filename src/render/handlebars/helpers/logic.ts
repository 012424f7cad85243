/** Comparison, logic and defaults. Most take absent names, since charts ask with them whether a value is set. */
import { compareText } from '../../functions/characters.ts';
import { describe } from './describe.ts';
import { isEqual } from './equal.ts';
import { anything, condition, helper, rest, scalar, value } from './parameters.ts';
import { isTrue } from './truth.ts';
import { ABSENT } from './types.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

export const logic: Record<string, Helper> = {
  eq: helper([anything('value'), anything('other'), rest(anything('other'))], ([value, other, others], context) =>
    ([other, ...others] as Argument[]).some((one) => isSame(value as Argument, one, context)),
  ),
  ne: helper(
    [anything('value'), anything('other')],
    ([value, other], context) => !isSame(value as Argument, other as Argument, context),
  ),
  lt: comparison((order) => order < 0),
  le: comparison((order) => order <= 0),
  gt: comparison((order) => order > 0),
  ge: comparison((order) => order >= 0),
  // As in Go, the result is the argument that decides. Where none does, its index is -1: the last argument.
  and: helper([anything('value'), rest(anything('value'))], ([first, others]) => {
    const all = [first, ...others] as Argument[];
    const at = all.findIndex((one) => !isTrue(one));
    return all.at(at) ?? null;
  }),
  or: helper([anything('value'), rest(anything('value'))], ([first, others]) => {
    const all = [first, ...others] as Argument[];
    return all.at(all.findIndex(isTrue)) ?? null;
  }),
  all: helper([rest(anything('value'))], ([values]) => (values as Argument[]).every(isTrue)),
  any: helper([rest(anything('value'))], ([values]) => (values as Argument[]).some(isTrue)),
  not: helper([condition('value')], ([value]) => !value),
  empty: helper([condition('value')], ([value]) => !value),
  default: helper(
    [anything('fallback'), anything('value')],
    ([fallback, value]) => (isTrue(value as Argument) ? value : fallback) as Argument,
  ),
  defaultMissing: helper(
    [anything('fallback'), anything('value')],
    ([fallback, value]) => (value === ABSENT ? fallback : value) as Argument,
  ),
  coalesce: helper([rest(anything('value'))], ([values]) => (values as Argument[]).find(isTrue) ?? ABSENT),
  ternary: helper(
    [anything('then'), anything('else'), condition('condition')],
    ([then, otherwise, condition]) => (condition ? then : otherwise) as Argument,
  ),
  required: helper(
    [scalar('message'), anything('value')],
    ([message, value], context) =>
      // 0 and false count as given, as in Helm.
      (value === ABSENT || value === null || value === '' ? context.fail(message) : value) as Argument,
  ),
  fail: helper([scalar('message')], ([message], context) => context.fail(message)),
  deepEqual: helper([anything('value'), anything('other')], ([value, other]) =>
    isEqual(value as Argument, other as Argument),
  ),
};

/**
 * Are two values the same? A text never equals a number or a boolean. Where it reads like one, as in
 * `eq values.replicas "2"`, comparing them is an error, as in Go templates.
 */
function isSame(a: Argument, b: Argument, context: HelperContext): boolean {
  const [text, other]: [Argument, Argument] = typeof a === 'string' ? [a, b] : [b, a];
  if (typeof text === 'string' && (isNumber(other) || typeof other === 'boolean') && isWritten(text, other)) {
    context.fail(`${context.helper} compares ${describe(a)} with ${describe(b)}, which are never the same`, [
      typeof other === 'boolean' ? `write ${text} without quotes` : 'Make both texts with toString',
    ]);
  }
  return isEqual(a, b);
}

/** Does a text read as this number or boolean? */
function isWritten(text: string, value: number | bigint | boolean): boolean {
  return typeof value === 'boolean' ? text === String(value) : text.trim() !== '' && Number(text) === Number(value);
}

function comparison(holds: (order: number) => boolean): Helper {
  return helper([value('value'), value('other')], ([value, other], context) => holds(compare(value, other, context)));
}

function compare(a: Argument, b: Argument, context: HelperContext): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  const mixed = typeof a === 'string' || typeof b === 'string';
  return context.fail(
    `${context.helper} compares two numbers or two texts, not ${describe(a)} with ${describe(b)}`,
    mixed && (isNumber(a) || isNumber(b)) ? ['Make both numbers with int or float64'] : [],
  );
}

function isNumber(value: Argument): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
