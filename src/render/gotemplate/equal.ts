/** Go's `reflect.DeepEqual`, behind Sprig's `deepEqual`, `has`, `uniq` and `without`. */
import { chargeVisit } from '../functions/limits.ts';
import { GoInt } from './int.ts';
import { ByteList, entriesOf, GoObject, itemsOf, TypedList, TypedMap, typeOf } from './value.ts';
import type { GoMap, GoValue } from './value.ts';

/** Whether two values have the same type and equal parts. An int is never equal to an int64. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (a === b) return true;
  // Scalars are equal only if they are the same, which was tested; NaN is not equal to itself.
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (typeOf(a) !== typeOf(b)) return false;
  if (a instanceof GoInt) return b instanceof GoInt && a.value === b.value;
  if (isNil(a) !== isNil(b)) return false;
  if (a instanceof ByteList) return b instanceof ByteList && a.bytes === b.bytes;
  const items = itemsOf(a);
  const others = itemsOf(b);
  if (items !== undefined) return others !== undefined && equalItems(items, others);
  const entries = entriesOf(a);
  const otherEntries = entriesOf(b);
  if (entries !== undefined) return otherEntries !== undefined && equalEntries(entries, otherEntries);
  if (a instanceof GoObject && b instanceof GoObject) {
    const names = Object.keys(a.fields);
    return (
      a.text?.() === b.text?.() && names.every((name) => deepEqual(a.fields[name] ?? null, b.fields[name] ?? null))
    );
  }
  return false;
}

function isNil(value: GoValue): boolean {
  return (value instanceof TypedList || value instanceof TypedMap) && value.isNil;
}

function equalItems(a: readonly GoValue[], b: readonly GoValue[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  chargeVisit(a.length);
  for (let index = 0; index < a.length; index++) {
    if (!deepEqual(a[index] as GoValue, b[index] as GoValue)) return false;
  }
  return true;
}

function equalEntries(a: GoMap, b: GoMap): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  chargeVisit(a.size);
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !deepEqual(value, other)) return false;
  }
  return true;
}
