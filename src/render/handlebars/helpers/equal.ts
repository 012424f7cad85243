import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import { chargeMade, chargePrint } from '../../functions/limits.ts';
import { ABSENT } from './types.ts';
import type { Argument } from './types.ts';

/**
 * Do both hold the same data? Key order does not count, `1` and `1n` are the same number, and what is absent is as good
 * as null. Values of different types are never equal.
 */
export function isEqual(a: Argument, b: Argument): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || typeof b === 'string') return false;
  return identityOf(a === ABSENT ? null : a) === identityOf(b === ABSENT ? null : b);
}

/** A text that is the same for equal values and no others, as a key for a set of values. */
export function identityOf(value: Value): string {
  const identity = structureOf(value);
  // Each level copies the texts of the levels below once more.
  chargeMade(identity);
  return identity;
}

function structureOf(value: Value): string {
  if (Array.isArray(value)) {
    chargePrint(value.length);
    return `[${value.map(identityOf).join()}]`;
  }
  if (isMap(value)) {
    chargePrint(value.size);
    const entries = Array.from(value, ([key, item]) => `${JSON.stringify(key)}:${identityOf(item)}`);
    return `{${entries.sort().join()}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  // A whole number beyond 2^53 may come as either type.
  return typeof value === 'number' && Number.isInteger(value) ? String(BigInt(value)) : String(value);
}
