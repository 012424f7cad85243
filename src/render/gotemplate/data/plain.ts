/** Values of Go as JSON takes them: structs are maps of their fields, bytes are base64. */
import { GoError } from '../functions/signature.ts';
import { GoInt } from '../int.ts';
import { ByteList, GoObject, TypedList, TypedMap, typeOf } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';

/** What is left to print when types do not matter any more. */
export type Printable = null | boolean | number | string | GoInt | readonly GoValue[] | GoMap | StructFields;

/** A struct: its fields keep their order in JSON. */
export class StructFields {
  readonly entries: GoMap;

  constructor(entries: GoMap) {
    this.entries = entries;
  }
}

/** Deeper than this Go's own decoders give up. */
export const DEEPEST = 10_000;

/** Takes away one layer of types. */
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
  if (!(value instanceof GoObject)) throw unsupported(value);
  if (value.json !== undefined) return withoutType(value.json());
  const { fields, jsonNames } = value;
  if (jsonNames !== undefined) {
    return new StructFields(new Map(Object.entries(jsonNames).map(([name, shown]) => [shown, fields[name] ?? null])));
  }
  return new StructFields(new Map(Object.entries(fields).filter(([name]) => /^[A-Z]/.test(name))));
}

function unsupported(value: GoValue): GoError {
  return new GoError(`json: unsupported type: ${typeOf(value)}`);
}
