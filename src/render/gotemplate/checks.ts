/** Checks arguments against the types of parameters when a template runs, as `validateType` of Go's text/template does. */
import { ExecError } from './exec-errors.ts';
import { NIL_MAP } from './functions/signature.ts';
import { PARAM_TYPES } from './functions/param-types.ts';
import type { Param } from './functions/param-types.ts';
import { GoInt } from './int.ts';
import type { AstNode } from './node.ts';
import type { Eval, Runtime, Template } from './template.ts';
import { ByteList, TypedList, TypedMap, typeOf } from './value.ts';
import type { OptionalValue } from './value.ts';

/** A compiled argument: gives a value of the type of the parameter. */
export type Arg = (machine: Runtime, dot: OptionalValue) => unknown;

/** Converts a value to the type of a parameter. @throws {ExecError} for a value of another type */
export type Check = (value: OptionalValue, node: AstNode, template: Template) => unknown;

/** Compiles a value as an argument for a parameter. */
export function checked(value: Eval, param: Param, node: AstNode, template: Template): Arg {
  if (param === 'reflect') return value;
  if (param === 'any') return (machine, dot) => value(machine, dot) ?? null;
  const check = CHECKS[param];
  if (param === 'string') {
    return (machine, dot) => {
      const given = value(machine, dot);
      return typeof given === 'string' ? given : check(given, node, template);
    };
  }
  return (machine, dot) => check(value(machine, dot), node, template);
}

/** The check for a type of parameter. */
export function checkOf(param: Param): Check {
  if (param === 'reflect') return (value) => value;
  return param === 'any' ? (value) => value ?? null : CHECKS[param];
}

function wrongType(value: OptionalValue, param: Param, node: AstNode, template: Template): never {
  const type = PARAM_TYPES[param];
  const message =
    value === undefined
      ? `invalid value; expected ${type}`
      : `wrong type for value; expected ${type}; got ${value === null ? 'interface {}' : typeOf(value)}`;
  throw new ExecError(message, template, node, { wrong: { value, wanted: type } });
}

/** The check for each type of parameter that does not take every value. An undefined value is nil where the type has one. */
export const CHECKS: Readonly<Record<Exclude<Param, 'any' | 'reflect'>, Check>> = {
  string: (value, node, template) => (typeof value === 'string' ? value : wrongType(value, 'string', node, template)),
  bool: (value, node, template) => (typeof value === 'boolean' ? value : wrongType(value, 'bool', node, template)),
  float64: (value, node, template) => (typeof value === 'number' ? value : wrongType(value, 'float64', node, template)),
  int: (value, node, template) =>
    value instanceof GoInt && value.type === 'int' ? Number(value.value) : wrongType(value, 'int', node, template),
  int64: (value, node, template) =>
    value instanceof GoInt && value.type === 'int64' ? value : wrongType(value, 'int64', node, template),
  map: (value, node, template) => {
    if (value instanceof Map) return value;
    if (value instanceof TypedMap && value.elem === 'interface {}') return value.isNil ? NIL_MAP : value.entries;
    return value === undefined ? NIL_MAP : wrongType(value, 'map', node, template);
  },
  list: (value, node, template) => {
    if (Array.isArray(value)) return value;
    if (value instanceof TypedList && value.elem === 'interface {}') return value.items;
    return value === undefined ? [] : wrongType(value, 'list', node, template);
  },
  strings: (value, node, template) => {
    if (value instanceof TypedList && value.elem === 'string') return value.items;
    return value === undefined ? [] : wrongType(value, 'strings', node, template);
  },
  bytes: (value, node, template) => {
    if (value instanceof ByteList) return value.bytes;
    return value === undefined ? '' : wrongType(value, 'bytes', node, template);
  },
  uint32: (value, node, template) => wrongType(value, 'uint32', node, template),
  'time.Time': ofType('time.Time'),
  'time.Duration': ofType('time.Duration'),
  '*time.Location': ofType('*time.Location'),
  '*semver.Version': ofType('*semver.Version'),
  'sprig.certificate': ofType('sprig.certificate'),
};

/** The check for a named type: nil is allowed for a pointer. */
function ofType(param: Param): Check {
  return (value, node, template) => {
    if (typeOf(value) === PARAM_TYPES[param]) return value;
    return value === undefined && param.startsWith('*') ? null : wrongType(value, param, node, template);
  };
}
