/** Sprig's `deepCopy`. */
import { chargeCopy } from '../../functions/limits.ts';
import { GoInt } from '../int.ts';
import { ByteList, TypedList, TypedMap } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

/** A copy that shares no map and no list with the value. Values that cannot change are not copied. */
function copy(value: GoValue): GoValue {
  if (typeof value !== 'object' || value === null || value instanceof GoInt || value instanceof ByteList) return value;
  if (Array.isArray(value)) {
    chargeCopy(value.length);
    return value.map(copy);
  }
  if (value instanceof Map) return copyEntries(value);
  const methods = 'methods' in value && value.methods !== undefined ? { methods: value.methods } : {};
  if (value instanceof TypedMap) {
    return new TypedMap(value.elem, copyEntries(value.entries), { type: value.type, isNil: value.isNil, ...methods });
  }
  if (value instanceof TypedList) {
    chargeCopy(value.items.length);
    return new TypedList(value.elem, value.items.map(copy), { type: value.type, isNil: value.isNil, ...methods });
  }
  return value;
}

function copyEntries(entries: GoMap): GoMap {
  chargeCopy(entries.size);
  const copied: GoMap = new Map();
  for (const [key, value] of entries) copied.set(key, copy(value));
  return copied;
}

const deepCopy = fn(['any'], (_host, value) => {
  if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  return copy(value);
});

export const functions: FunctionGroup = { deepCopy, mustDeepCopy: deepCopy };
