import { isTrue as isTruePlain } from '../../functions/truth.ts';
import type { Argument } from './types.ts';

/**
 * Is this true as a condition? Everything is but: what is absent, null, false, 0, not-a-number, an empty text, list or
 * map. Handlebars' rule with an empty map added, which is also Sprig's `empty`.
 */
export function isTrue(value: Argument): boolean {
  return isTruePlain(value) && !Number.isNaN(value);
}
