/** Sprig's functions about what is empty. */
import { isTrue } from '../value.ts';
import type { FunctionGroup } from './index.ts';
import { fn, variadic } from './signature.ts';

export const functions: FunctionGroup = {
  default: variadic(['any'], 'any', (_host, fallback, ...given) => {
    const [value] = given;
    return isTrue(value) ? value : fallback;
  }),
  empty: fn(['any'], (_host, value) => !isTrue(value)),
};
