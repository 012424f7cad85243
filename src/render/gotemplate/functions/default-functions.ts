/** Sprig's functions on empty values and conditions. */
import { isTrue } from '../value.ts';
import { fn, variadic } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  all: variadic([], 'any', (_host, ...values) => values.every((value) => isTrue(value))),
  any: variadic([], 'any', (_host, ...values) => values.some((value) => isTrue(value))),
  coalesce: variadic([], 'any', (_host, ...values) => values.find((value) => isTrue(value)) ?? null),
  default: variadic(['any'], 'any', (_host, fallback, given) => (isTrue(given) ? (given ?? null) : fallback)),
  empty: fn(['any'], (_host, value) => !isTrue(value)),
  ternary: fn(['any', 'any', 'bool'], (_host, yes, no, condition) => (condition ? yes : no)),
};
