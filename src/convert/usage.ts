/** Which of the chart's values a template reads, and how. */
import { isCall, pathsOf } from './expression.ts';
import type { Call, Expression, Path } from './expression.ts';
import type { Asked } from './guided.ts';
import type { Content, Piece } from './pieces.ts';

/**
 * How a template uses a value. `fields` are the keys that it reads of a map, `items` is how it uses the items of a loop
 * over a list or map, `texts` what it compares the value with.
 */
export type Usage = {
  fields: Map<string, Usage>;
  items: Usage | undefined;
  isText: boolean;
  isTest: boolean;
  isData: boolean;
  isNumber: boolean;
  /** It is given to `tpl`. */
  isTemplate: boolean;
  /** Its type is asked for: kindIs, typeOf. */
  isAnySort: boolean;
  /** It is spread among keys, or among items, or it is a whole document. */
  sort: 'map' | 'list' | 'object' | undefined;
  texts: Set<string>;
};

/** What a template reads. */
export type Reads = {
  values: Usage;
  /** The part that it reads itself, not in a definition that it includes. */
  direct: Usage;
  /** Texts that it compares with the result of a definition. */
  texts: Set<string>;
  /** The conditions around each of its branches. */
  branches: (readonly Asked[])[];
  /** It may read any value: it uses `.Values` as a whole, computes keys, or calls `tpl`. */
  isAll: boolean;
};

type Readings = Omit<Reads, 'direct' | 'branches'>;

/** A usage of which nothing is known yet. */
export function newUsage(): Usage {
  return {
    fields: new Map(),
    items: undefined,
    isText: false,
    isTest: false,
    isData: false,
    isNumber: false,
    isTemplate: false,
    isAnySort: false,
    sort: undefined,
    texts: new Set(),
  };
}

/** Helpers that take maps or lists. */
const DATA: ReadonlySet<string> = new Set(
  (
    'toYaml toJson toPrettyJson merge mergeOverwrite keys values concat append prepend uniq has join first last rest ' +
    'initial compact without reverse sortAlpha pick omit hasKey get pluck dig deepCopy dict list'
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
const SORTS: ReadonlySet<string> = new Set(['kindIs', 'typeIs', 'kindOf', 'typeOf', 'typeIsLike']);
const COMPARES: ReadonlySet<string> = new Set(['eq', 'ne', 'has', 'contains', 'hasPrefix', 'hasSuffix']);

/** Name and namespace of the release in most renders. */
const RELEASE_TEXTS: readonly string[] = ['default', 'release-name'];

/** Adds what pieces read. */
export function addUsage(root: Readings, pieces: readonly Piece[]): void {
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

function addContent(root: Readings, { structure }: Content): void {
  if ('value' in structure) addExpression(root, structure.value, 'data');
  else if (structure.context !== undefined) addExpression(root, structure.context, 'data');
}

type How = 'text' | 'test' | 'data' | 'items';

function addExpression(root: Readings, expression: Expression, how: How): void {
  for (const { path, within } of pathsOf(expression)) {
    root.isAll ||= path.trail?.length === 0 || path.trail?.[0] === '*';
    const usage = at(root.values, path);
    if (usage === undefined) continue;
    if (within === undefined) note(usage, how);
    else noteArgument(usage, within, how);
  }
  addCompared(root, expression);
}

/** Notes the texts of comparisons with a definition's result: `"a"` of (eq (include "x") "a"). */
function addCompared(root: Readings, expression: Expression): void {
  if (expression.type !== 'call') return;
  const { name, args } = expression;
  // A text that is run as a template may read anything.
  root.isAll ||= name === 'goTpl';
  for (const text of askedOf(expression)) {
    for (const { path, within } of pathsOf(expression))
      if (within !== expression) at(root.values, path)?.texts.add(text);
  }
  if (name === 'semverCompare')
    for (const { path } of pathsOf(expression)) for (const text of VERSIONS) at(root.values, path)?.texts.add(text);
  const isMade = COMPARES.has(name) && args.some((arg) => arg.type === 'call' && arg.name === 'include');
  const isOfRelease = COMPARES.has(name) && args.some((arg) => arg.type === 'path' && arg.base === 'release');
  if (isMade) for (const text of textsIn(args)) root.texts.add(text);
  if (isMade || isOfRelease)
    for (const text of RELEASE_TEXTS)
      for (const { path } of pathsOf(expression)) at(root.values, path)?.texts.add(text);
  for (const arg of args) addCompared(root, arg);
}

/** Versions that most constraints tell apart. */
const VERSIONS: readonly string[] = ['0.0.1', '99.0.0'];

/**
 * What a comparison asks of a value that goes through other helpers first: `"sha256:"` of (eq (substr 0 7 x) "sha256:"),
 * an empty text of (eq (len x) 0).
 */
function askedOf({ name, args }: Call): string[] {
  if (!COMPARES.has(name)) return [];
  return args.flatMap((arg) => {
    if (arg.type !== 'literal') return [];
    // `sha256:` at the end of a value would be a key.
    if (typeof arg.value === 'string') return [arg.value, `${arg.value}x`];
    return args.some((other) => isCall(other, 'len')) ? [''] : [];
  });
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
  } else if (TESTS.has(name)) {
    usage.isTest = true;
    usage.isAnySort ||= SORTS.has(name);
  } else if (NUMBERS.has(name)) usage.isNumber = true;
  // A loop over a map in the order of its keys.
  else if (name === 'keys' && how === 'items') usage.items ??= newUsage();
  else if (name === 'default' || name === 'ternary' || name === 'coalesce' || name === 'required') note(usage, how);
  else if (name === 'goTpl') usage.isTemplate = usage.isText = true;
  else if (DATA.has(name)) usage.isData = true;
  else if (name !== 'include' && name !== 'partial' && name !== 'index') usage.isText = true;
}

function* textsIn(args: readonly Expression[]): Generator<string> {
  for (const arg of args) {
    if (arg.type === 'literal' && typeof arg.value === 'string') yield arg.value;
    else if (arg.type === 'call' && arg.name !== 'include') yield* textsIn(arg.args);
  }
}

/** Notes whether a value is spread among keys or items, or is a whole document. */
export function addSort({ values }: Reads, { trail = [] }: Path, sort: 'map' | 'list' | 'object'): void {
  let usage: Usage | undefined = values;
  for (const name of trail) usage = name === '*' ? usage?.items : usage?.fields.get(name);
  if (usage !== undefined && usage !== values) usage.sort = sort;
}

/** The usage of the value at a path, made if there is none. */
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
