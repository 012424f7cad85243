/** The types of values, by Go's names, which charts compare with. */
import { isMap } from '../../../yaml/value.ts';
import { anything, helper, text } from './parameters.ts';
import { ABSENT } from './types.ts';
import type { Argument, Helper } from './types.ts';

export const kinds: Record<string, Helper> = {
  kindOf: helper([anything('value')], ([value]) => kindOf(value)),
  kindIs: helper([text('kind'), anything('value')], ([kind, value]) => isOfKind(kind, value)),
  typeOf: helper([anything('value')], ([value]) => typeOf(value)),
  // In Sprig typeIsLike also accepts a pointer to the type; values here have no pointers.
  typeIs: helper([text('type'), anything('value')], ([type, value]) => isOfType(type, value)),
  typeIsLike: helper([text('type'), anything('value')], ([type, value]) => isOfType(type, value)),
};

const TYPES: Readonly<Record<string, string>> = {
  invalid: '<nil>',
  slice: '[]interface {}',
  map: 'map[string]interface {}',
};

function typeOf(value: Argument): string {
  const kind = kindOf(value);
  return TYPES[kind] ?? kind;
}

function isOfType(type: string, value: Argument): boolean {
  return typeof value === 'number' || typeof value === 'bigint' ? isOfKind(type, value) : typeOf(value) === type;
}

function kindOf(value: Argument): string {
  if (value === ABSENT || value === null) return 'invalid';
  if (Array.isArray(value)) return 'slice';
  if (isMap(value)) return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return isWhole(value) ? 'int' : 'float64';
}

/** A whole number has all three kinds of numbers: `1` and `1.0` are the same value here. */
function isOfKind(kind: string, value: Argument): boolean {
  if (typeof value !== 'number' && typeof value !== 'bigint') return kindOf(value) === kind;
  return kind === 'float64' || ((kind === 'int' || kind === 'int64') && isWhole(value));
}

function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}
