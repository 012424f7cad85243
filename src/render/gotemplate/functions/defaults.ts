/** Sprig's functions about what is empty, and choices. */
import { isTrue } from '../value.ts';
import type { FunctionGroup } from './index.ts';
import { fn, variadic } from './signature.ts';

export const functions: FunctionGroup = {
  coalesce: variadic([], 'any', (_host, ...values) => values.find((value) => isTrue(value)) ?? null),
  default: variadic(['any'], 'any', (_host, fallback, ...given) => {
    const [value] = given;
    return isTrue(value) ? value : fallback;
  }),
  empty: fn(['any'], (_host, value) => !isTrue(value)),
  list: variadic([], 'any', (_host, ...values) => values),
  ternary: fn(['any', 'any', 'bool'], (_host, yes, no, condition) => (condition ? yes : no)),
};
