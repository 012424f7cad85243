import { isTrue as isTruePlain } from '../../functions/truth.ts';
import type { Argument } from './types.ts';

/**
 * Is this true as a condition? False are absent names, null, false, 0, not-a-number, and empty texts, lists and maps.
 * That is Handlebars' rule with empty maps added, and the opposite of Sprig's `empty`.
 */
export function isTrue(value: Argument): boolean {
  return isTruePlain(value) && !Number.isNaN(value);
}
