/**
 * The parameters of helpers. A helper is made of its parameters and a body, which gets only arguments of the right
 * number and types.
 */
import { TO_TEXT } from '../../../chart/value-error.ts';
import { FunctionFailure } from '../../functions/failure.ts';
import { checkLength } from '../../functions/limits.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { describe } from './describe.ts';
import { isTrue } from './truth.ts';
import { ABSENT } from './types.ts';
import type { Argument, Helper, HelperContext } from './types.ts';

/** One parameter: `read` gives undefined for an argument that is not `expected`. */
export type Parameter<T> = {
  name: string;
  expected: string;
  read: (value: Argument) => T | undefined;
  /** What to do about an argument that is not `expected`. */
  hint?: (value: Argument) => string | undefined;
  optional?: boolean;
  rest?: boolean;
};

type Values<P extends readonly Parameter<unknown>[]> = {
  [K in keyof P]: P[K] extends Parameter<infer T> ? Exact<T> : never;
};

/** Narrows `symbol` to the type of ABSENT again, which inference has widened. */
type Exact<T> = T extends symbol ? typeof ABSENT : T extends (infer I)[] ? (symbol extends I ? Exact<I>[] : T) : T;

/**
 * Makes a helper with these parameters and no named arguments. Its body runs only with arguments of the expected types;
 * for others the call fails, and the message says what was expected and what was given.
 */
export function helper<const P extends readonly Parameter<unknown>[]>(
  parameters: P,
  body: (values: Values<P>, context: HelperContext) => Argument,
): Helper {
  const call: Helper = (args, hash, context) => {
    rejectNamed(hash, context);
    const values = readArguments(parameters, args, context) as Values<P>;
    try {
      const made = body(values, context);
      // One call makes a text at most a few times longer, so checking each result limits all of them.
      if (typeof made === 'string') checkLength(made.length);
      return made;
    } catch (error) {
      if (error instanceof FunctionFailure) context.fail(`${context.helper} ${error.message}`, [...error.hints]);
      throw error;
    }
  };
  call.wrongCount = (name, count) => wrongCount(parameters, name, count);
  return call;
}

/** Fails for named arguments, which most helpers do not take. */
function rejectNamed(hash: ReadonlyMap<string, Argument>, context: HelperContext): void {
  for (const name of hash.keys()) context.fail(`${context.helper} takes no named arguments, and here is ${name}=`);
}

function readArguments(
  parameters: readonly Parameter<unknown>[],
  args: readonly Argument[],
  context: HelperContext,
): unknown[] {
  const wrong = wrongCount(parameters, context.helper, args.length);
  if (wrong !== undefined) context.fail(wrong.message, [wrong.hint]);
  return parameters.map((parameter, index) => {
    if (parameter.rest)
      return args.slice(index).map((value, at) => readOne(parameter, value, index + at, context, parameters));
    const value = args[index];
    return value === undefined ? undefined : readOne(parameter, value, index, context, parameters);
  });
}

/** The error of a call with `count` arguments, with the way the helper is written; undefined for a right number. */
function wrongCount(
  parameters: readonly Parameter<unknown>[],
  name: string,
  count: number,
): { message: string; hint: string } | undefined {
  const last = parameters.at(-1);
  const required = parameters.filter((parameter) => !parameter.optional && !parameter.rest).length;
  if (count >= required && (count <= parameters.length || last?.rest === true)) return undefined;
  return {
    message: `${name} takes ${countOf(parameters, required)}, not ${count}`,
    hint: usageOf(parameters, name),
  };
}

function readOne(
  parameter: Parameter<unknown>,
  value: Argument,
  index: number,
  context: HelperContext,
  all: readonly Parameter<unknown>[],
): unknown {
  const read = parameter.read(value);
  if (read !== undefined) return read;
  // If another parameter takes this value, the arguments are in the wrong order, and no hint on the value helps.
  const isElsewhere =
    value !== ABSENT &&
    all.some((one) => !TAKE_ALL.has(one.expected) && one !== parameter && one.read(value) !== undefined);
  const hint =
    value === ABSENT
      ? `Give the name a value, or a default: (default ${DEFAULTS.get(parameter.expected) ?? '"…"'} name)`
      : isElsewhere
        ? undefined
        : parameter.hint?.(value);
  return context.fail(
    `${context.helper} takes ${parameter.expected} as argument ${index + 1} (${parameter.name}), not ${describe(value)}`,
    [...(hint === undefined ? [] : [hint]), usageOf(all, context.helper)],
    index,
  );
}

/** A default for each `expected` of which a text is none. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['a map', '(dict)'],
  ['a list', '(list)'],
]);

/** The `expected` of parameters that take every value. */
const TAKE_ALL: ReadonlySet<string> = new Set(['anything', 'a value', 'a condition']);

function countOf(parameters: readonly Parameter<unknown>[], required: number): string {
  if (parameters.length === 0) return 'no arguments';
  const most = parameters.length;
  const count = parameters.at(-1)?.rest
    ? `at least ${required}`
    : required === most
      ? `${required}`
      : `${required} to ${most}`;
  return `${count} argument${count === '1' || count === 'at least 1' ? '' : 's'}`;
}

