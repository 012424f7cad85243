/** Comparing values as `eq` and `lt` of Go's text/template do (its funcs.go). */
import { GoError } from './functions/signature.ts';
import { GoInt, isUnsigned } from './int.ts';
import { sprintValue } from './sprint.ts';
import { GoObject, kindOf, TypedList, TypedMap, typeOf } from './value.ts';
import type { OptionalValue } from './value.ts';

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'string' | 'invalid';

function basicKind(value: OptionalValue): Basic {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    default:
      if (value instanceof GoInt) return isUnsigned(value.kind) ? 'uint' : 'int';
      return 'invalid';
  }
}

/**
 * `eq`: whether two values are equal. An int equals an int64 of the same number; other values have to be of one kind.
 *
 * @throws {GoError} for values that Go does not compare
 */
export function equalValues(a: OptionalValue, b: OptionalValue): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind !== other) {
    if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
    if (a === undefined || a === null || b === undefined || b === null) return false;
    throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  }
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (kind !== 'invalid') return a === b;
  return equalOthers(a, b);
}

/** Lists, maps, structs and nil: Go compares them only with nil, and structs of one type by their fields. */
function equalOthers(a: OptionalValue, b: OptionalValue): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return isNil(a) === isNil(b);
  if (kindOf(a) !== kindOf(b)) {
    throw new GoError(`non-comparable types ${sprintValue(a)}: ${typeOf(a)}, ${typeOf(b)}: ${sprintValue(b)}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (!(b instanceof GoObject)) throw new GoError(`non-comparable type ${sprintValue(b)}: ${typeOf(b)}`);
  if (b.pointer || !(a instanceof GoObject) || a.type !== b.type) return a === b;
  return Object.entries(a.fields).every(([name, value]) => equalValues(value, b.fields[name]));
}

function isNil(value: OptionalValue): boolean {
  if (value === undefined || value === null) return true;
  return (value instanceof TypedList || value instanceof TypedMap) && value.isNil;
}

/** `lt`: whether a value is less than another. @throws {GoError} for values that have no order */
export function compareBasic(a: OptionalValue, b: OptionalValue): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind === 'invalid' || other === 'invalid') throw new GoError('invalid type for comparison');
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  if (kind !== other) throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  if (kind === 'bool') throw new GoError('invalid type for comparison');
  return (a as number | string) < (b as number | string);
}
