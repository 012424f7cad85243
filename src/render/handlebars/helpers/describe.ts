import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import { ABSENT } from './types.ts';
import type { Argument } from './types.ts';

/** An argument in messages: `the text "abc"`, `the number 5`, `a list`, `null`. */
export function describe(value: Argument): string {
  if (value === ABSENT) return 'a name that is not defined';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  if (typeof value === 'string') return `the text "${printable(value, 40)}"`;
  if (typeof value === 'boolean') return String(value);
  return `the number ${printable(String(value), 40)}`;
}
