import { isMap } from '../../../yaml/value.ts';
import { ABSENT } from './types.ts';
import type { Argument } from './types.ts';

/**
 * Is this true as a condition? Everything is but: what is absent, null, false, 0, an empty text, list or
 * map. Handlebars' rule with an empty map added, which is also Sprig's `empty`.
 */
export function isTrue(value: Argument): boolean {
  if (value === ABSENT || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value);
  return Boolean(value);
}
