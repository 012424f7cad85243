/**
 * Functions are written with the types of their parameters, as Go declares them. So the engine checks and converts
 * arguments before a call, with Go's errors, and TypeScript checks the code of the function.
 */
import type { GoInt } from '../int.ts';
import type { FunctionHost } from '../template.ts';
import type { GoFunction, GoMap, GoObject, GoValue, OptionalValue } from '../value.ts';
import type { Param } from './param-types.ts';

/** What a function receives for each type of parameter. */
type ParamValues = {
  /** `interface {}`: any value; nil is null. */
  any: GoValue;
  string: string;
  bool: boolean;
  /** `int`, as a number: beyond 2^53 it is rounded. */
  int: number;
  /** `int64`, exact. */
  int64: GoInt;
  float64: number;
  /** `map[string]interface {}`: the entries; nil is {@link NIL_MAP}. */
  map: GoMap;
  /** `[]interface {}`; nil is an empty list. */
  list: GoValue[];
  /** `[]string`. */
  strings: readonly string[];
  /** `[]uint8`, as a string with one byte a character. */
  bytes: string;
  /** `uint32`, as a number. Only constants are allowed, since no value of templates is one. */
  uint32: number;
  'time.Time': GoObject;
  /** `time.Duration`; constants are allowed. */
  'time.Duration': GoInt;
  '*time.Location': GoObject;
  '*semver.Version': GoObject;
  'sprig.certificate': GoObject;
  /** `reflect.Value`: any value or none, as the built-in functions take it. */
  reflect: OptionalValue;
};

/** The entries of a nil map: it is empty, and in Go an assignment to it panics. */
export const NIL_MAP: GoMap = new Map();

/** What the module of a group exports as `functions`: the functions by their names. */
export type FunctionGroup = Readonly<Record<string, GoFunction>>;

type Arguments<P extends readonly Param[]> = { -readonly [K in keyof P]: ParamValues[P[K]] };

/** Makes a function with a fixed number of parameters: `fn(['int', 'string'], (host, count, text) => …)`. */
export function fn<const P extends readonly Param[]>(
  params: P,
  call: (host: FunctionHost, ...args: Arguments<P>) => OptionalValue,
): GoFunction {
  return { params, rest: undefined, call: call as unknown as GoFunction['call'] };
}

/** Makes a variadic function: `variadic(['string'], 'any', (host, format, ...values) => …)`. */
export function variadic<const P extends readonly Param[], R extends Param>(
  params: P,
  rest: R,
  call: (host: FunctionHost, ...args: [...Arguments<P>, ...ParamValues[R][]]) => OptionalValue,
): GoFunction {
  return { params, rest, call: call as unknown as GoFunction['call'] };
}

/**
 * A function throws this where Go's returns an error or panics; the message is Go's. The engine adds
 * `error calling NAME` and the position.
 */
export class GoError extends Error {
  override readonly name = 'GoError';
}
