/**
 * How a function of Go is written down: what its parameters are, so that the engine checks and converts
 * arguments before the call and words the errors as Go does.
 */
import type { GoInt } from '../int.ts';
import type { FunctionHost } from '../template.ts';
import type { GoFunction, GoMap, GoObject, GoValue, OptionalValue } from '../value.ts';
import type { Param } from './param-types.ts';

/** What a function receives for each type of parameter. */
type ParamValues = {
  /** `interface {}`: anything, nil is null. */
  any: GoValue;
  string: string;
  bool: boolean;
  /** `int`, as a number: of what is beyond 2^53 the last digits may be off. */
  int: number;
  /** `int64`, exact. */
  int64: GoInt;
  float64: number;
  /** `map[string]interface {}`; the entries of any map that Go takes for one. Nil is {@link NIL_MAP}. */
  map: GoMap;
  /** `[]interface {}`; nil is an empty list. */
  list: GoValue[];
  /** `[]string`. */
  strings: readonly string[];
  /** `[]uint8`, as a string of bytes. */
  bytes: string;
  /** `uint32`, as a number; only a constant is one. */
  uint32: number;
  'time.Time': GoObject;
  /** `time.Duration`; a whole constant is one too. */
  'time.Duration': GoInt;
  '*time.Location': GoObject;
  '*semver.Version': GoObject;
  'sprig.certificate': GoObject;
  /** `reflect.Value`, for builtins: what it is given, undefined included. */
  reflect: OptionalValue;
};

/** A map that was never made: it is empty, and Go lets nobody write to it. */
export const NIL_MAP: GoMap = new Map();

/** What the module of a group exports as `functions`. */
export type FunctionGroup = Readonly<Record<string, GoFunction>>;

type Arguments<P extends readonly Param[]> = { -readonly [K in keyof P]: ParamValues[P[K]] };

/** A function with a fixed number of parameters: `fn(['int', 'string'], (host, count, text) => …)`. */
export function fn<const P extends readonly Param[]>(
  params: P,
  call: (host: FunctionHost, ...args: Arguments<P>) => OptionalValue,
): GoFunction {
  return { params, rest: undefined, call: call as unknown as GoFunction['call'] };
}

/** A variadic function: `variadic(['string'], 'any', (host, format, ...values) => …)`. */
export function variadic<const P extends readonly Param[], R extends Param>(
  params: P,
  rest: R,
  call: (host: FunctionHost, ...args: [...Arguments<P>, ...ParamValues[R][]]) => OptionalValue,
): GoFunction {
  return { params, rest, call: call as unknown as GoFunction['call'] };
}

/**
 * What a function throws where Go's would return an error or panic; the message is Go's. The engine adds
 * `error calling NAME` and where it happened.
 */
export class GoError extends Error {
  override readonly name = 'GoError';
}
