/**
 * How a function of Go is written down: what its parameters are, so that the engine checks and converts
 * arguments before the call and words the errors as Go does.
 */
import type { GoInt } from '../int.ts';
import type { Template } from '../node.ts';
import type { GoMap, GoObject, GoValue } from '../value.ts';

/** What each type of parameter is given as. */
type ParamTypes = {
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
  reflect: GoValue | undefined;
};

/** Types of parameters. */
export type Param = keyof ParamTypes;

/** A parameter of Go as `%T` prints its type. */
export const PARAM_TYPES: Readonly<Record<Param, string>> = {
  any: 'interface {}',
  string: 'string',
  bool: 'bool',
  int: 'int',
  int64: 'int64',
  float64: 'float64',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  strings: '[]string',
  bytes: '[]uint8',
  uint32: 'uint32',
  'time.Time': 'time.Time',
  'time.Duration': 'time.Duration',
  '*time.Location': '*time.Location',
  '*semver.Version': '*semver.Version',
  'sprig.certificate': 'sprig.certificate',
  reflect: 'reflect.Value',
};

/** What a function may ask of the engine that runs it. */
export type FunctionHost = {
  /** The template that `include` names. */
  included: (name: string) => Template;
  /** Runs a template that `include` named so. */
  execute: (template: Template, data: GoValue | undefined, name: string) => string;
  /** Runs a text as a template. */
  tpl: (text: string, data: GoValue | undefined) => string;
  /** Reads objects of the cluster; an empty map where none is asked. */
  lookup: (apiVersion: string, kind: string, namespace: string, name: string) => GoValue;
  /** The time of this render, the same for all calls. */
  now: () => Date;
  /** `pkg lint`: what is required or fails is let pass. */
  lint: boolean;
  /** May `getHostByName` ask? */
  enableDns: boolean;
  /** Counts characters that a call is about to make, and stops the render when they are too many. */
  charge: (characters: number) => void;
};

/** A map that was never made: it is empty, and Go lets nobody write to it. */
export const NIL_MAP: GoMap = new Map();

/** A function as the table holds it. */
export type GoFunction = {
  readonly params: readonly Param[];
  /** The type of the arguments after {@link params}, if there may be any. */
  readonly rest: Param | undefined;
  readonly call: (host: FunctionHost, ...args: never[]) => GoValue | undefined;
};

/** What the module of a group exports as `functions`. */
export type FunctionGroup = Readonly<Record<string, GoFunction>>;

type Arguments<P extends readonly Param[]> = { -readonly [K in keyof P]: ParamTypes[P[K]] };

/** A function with a fixed number of parameters: `fn(['int', 'string'], (host, count, text) => …)`. */
export function fn<const P extends readonly Param[]>(
  params: P,
  call: (host: FunctionHost, ...args: Arguments<P>) => GoValue | undefined,
): GoFunction {
  return { params, rest: undefined, call: call as unknown as GoFunction['call'] };
}

/** A variadic function: `variadic(['string'], 'any', (host, format, ...values) => …)`. */
export function variadic<const P extends readonly Param[], R extends Param>(
  params: P,
  rest: R,
  call: (host: FunctionHost, ...args: [...Arguments<P>, ...ParamTypes[R][]]) => GoValue | undefined,
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
