/** What a value is that does not fit where a template uses it, and which of the chart's values it is. */
import type { ExecError } from './exec-errors.ts';
import { allStatements } from './follow-value.ts';
import { printNode } from './node.ts';
import type { AstNode, Command, Operand, Pipe } from './node.ts';
import type { Template } from './template.ts';
import { decodeText, entriesOf, kindOf } from './value.ts';
import type { GoValue, OptionalValue } from './value.ts';
import { pathIn } from './value-path.ts';

const KINDS: Readonly<Record<string, string>> = {
  bool: 'a boolean',
  float64: 'a number',
  int: 'a number',
  int64: 'a number',
  map: 'a map',
  slice: 'a list',
  string: 'a text',
};

/** The types that values can have, by the words of Go's errors. */
const WANTED: Readonly<Record<string, string>> = {
  bool: 'a boolean',
  float64: 'a number',
  int: 'a number',
  int64: 'a number',
  loop: 'a list or a map',
  'map[string]interface {}': 'a map',
  string: 'a text',
  '[]interface {}': 'a list',
  '[]string': 'a list',
};

/** What a value is, in words; undefined for what has no common name. */
export function kindInWords(value: OptionalValue): string | undefined {
  return KINDS[kindOf(value)];
}

/** A value that caused an error: what it is, in a sentence, and its path among the values of the chart. */
export type WrongFound = {
  note: string | undefined;
  path: readonly string[] | undefined;
  /** There is no value at the path. */
  isMissing: boolean;
};

/**
 * The value at which an error is: one of a type that does not fit, or the only one of the chart's values that a function
 * was called with which failed. Undefined for other errors.
 *
 * @param values of the chart whose file was rendered
 */
export function wrongValue(error: ExecError, values: GoValue): WrongFound | undefined {
  const { node, wrong, template, message } = error;
  if (wrong === undefined) {
    if (!message.startsWith('error calling ') || node.type !== 'command') return undefined;
    const paths = [...node.args.slice(1), ...pipedInto(node, template)].flatMap(valuesNamed);
    const [path] = paths;
    const isKnown = path !== undefined && paths.length === 1 && (valueAt(values, path) ?? null) !== null;
    return isKnown ? { note: undefined, path: path.map(decodeText), isMissing: false } : undefined;
  }
  const given = node.type === 'command' ? pipedInto(node, template) : isOperand(node) ? [node] : [];
  const place = pathOf(given, error, values);
  return { note: place.isMissing ? undefined : noteOf(given, wrong), ...place };
}

/** As `$x is a number, not a text`. */
function noteOf(given: readonly Operand[], { value, wanted }: NonNullable<ExecError['wrong']>): string | undefined {
  const [operand] = given;
  const needed = WANTED[wanted];
  if (operand === undefined || needed === undefined) return undefined;
  const expression = expressionOf(operand);
  if (value === undefined || value === null) return `${expression} has no value`;
  const kind = kindInWords(value);
  return kind === undefined || kind === needed ? undefined : `${expression} is ${kind}, not ${needed}`;
}

function expressionOf(operand: Operand): string {
  if (operand.type === 'dot') return '"."';
  if (operand.type !== 'pipe') return decodeText(printNode(operand));
  const [inner, ...others] = operand.commands.flatMap(({ args }) => args);
  if (inner !== undefined && others.length === 0) return expressionOf(inner);
  const text = decodeText(printNode({ ...operand, variables: [] }));
  return `(${text})`;
}

function pathOf(
  given: readonly Operand[],
  { wrong, dollar }: ExecError,
  values: GoValue,
): Pick<WrongFound, 'path' | 'isMissing'> {
  const value = wrong?.value ?? null;
  const ofRoot = entriesOf(entriesOf(dollar)?.get('Values'));
  const isRoot = ofRoot !== undefined && ofRoot === entriesOf(values);
  // Where there is no value, its path is known only by how it is asked for, below the root.
  const paths = given.flatMap(valuesNamed).filter((path) => (valueAt(values, path) ?? null) === value);
  const [path] = paths;
  if (path !== undefined && paths.length === 1 && (value !== null || isRoot)) {
    return { path: path.map(decodeText), isMissing: valueAt(values, path) === undefined };
  }
  return { path: typeof value === 'object' ? pathIn(values, value) : undefined, isMissing: false };
}

function valueAt(values: GoValue, path: readonly string[]): OptionalValue {
  return path.reduce<OptionalValue>((value, name) => entriesOf(value)?.get(name), values);
}

/** The paths below `.Values` that an expression names. */
export function valuesNamed(operand: Operand): string[][] {
  if (operand.type === 'pipe') return operand.commands.flatMap(({ args }) => args.flatMap(valuesNamed));
  if (operand.type !== 'field' && operand.type !== 'variable') return [];
  return operand.names[0] === 'Values' && operand.names.length > 1 ? [operand.names.slice(1)] : [];
}

/** What is passed to a command through a pipeline: one operand, or none. */
function pipedInto(command: Command, template: Template): Operand[] {
  const found = search(template, ({ pos, args }) => pos === command.pos && args.length === command.args.length);
  return found === undefined || found.at === 0
    ? []
    : [{ ...found.pipe, variables: [], commands: found.pipe.commands.slice(0, found.at) }];
}

/** The name of the function that an error about the type of a value is about; undefined where there is none. */
export function calledWith(node: AstNode, template: Template): string | undefined {
  const isArgument = ({ type, pos }: Operand): boolean => type === node.type && pos === node.pos;
  const found = node.type === 'command' ? undefined : search(template, ({ args }) => args.slice(1).some(isArgument));
  const command = node.type === 'command' ? node : found?.pipe.commands[found.at];
  const called = command?.args[0];
  return called?.type === 'identifier' ? called.name : undefined;
}

/**
 * Finds a command of a template: its pipeline, and its index there. The caller compares positions, not node objects,
 * because a cached tree is decoded into new objects each time.
 */
function search(template: Template, isIt: (command: Command) => boolean): { pipe: Pipe; at: number } | undefined {
  for (const { node } of allStatements(template)) {
    const found = 'pipe' in node && node.pipe !== undefined ? searchPipe(node.pipe, isIt) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function searchPipe(pipe: Pipe, isIt: (command: Command) => boolean): { pipe: Pipe; at: number } | undefined {
  const at = pipe.commands.findIndex(isIt);
  if (at !== -1) return { pipe, at };
  for (const { args } of pipe.commands) {
    for (const arg of args) {
      const inner = arg.type === 'chain' ? arg.of : arg;
      const found = inner.type === 'pipe' ? searchPipe(inner, isIt) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isOperand(node: AstNode): node is Operand {
  return ['field', 'variable', 'chain', 'dot', 'pipe', 'identifier'].includes(node.type);
}
