/** Values without their types, as JSON has them: a struct is a map of its fields, and bytes are base64. */
import { GoError } from '../functions/signature.ts';
import { GoInt } from '../int.ts';
import { ByteList, GoComplex, GoObject, TypedList, TypedMap, typeOf } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';

/** A value without its type. Its parts still have theirs. */
export type Printable = null | boolean | number | string | GoInt | readonly GoValue[] | GoMap | StructFields;

/** The fields of a struct. JSON has them in this order, while maps are sorted by key. */
export class StructFields {
  readonly entries: GoMap;

  constructor(entries: GoMap) {
    this.entries = entries;
  }
}

/** The bound of Go's decoders on nested values; the printers here have it too. */
export const MAX_DEPTH = 10_000;

/** A value without its type; the types of its parts are left. @throws {GoError} for a function or a complex number */
export function withoutType(value: GoValue): Printable {
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function') throw unsupported(value);
    return value;
  }
  if (value instanceof Map || Array.isArray(value) || value instanceof GoInt) return value;
  if (value instanceof TypedMap) return value.isNil ? null : value.entries;
  if (value instanceof ByteList) return value.isNil ? null : Buffer.from(value.bytes, 'latin1').toString('base64');
  if (value instanceof TypedList) {
    if (value.isNil) return null;
    if (value.elem !== 'uint8') return value.items;
    return Buffer.from(value.items.map((item) => (item instanceof GoInt ? Number(item.value) : 0))).toString('base64');
  }
  if (!(value instanceof GoObject) || value instanceof GoComplex) throw unsupported(value);
  if (value.json !== undefined) return value.json();
  const { fields, jsonNames } = value;
  if (jsonNames !== undefined) {
    return new StructFields(new Map(Object.entries(jsonNames).map(([name, shown]) => [shown, fields[name] ?? null])));
  }
  return new StructFields(new Map(Object.entries(fields).filter(([name]) => /^[A-Z]/.test(name))));
}

function unsupported(value: GoValue): GoError {
  return new GoError(`json: unsupported type: ${typeOf(value)}`);
}
