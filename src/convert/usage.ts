/** Which of the chart's values a template reads, and how. */
import { pathsOf } from './expression.ts';
import type { Call, Expression, Path } from './expression.ts';
import type { Content, Piece } from './lower.ts';

/**
 * What is known of a value from how it is used. `fields` are those of a map; `items` what a list or a map is gone
 * through for; `texts` what it is compared with.
 */
export type Usage = {
  fields: Map<string, Usage>;
  items: Usage | undefined;
  isText: boolean;
  isTest: boolean;
  isData: boolean;
  isNumber: boolean;
  texts: Set<string>;
};

export function newUsage(): Usage {
  return {
    fields: new Map(),
    items: undefined,
    isText: false,
    isTest: false,
    isData: false,
    isNumber: false,
    texts: new Set(),
  };
}

/** Helpers whose argument may be a map or a list, and goes on as that. */
const DATA: ReadonlySet<string> = new Set(
  (
    'toYaml toJson toPrettyJson merge mergeOverwrite keys values concat append prepend uniq has join first last rest ' +
    'initial compact without reverse sortAlpha pick omit hasKey get pluck dig deepCopy spread optional goTpl tpl dict list'
  ).split(' '),
);
const TESTS: ReadonlySet<string> = new Set([
  'not',
  'and',
  'or',
  'empty',
  'kindIs',
  'typeIs',
  'kindOf',
  'typeOf',
  'all',
  'any',
]);
const NUMBERS: ReadonlySet<string> = new Set([
  'int',
  'int64',
  'float64',
  'add',
  'add1',
  'sub',
  'mul',
  'div',
  'mod',
  'gt',
  'ge',
  'lt',
  'le',
  'until',
  'max',
  'min',
]);
const COMPARES: ReadonlySet<string> = new Set(['eq', 'ne', 'has', 'contains', 'hasPrefix', 'hasSuffix']);

/** Adds what pieces read. */
export function addUsage(root: Usage, pieces: readonly Piece[]): void {
  for (const piece of pieces) {
    if (piece.type === 'value') addExpression(root, piece.value, 'text');
    else if (piece.type === 'block') addContent(root, piece.content);
    else if (piece.type === 'control') {
      for (const { opens, body } of piece.branches) {
        if (opens !== undefined) addExpression(root, opens.value, opens.block === 'each' ? 'items' : 'test');
        addUsage(root, body);
      }
    }
  }
}

function addContent(root: Usage, { structure }: Content): void {
  if ('value' in structure) addExpression(root, structure.value, 'data');
  else if (structure.context !== undefined) addExpression(root, structure.context, 'data');
}

type How = 'text' | 'test' | 'data' | 'items';

function addExpression(root: Usage, expression: Expression, how: How): void {
  for (const { path, within } of pathsOf(expression)) {
    const usage = at(root, path);
    if (usage === undefined) continue;
    if (within === undefined) note(usage, how);
    else noteArgument(usage, within, how);
  }
}

function note(usage: Usage, how: How): void {
  if (how === 'text') usage.isText = true;
  else if (how === 'test') usage.isTest = true;
  else if (how === 'data') usage.isData = true;
  else usage.items ??= newUsage();
}

function noteArgument(usage: Usage, { name, args }: Call, how: How): void {
  if (COMPARES.has(name)) {
    for (const text of textsIn(args)) usage.texts.add(text);
    if (name !== 'has') usage.isText = true;
  } else if (TESTS.has(name)) usage.isTest = true;
  else if (NUMBERS.has(name)) usage.isNumber = true;
  else if (name === 'default' || name === 'ternary' || name === 'coalesce' || name === 'required') note(usage, how);
  else if (DATA.has(name)) usage.isData = true;
  else if (name !== 'include' && name !== 'index') usage.isText = true;
}

function* textsIn(args: readonly Expression[]): Generator<string> {
  for (const arg of args) {
    if (arg.type === 'literal' && typeof arg.value === 'string') yield arg.value;
    else if (arg.type === 'call') yield* textsIn(arg.args);
  }
}

/** What is known of the value of a path. */
function at(root: Usage, { trail }: Path): Usage | undefined {
  if (trail === undefined || trail.length === 0) return undefined;
  let usage = root;
  for (const name of trail) {
    if (name === '*') usage = usage.items ??= newUsage();
    else {
      let next = usage.fields.get(name);
      if (next === undefined) {
        next = newUsage();
        usage.fields.set(name, next);
      }
      usage = next;
    }
  }
  return usage;
}
