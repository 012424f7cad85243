/** Which of the chart's values an action prints: followed back through what its template was called with. */
import { statementsOf } from './block-trees.ts';
import type { Block, BranchNode, Command, Operand, Pipe, RangeNode, Statement } from './node.ts';
import { sprintValue } from './sprint.ts';
import type { Template } from './template.ts';
import type { Step } from './trace.ts';
import { decodeText, encodeText, entriesOf, itemsOf } from './value.ts';
import type { GoValue, OptionalValue } from './value.ts';
import { pathIn, valuesOf } from './value-path.ts';

/**
 * The path of the value that an action puts into a text, below the values of the template's chart: that of `.Values.w`
 * for `.v` in a template that is called by `include "x" (dict "v" .Values.w)`.
 *
 * @param steps the steps that lead to the action: each ran the template of the next, the first is in the file
 * @param part what is looked at of what the action prints
 * @returns undefined where the text is not from the values, may be from several of them, or cannot be traced
 */
export function valuePathOf(steps: readonly Step[], part: string): string[] | undefined {
  const node = steps.at(-1)?.span.node;
  if (node?.type !== 'action') return undefined;
  const values = valuesOf(steps[0]?.run.data) ?? null;
  const follower = new Follower(values);
  const found =
    follower.follow(node.pipe, [], steps, node.pos) ??
    [...operandsIn(node.pipe)].flatMap((operand) => {
      return follower.follow(operand, [], steps, node.pos) ?? follower.like(operand, steps);
    });
  const paths = [...new Map(found.map((path) => [path.join('\0'), path])).values()].filter(({ length }) => length > 0);
  // Of several values it is the one that can be seen, and rather a map or a list than a text.
  const collections = paths.filter((path) => isPrintedByGo(valueAt(values, path), part));
  const texts = paths.filter((path) => {
    const value = valueAt(values, path);
    return typeof value === 'string' && value !== '' && part.includes(value.split('\n')[0] ?? '');
  });
  const candidates = [collections, texts, paths].find(({ length }) => length > 0) ?? [];
  return candidates.length === 1 ? candidates[0] : undefined;
}

function* operandsIn(pipe: Pipe): Generator<Operand> {
  for (const { args } of pipe.commands) {
    for (const arg of args) {
      if (arg.type === 'pipe') yield* operandsIn(arg);
      else if (arg.type === 'field' || arg.type === 'variable' || arg.type === 'dot' || arg.type === 'chain') yield arg;
    }
  }
}

/**
 * The path and the kind of a map or list that an action prints as Go does, `map[a:b]` or `[a b]`, where the text of an
 * image or a name was meant; undefined for any other action.
 *
 * @param steps as for {@link valuePathOf}
 */
export function printedByGo(
  steps: readonly Step[],
  part: string,
): { path: string[]; kind: 'map' | 'list' } | undefined {
  const open = part.indexOf('[');
  if (open === -1 || !part.includes(']', open)) return undefined;
  const path = valuePathOf(steps, part);
  const value = path && valueAt(valuesOf(steps[0]?.run.data) ?? null, path);
  if (path === undefined || !isPrintedByGo(value, part)) return undefined;
  return { path, kind: itemsOf(value ?? null) === undefined ? 'map' : 'list' };
}

/** Whether a value is a map or a list with something in it, which stands in a text in Go's notation. */
function isPrintedByGo(value: OptionalValue, part: string): boolean {
  const size = itemsOf(value ?? null)?.length ?? entriesOf(value ?? null)?.size ?? 0;
  return size > 0 && part.includes(sprintValue(value));
}

function valueAt(values: GoValue, path: readonly string[]): GoValue | undefined {
  return path.map(encodeText).reduce<GoValue | undefined>((value, name) => {
    return value === undefined ? undefined : (entriesOf(value)?.get(name) ?? itemsOf(value)?.[Number(name)]);
  }, values);
}

/** A variable may be made of others, a template is called by another: more are not followed. */
const MAX_STEPS = 1000;

