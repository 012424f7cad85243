import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import { ABSENT } from './types.ts';
import type { Argument } from './types.ts';

/**
 * Do both hold the same data? Key order does not count, `1` and `1n` are the same number, and what is
 * absent is as good as null. Values of different types are never equal.
 */
export function isEqual(a: Argument, b: Argument): boolean {
  if (a === ABSENT || a === null) return b === ABSENT || b === null;
  if (b === ABSENT || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index] ?? null));
  }
  if (isMap(a)) {
    if (!isMap(b) || a.size !== b.size) return false;
    for (const [key, item] of a) {
      const other = b.get(key);
      if (other === undefined || !isEqual(item, other)) return false;
    }
    return true;
  }
  // oxlint-disable-next-line eqeqeq -- a bigint and a number are compared by value
  return isNumber(a) && isNumber(b) ? a == b : a === b;
}

function isNumber(value: Argument): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** A text that is the same for equal values and no others: finds an equal one among many in one step. */
export function identityOf(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(identityOf).join()}]`;
  if (isMap(value)) {
    const entries = Array.from(value, ([key, item]) => `${JSON.stringify(key)}:${identityOf(item)}`);
    return `{${entries.sort().join()}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  // A whole number beyond 2^53 may come as either type.
  return typeof value === 'number' && Number.isInteger(value) ? String(BigInt(value)) : String(value);
}