/** The hint that shows how a helper is written. */
function usageOf(parameters: readonly Parameter<unknown>[], name: string): string {
  return `Write it as (${[name, ...parameters.map(nameOf)].join(' ')})`;
}

function nameOf(parameter: Parameter<unknown>): string {
  if (parameter.rest) return `${parameter.name} …`;
  return parameter.optional ? `[${parameter.name}]` : parameter.name;
}

/** Anything, an absent name too. */
export function anything(name: string): Parameter<Argument> {
  return { name, expected: 'anything', read: (value) => value };
}

/** Anything but an absent name. */
export function value(name: string): Parameter<Value> {
  return { name, expected: 'a value', read: (value) => (value === ABSENT ? undefined : value) };
}

/** A text. */
export function text(name: string): Parameter<string> {
  return {
    name,
    expected: 'a text',
    read: (value) => (typeof value === 'string' ? value : undefined),
    hint: (value) =>
      typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? TO_TEXT : undefined,
  };
}

/** A text, a number or a boolean, read as text. */
export function scalar(name: string): Parameter<string> {
  return { name, expected: 'a text, a number or a boolean', read: textOf, hint: hintOfScalar };
}

/** The same, or null. */
export function nullableScalar(name: string): Parameter<string | null> {
  return {
    name,
    expected: 'a text, a number, a boolean or null',
    read: (value) => (value === null ? null : textOf(value)),
    hint: hintOfScalar,
  };
}

/** The text of a text, number or boolean; undefined for other values. */
export function textOf(value: Argument): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return undefined;
}

/** The text of a list item; fails for a list, a map and null. */
export function itemText(item: Value, index: number, context: HelperContext): string {
  return (
    textOf(item) ??
    context.fail(
      `${context.helper} takes texts, numbers and booleans, and item ${index} of the list is ${describe(item)}`,
      [hintOfScalar(item) ?? 'Leave it out with compact'],
    )
  );
}

function hintOfScalar(value: Argument): string | undefined {
  return Array.isArray(value) || isMap(value) ? 'Write it as text with toJson or toYaml' : undefined;
}

/** A list. */
export function list(name: string): Parameter<Value[]> {
  return { name, expected: 'a list', read: (value) => (Array.isArray(value) ? value : undefined) };
}

/** A map. */
export function map(name: string): Parameter<ValueMap> {
  return { name, expected: 'a map', read: (value) => (value !== ABSENT && isMap(value) ? value : undefined) };
}

/** A map as a list of one, or a list of maps. */
export function mapOrMaps(name: string): Parameter<ValueMap[]> {
  return {
    name,
    expected: 'a map or a list of maps',
    read: (value) => (value !== ABSENT && isMap(value) ? [value] : mapsOf(value)),
  };
}

/** A list of maps. */
export function maps(name: string): Parameter<ValueMap[]> {
  return { name, expected: 'a list of maps', read: mapsOf };
}

function mapsOf(value: Argument): ValueMap[] | undefined {
  return Array.isArray(value) && value.every((item) => isMap(item)) ? value : undefined;
}

/** A number, of any size, whole or not. */
export function number(name: string): Parameter<number | bigint> {
  return {
    name,
    expected: 'a number',
    read: (value) => (typeof value === 'number' || typeof value === 'bigint' ? value : undefined),
    hint: hintOfNumber,
  };
}

/** A whole number of any size. */
export function integer(name: string): Parameter<bigint> {
  return { name, expected: 'a whole number', read: integerOf, hint: hintOfNumber };
}

/** A whole number up to 2^53, for counts and indexes. */
export function count(name: string): Parameter<number> {
  return {
    name,
    expected: 'a whole number',
    // No text and no list is longer than 2^53.
    read: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined),
    hint: hintOfNumber,
  };
}

/** A count that is not negative. */
export function size(name: string): Parameter<number> {
  const parameter = count(name);
  return {
    ...parameter,
    expected: 'a whole number from 0',
    hint: (value) => (parameter.read(value) === undefined ? hintOfNumber(value) : undefined),
    read: (value) => {
      const read = parameter.read(value);
      return read === undefined || read < 0 ? undefined : read;
    },
  };
}

function integerOf(value: Argument): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

function hintOfNumber(value: Argument): string | undefined {
  if (typeof value === 'string') return 'Make it a number with int or float64';
  return typeof value === 'number'
    ? 'Use floor, ceil or round, or the helper for fractions: addf, subf, mulf, divf'
    : undefined;
}

/** Anything, read as true or false. */
export function condition(name: string): Parameter<boolean> {
  return { name, expected: 'a condition', read: isTrue };
}

/** A parameter that may be left out. */
export function optional<T>(parameter: Parameter<T>): Parameter<T | undefined> {
  return { ...parameter, optional: true };
}

/** All further arguments. */
export function rest<T>(parameter: Parameter<T>): Parameter<T[]> {
  // `read` reads one argument; `readArguments` makes the list.
  return { ...parameter, rest: true } as unknown as Parameter<T[]>;
}
