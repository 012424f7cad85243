/** Merging maps as mergo does, with which Sprig's `merge` and its variants work. */
import { chargeVisit } from '../../functions/limits.ts';
import { entriesOf, GoObject, isTrue, itemsOf, TypedMap, typeOf } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { GoError } from './signature.ts';

/**
 * Merges a map into another. The target gets the values for which it has none or an empty one; with `overwrite` all
 * values, nil and empty ones included. Maps in both are merged in the same way. Values are not copied, so both maps
 * share them then.
 *
 * @returns mergo's error; undefined where the maps were merged
 * @throws {GoError} where mergo panics
 */
export function mergeMaps(target: GoMap, source: GoMap, overwrite: boolean): string | undefined {
  return mergeEntries(target, source, overwrite, false);
}

/** @param isTyped the target is a `map[string]string` or the like, and the source is of another type */
function mergeEntries(target: GoMap, source: GoMap, overwrite: boolean, isTyped: boolean): string | undefined {
  if (target === source) return undefined;
  chargeVisit(source.size);
  for (const [key, value] of source) {
    const present = target.get(key);
    if (value === null) {
      if (!overwrite) continue;
      if (isTyped) refuse('interface {}');
      target.set(key, null);
      continue;
    }
    if (isTyped && itemsOf(value) !== undefined) {
      if (present !== undefined) throw new GoError('reflect: call of reflect.Value.IsNil on string Value');
      refuse(typeOf(value));
    }
    const isMap = entriesOf(value) !== undefined;
    if (present !== undefined && present !== null && (isMap || value instanceof GoObject)) {
      const failure = mergeInPlace(present, value, overwrite);
      if (failure !== undefined) return failure;
    }
    // Tested only now, since an empty map may just have been filled.
    if (isMap && isTrue(present) && entriesOf(present) !== undefined) continue;
    if (!overwrite && isTrue(present)) continue;
    if (isTyped) refuse('interface {}');
    target.set(key, value);
  }
  return undefined;
}

function refuse(type: string): never {
  throw new GoError(`reflect.Value.SetMapIndex: value of type ${type} is not assignable to type string`);
}

/** Merges a value into the one of the target, if both are maps. Gives mergo's error for a pointer and another type. */
function mergeInPlace(present: GoValue, value: GoValue, overwrite: boolean): string | undefined {
  const target = entriesOf(present);
  const source = entriesOf(value);
  if (target !== undefined) {
    if (source === undefined) return undefined;
    const elem = elemOf(present);
    return mergeEntries(target, source, overwrite, elem === 'string' && elem !== elemOf(value));
  }
  const isPointer = (one: GoValue): boolean => one instanceof GoObject && one.pointer;
  if (isPointer(present) && !isPointer(value) && !overwrite && typeOf(present) !== `*${typeOf(value)}`) {
    return 'src and dst must be of same type';
  }
  return undefined;
}

function elemOf(value: GoValue): string {
  return value instanceof TypedMap ? value.elem : 'interface {}';
}
