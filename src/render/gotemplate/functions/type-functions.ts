/** Sprig's functions on types, and `deepEqual`. */
import { deepEqual } from '../equal.ts';
import { kindOf, typeOf } from '../value.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  deepEqual: fn(['any', 'any'], (_host, a, b) => deepEqual(a, b)),
  kindIs: fn(['string', 'any'], (_host, kind, value) => kindOf(value) === kind),
  kindOf: fn(['any'], (_host, value) => kindOf(value)),
  typeIs: fn(['string', 'any'], (_host, type, value) => typeOf(value) === type),
  typeIsLike: fn(['string', 'any'], (_host, type, value) => {
    const actual = typeOf(value);
    return actual === type || actual === `*${type}`;
  }),
  typeOf: fn(['any'], (_host, value) => typeOf(value)),
};