class Follower {
  readonly #values: GoValue;
  #left = MAX_STEPS;

  constructor(values: GoValue) {
    this.#values = values;
  }

  /**
   * The paths of what an expression reads: several where it is made of several. Empty where it reads none, as of a
   * constant; undefined where that cannot be determined.
   *
   * @param names fields that are read of the operand
   * @param pos where in the template of the last step it is evaluated
   */
  follow(operand: Operand, names: readonly string[], steps: readonly Step[], pos: number): string[][] | undefined {
    if (this.#left-- <= 0) return undefined;
    switch (operand.type) {
      case 'pipe':
        return this.#followPipe(operand.commands, names, steps, pos);
      case 'chain':
        return this.follow(operand.of, [...operand.names, ...names], steps, pos);
      case 'field':
        return this.#followDot([...operand.names, ...names], steps, pos);
      case 'dot':
        return this.#followDot(names, steps, pos);
      case 'variable':
        return this.#followVariable(operand.name, [...operand.names, ...names], steps, pos);
      default:
        // Constants, and functions without arguments.
        return [];
    }
  }

  /** The path of a text that stands once in the values, and is the value of an operand that cannot be followed. */
  like(operand: Operand, steps: readonly Step[]): string[][] {
    const span = steps.at(-1)?.span;
    if (span === undefined || (operand.type !== 'field' && operand.type !== 'variable' && operand.type !== 'dot')) {
      return [];
    }
    let value = operand.type === 'variable' ? span.variables.get(operand.name) : span.dot;
    if (operand.type !== 'dot') {
      for (const name of operand.names) value = entriesOf(value ?? null)?.get(name);
    }
    const path = pathIn(this.#values, value);
    return path === undefined ? [] : [path];
  }

  #followPipe(
    commands: readonly Command[],
    names: readonly string[],
    steps: readonly Step[],
    pos: number,
  ): string[][] | undefined {
    const [first] = commands;
    const args = first?.args ?? [];
    if (commands.length === 1 && args.length === 1 && args[0] !== undefined) {
      return this.follow(args[0], names, steps, pos);
    }
    const [name] = names;
    const read = commands.length === 1 ? readIn(args, names) : undefined;
    if (read !== undefined) return this.follow(read.of, read.names, steps, pos);
    if (name !== undefined) return undefined;
    const found = commands.flatMap((command) => {
      const [called, ...given] = command.args;
      const operands = called?.type === 'identifier' ? given : command.args;
      return operands.map((operand) => this.follow(operand, [], steps, pos));
    });
    const known = found.filter((paths) => paths !== undefined);
    return known.length < found.length || found.length === 0 ? undefined : known.flat();
  }

  #followDot(names: readonly string[], steps: readonly Step[], pos: number): string[][] | undefined {
    const step = steps.at(-1);
    if (step === undefined) return undefined;
    const { span, run } = step;
    const around = blockAround(span.template, pos);
    const dot = pos === span.node.pos ? span.dot : around === 'none' ? run.data : undefined;
    const known = this.#known(dot, names);
    if (known !== undefined) return known;
    if (around === 'none') return this.#followData(names, steps);
    return around?.type === 'with' ? this.follow(around.pipe, names, steps, around.pos) : undefined;
  }

  #followVariable(name: string, names: readonly string[], steps: readonly Step[], pos: number): string[][] | undefined {
    const step = steps.at(-1);
    if (step === undefined) return undefined;
    const { span, run } = step;
    const value = name === '$' ? run.data : pos === span.node.pos ? span.variables.get(name) : undefined;
    const known = this.#known(value, names);
    if (known !== undefined) return known;
    if (name === '$') return this.#followData(names, steps);
    const pipe = declarationOf(span.template, name);
    return pipe && this.follow(pipe, names, steps, pipe.pos);
  }

  /** What `.` of the template is where it begins. */
  #followData(names: readonly string[], steps: readonly Step[]): string[][] | undefined {
    const caller = steps.at(-2)?.span.node;
    const template = steps.at(-1)?.span.template;
    if (caller === undefined || template === undefined) return undefined;
    const data = argumentOf(caller, template.name);
    return data && this.follow(data, names, steps.slice(0, -1), caller.pos);
  }

  /** What is read of a value that is the root, or a part of the chart's values. */
  #known(value: OptionalValue, names: readonly string[]): string[][] | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const [first, ...rest] = names;
    if (first === 'Values' && valuesOf(value) !== undefined) return [rest.map(decodeText)];
    const path = pathIn(this.#values, value);
    return path && [[...path, ...names.map(decodeText)]];
  }
}

