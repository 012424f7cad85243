/** Expressions of native templates, as conversion makes and prints them. */

/** A path below `.Values`; `*` stands for any item of a list or map. */
export type Trail = readonly string[];

/** `base` is what the path begins with: one of the six names, a name that a block gives, or `this`, a partial's context. */
export type Path = { type: 'path'; base: string; names: readonly string[]; trail: Trail | undefined };
/** A value that stands in the template itself. */
export type Literal = { type: 'literal'; value: string | number | bigint | boolean | null };
/** A call of a helper. `trail` is where {@link orElse} leads below `.Values`, if it does. */
export type Call = { type: 'call'; name: string; args: readonly Expression[]; trail?: Trail };
/** What a mustache or an argument can hold. */
export type Expression = Path | Literal | Call;

/** Thrown for what Handlebars' syntax cannot write. The message is a noun: "the number 1e+30". */
export class Unprintable extends Error {}

/** A path: `base.names`. `trail` is where it leads below `.Values`, if it does. */
export function path(base: string, names: readonly string[] = [], trail?: Trail): Path {
  return { type: 'path', base, names, trail };
}

/** A literal value. */
export function literal(value: Literal['value']): Literal {
  return { type: 'literal', value };
}

/** A call of a helper with these arguments. */
export function call(name: string, ...args: readonly Expression[]): Call {
  return { type: 'call', name, args };
}

/** A path with a default for where it is missing: (dig "a" "" values). */
export function orElse(way: Path, otherwise: Literal['value']): Expression {
  const { base, names, trail } = way;
  // (dig …) goes through maps only.
  if (names.some((name) => /^\d+$/.test(name))) return call('default', literal(otherwise), way);
  // A partial's context may call a value by another name than `.Values` does, so the names do not give its trail.
  return { ...call('dig', ...names.map(literal), literal(otherwise), path(base)), ...(trail && { trail }) };
}

/** Undoes {@link orElse}; returns any other expression unchanged. */
export function withoutElse(expression: Expression): Expression {
  const of = isCall(expression, 'dig') ? expression.args.at(-1) : undefined;
  if (!isCall(expression, 'dig') || of?.type !== 'path') return expression;
  const names = expression.args.slice(0, -2).map((key) => (key.type === 'literal' ? String(key.value) : undefined));
  if (!names.every((name) => name !== undefined)) return expression;
  return pathWithin(of, names, expression.trail);
}

/** What is below a path: at `trail`, or else below that of the path. */
function pathWithin(of: Path, names: readonly string[], trail: Trail | undefined): Path {
  return path(of.base, [...of.names, ...names], trail ?? (of.trail && [...of.trail, ...names]));
}

/** Is it a call of this helper? */
export function isCall(expression: Expression, name: string): expression is Call {
  return expression.type === 'call' && expression.name === name;
}

/** Are both written alike? */
export function isSame(a: Expression, b: Expression): boolean {
  return keyOf(a) === keyOf(b);
}

/** A text by which expressions can be compared. */
export function keyOf(expression: Expression): string {
  switch (expression.type) {
    case 'literal':
      return `${typeof expression.value} ${JSON.stringify(String(expression.value))}`;
    case 'path':
      return JSON.stringify([expression.base, ...expression.names]);
    case 'call':
      return `(${[expression.name, ...expression.args.map(keyOf)].join(' ')})`;
  }
}

/**
 * Prints an expression as it stands in a mustache or as the value of a block.
 *
 * @param level how many blocks with a context of their own are around it
 * @throws {Unprintable}
 */
export function printExpression(expression: Expression, level: number): string {
  if (expression.type !== 'call') return printArgument(expression, level);
  return [expression.name, ...expression.args.map((arg) => printArgument(arg, level))].join(' ');
}

/** Prints an expression as an argument, a call in parentheses. @throws {Unprintable} */
export function printArgument(expression: Expression, level: number): string {
  switch (expression.type) {
    case 'literal':
      return printLiteral(expression.value);
    case 'path':
      return printPath(expression, level);
    case 'call':
      return `(${printExpression(expression, level)})`;
  }
}

function printPath({ base, names }: Path, level: number): string {
  const rest = names.map(printName);
  if (base !== 'this') return [base, ...rest].join('.');
  if (level === 0) return ['this', ...rest].join('.');
  const up = Array.from({ length: level }, () => '..').join('/');
  return rest.length === 0 ? up : `${up}/${rest.join('.')}`;
}

/** Words that Handlebars reads as something else in a path. */
const WORDS: ReadonlySet<string> = new Set(['this', 'true', 'false', 'null', 'undefined', 'as', 'else']);

function printName(name: string): string {
  if (/^[A-Za-z_][\w-]*$/.test(name) && !WORDS.has(name)) return name;
  if (/[\]\n]/.test(name) || name === '') throw new Unprintable(`the name ${JSON.stringify(name)} in a path`);
  return `[${name}]`;
}

function printLiteral(value: Literal['value']): string {
  if (typeof value === 'number' && !/^-?\d+(?:\.\d+)?$/.test(String(value))) {
    throw new Unprintable(`the number ${value}`);
  }
  if (typeof value !== 'string') return String(value);
  // Handlebars' only escape is a backslash before the quote.
  for (const quote of ['"', "'"]) if (!value.includes(quote) && !value.endsWith('\\')) return quote + value + quote;
  if (/\\(?:"|$)/.test(value)) throw new Unprintable('a text that ends in a backslash or has quotes of both sorts');
  return `"${value.replaceAll('"', '\\"')}"`;
}

/** Every path that an expression reads, with the helper that it is given to. */
export function* pathsOf(expression: Expression, within?: Call): Generator<{ path: Path; within: Call | undefined }> {
  const read = readBy(expression);
  if (read !== undefined) {
    yield { path: read.path, within };
    for (const key of read.keys) yield* pathsOf(key, expression as Call);
  } else if (expression.type === 'call') for (const arg of expression.args) yield* pathsOf(arg, expression);
}

/**
 * The path that an expression reads if it is one, or a helper that takes a value out of one, with the arguments that name
 * the value: `values.a` and `key` for (get values.a key). A key that is computed is `*` in the path.
 */
function readBy(expression: Expression): { path: Path; keys: readonly Expression[] } | undefined {
  if (expression.type === 'path') return { path: expression, keys: [] };
  if (expression.type !== 'call') return undefined;
  const { name, args, trail } = expression;
  const isDig = name === 'dig';
  const from = isDig ? args.at(-1) : name === 'index' || name === 'get' ? args[0] : undefined;
  const of = from && readBy(from);
  if (of === undefined) return undefined;
  const keys = isDig ? args.slice(0, -2) : args.slice(1);
  const names = keys.map((key) => (key.type === 'literal' && typeof key.value === 'string' ? key.value : '*'));
  return { path: pathWithin(of.path, names, trail), keys: [...of.keys, ...keys] };
}
