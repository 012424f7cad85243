/** Fields and methods of values: `.Values.image`, `$.Release.Name`, `(…).field`. */
import { callMethod } from './calls.ts';
import { ExecError } from './exec-errors.ts';
import type { AstNode } from './node.ts';
import type { Eval, Runtime, Template } from './template.ts';
import { GoObject, TypedMap, typeOf, zeroOf } from './value.ts';
import type { GoFunction, GoValue, OptionalValue } from './value.ts';

/** A chain of fields in a template, for the errors about them. */
export type FieldSite = { names: readonly string[]; node: AstNode; template: Template };

/** Compiles a chain of fields of the value that `start` gives. */
export function compileFields(start: Eval, site: FieldSite): Eval {
  switch (site.names.length) {
    case 0:
      return start;
    case 1:
      return (machine, dot) => field(machine, start(machine, dot), 0, site, false);
    case 2:
      return twoFields(start, site);
    default:
      return manyFields(start, site);
  }
}

function twoFields(start: Eval, site: FieldSite): Eval {
  const second = site.names[1] as string;
  return (machine, dot) => {
    const above = start(machine, dot);
    const middle = field(machine, above, 0, site, false);
    if (middle instanceof Map) return middle.get(second) ?? null;
    return fieldBelow(machine, above, middle, 1, site);
  };
}

function manyFields(start: Eval, site: FieldSite): Eval {
  const { names } = site;
  return (machine, dot) => {
    let above = start(machine, dot);
    let value = field(machine, above, 0, site, false);
    for (let index = 1; index < names.length; index++) {
      const next =
        value instanceof Map
          ? (value.get(names[index] as string) ?? null)
          : fieldBelow(machine, above, value, index, site);
      above = value;
      value = next;
    }
    return value;
  };
}

/** The field `names[index]` of a value that was a field of `above`. Where it is nil the error has the map that lacks it. */
function fieldBelow(
  machine: Runtime,
  above: OptionalValue,
  value: OptionalValue,
  index: number,
  site: FieldSite,
): OptionalValue {
  if (value === null) {
    const { names, node, template } = site;
    const map = above instanceof Map ? above : above instanceof TypedMap ? above.entries : undefined;
    throw new ExecError(`nil pointer evaluating interface {}.${names[index]}`, template, node, {
      ...(map !== undefined && { missing: { map, name: names[index - 1] as string } }),
    });
  }
  return field(machine, value, index, site, above instanceof Map || above instanceof TypedMap);
}

/**
 * The field `names[index]` of a value, as `evalField` of Go's text/template without arguments.
 *
 * @param inMap the value was taken from a map, so that Go's errors call it an `interface {}`
 */
function field(
  machine: Runtime,
  receiver: OptionalValue,
  index: number,
  site: FieldSite,
  inMap: boolean,
): OptionalValue {
  const name = site.names[index] as string;
  if (receiver instanceof Map) return receiver.get(name) ?? null;
  if (receiver === undefined) return undefined;
  if (receiver === null) {
    throw new ExecError(`nil pointer evaluating interface {}.${name}`, site.template, site.node);
  }
  const method = methodOf(receiver, name);
  if (method !== undefined) return callMethod(machine, method, { name, node: site.node, template: site.template });
  return fieldOf(receiver, name, site, inMap, false);
}

/** The method of a value with a name; undefined where there is none. */
export function methodOf(receiver: GoValue, name: string): GoFunction | undefined {
  if (typeof receiver !== 'object' || receiver === null || !('methods' in receiver)) return undefined;
  const methods = receiver.methods;
  return methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/**
 * The field of a value that has no method of that name.
 *
 * @param inMap as for {@link field}
 * @param hasArguments arguments follow the field, which only a method takes
 * @throws {ExecError} with Go's words
 */
export function fieldOf(
  receiver: GoValue,
  name: string,
  { node, template }: FieldSite,
  inMap: boolean,
  hasArguments: boolean,
): OptionalValue {
  const entries = receiver instanceof Map ? receiver : receiver instanceof TypedMap ? receiver.entries : undefined;
  if (entries !== undefined) {
    if (hasArguments) throw new ExecError(`${name} is not a method but has arguments`, template, node);
    return entries.get(name) ?? zeroOf(receiver instanceof TypedMap ? receiver.elem : 'interface {}');
  }
  const type = inMap ? 'interface {}' : typeOf(receiver);
  if (!(receiver instanceof GoObject) || !Object.hasOwn(receiver.fields, name)) {
    throw new ExecError(`can't evaluate field ${name} in type ${type}`, template, node, {
      field: { of: receiver, name },
    });
  }
  // Nearly all names begin with an ASCII capital, and loading Unicode's table of capitals takes time.
  const first = name.charCodeAt(0);
  if (!(first >= 65 && first <= 90) && !/^\p{Lu}/u.test(name)) {
    throw new ExecError(`${name} is an unexported field of struct type ${type}`, template, node);
  }
  if (hasArguments) throw new ExecError(`${name} has arguments but cannot be invoked as function`, template, node);
  return receiver.fields[name];
}