/** Whose fields a call gives, where it makes a map or a list, or takes an item of one. */
function readIn(args: readonly Operand[], names: readonly string[]): { of: Operand; names: string[] } | undefined {
  const [called, ...given] = args;
  const [name, ...rest] = names;
  if (called?.type !== 'identifier') return undefined;
  if (called.name === 'index' || called.name === 'get') {
    const [of, ...keys] = given;
    const read = keys.map((key) => (key.type === 'string' ? key.value : key.type === 'number' ? key.text : undefined));
    if (of === undefined || !read.every((key) => key !== undefined)) return undefined;
    return { of, names: [...read, ...names] };
  }
  if (name === undefined) return undefined;
  let of: Operand | undefined;
  if (called.name === 'list') of = given[Number(name)];
  if (called.name === 'dict') {
    for (let at = 0; at < given.length; at += 2) {
      const key = given[at];
      if (key?.type !== 'string') return undefined;
      if (key.value === name) of = given[at + 1];
    }
  }
  return of && { of, names: rest };
}

/** What an action gives to the template of a name that it calls; undefined where it calls none or several. */
function argumentOf(caller: Statement, name: string): Operand | undefined {
  if (caller.type === 'template') return caller.name === name ? caller.pipe : undefined;
  if (caller.type !== 'action') return undefined;
  const calls = [...includesIn(caller.pipe, name)];
  return calls.length === 1 ? calls[0] : undefined;
}

function* includesIn(pipe: Pipe, name: string): Generator<Operand> {
  for (const { args } of pipe.commands) {
    const [called, template, data] = args;
    const isCall = called?.type === 'identifier' && called.name === 'include';
    if (isCall && template?.type === 'string' && template.value === name && data !== undefined) yield data;
    for (const arg of args) {
      if (arg.type === 'pipe') yield* includesIn(arg, name);
      else if (arg.type === 'chain' && arg.of.type === 'pipe') yield* includesIn(arg.of, name);
    }
  }
}

/** What sets `.` at a place of a template; undefined where the place is not found. */
function blockAround(template: Template, pos: number): Around | undefined {
  for (const { node, around } of allStatements(template)) {
    if (node.pos === pos || ('pipe' in node && node.pipe?.pos === pos)) return around;
  }
  return undefined;
}

/** What a variable is set to, where that is done once in a template, and not by `range`. */
function declarationOf(template: Template, name: string): Pipe | undefined {
  let found: Pipe | undefined;
  for (const { node } of allStatements(template)) {
    if (!('pipe' in node) || node.pipe?.variables.includes(name) !== true) continue;
    if (found !== undefined || node.type === 'range') return undefined;
    found = node.pipe;
  }
  return found;
}

/** The innermost block that sets `.`, or `none` where it is what the template was called with. */
type Around = BranchNode | RangeNode | 'none';

/** The statements of a template, those in blocks too, each with the innermost block around it that sets `.`. */
export function* allStatements(
  template: Template,
  body: Block = template.body,
  around: Around = 'none',
): Generator<{ node: Statement; around: Around }> {
  for (const node of statementsOf(body, template.source)) {
    yield { node, around };
    if (node.type !== 'if' && node.type !== 'with' && node.type !== 'range') continue;
    yield* allStatements(template, node.body, node.type === 'if' ? around : node);
    if (node.otherwise !== undefined) yield* allStatements(template, node.otherwise, around);
  }
}
