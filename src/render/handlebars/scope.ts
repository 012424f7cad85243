/** Scopes, and the values that paths lead to in them. */
import type { Expression, Path, Program, Template } from './ast.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';
import { GO_ROOT, goPart } from '../go-root.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';

/** A function of the context: `files.get`, `capabilities.has`. */
export type Callable = (args: readonly Argument[], fail: (message: string) => never) => Argument;

/** A value or function that a path may lead to. */
export type Item = Argument | Callable | ItemMap;
/** Values and functions by their names. */
export type ItemMap = Map<string, Item>;

/** `@index`, `@key` and the like of one loop; `outer` has those of the loop around it. */
export type Data = {
  index?: number;
  key?: string | number;
  first?: boolean;
  last?: boolean;
  partialBlock?: PartialBody;
  outer: Data | undefined;
};

/** The body of a partial: a file, `{{#*inline}}`, or the block of `{{#> partial}}`, which has the scope around it. */
export type PartialBody = { program: Program; template: Template; scope: Scope | undefined };

/** The names of `as |item key|`, with their values. `outer` has those of the block around. */
export type Locals = { names: readonly string[]; items: readonly Item[]; scope: Scope; outer: Locals | undefined };

/** Where a context comes from: an expression and its scope, with the key of the item in a loop. */
export type Provenance = { scope: Scope; expression: Expression; key?: string | number };

/** The names that an expression can use. Scopes are never changed: a block makes a new one. */
export type Scope = {
  /** The map of `values`, `release` and the other names that are the same at every depth. */
  readonly root: ItemMap;
  readonly context: Item;
  /** The scope whose context `../` means. */
  readonly parent: Scope | undefined;
  readonly data: Data;
  readonly locals: Locals | undefined;
  readonly inlines: ReadonlyMap<string, PartialBody> | undefined;
  readonly provenance: Provenance | undefined;
};

/** Where partials are whose names resemble one that does not exist. */
export type PartialRelatives = {
  /** The library charts that have a partial of this name. */
  owners: readonly string[];
  /** The inline partials of the file of this name, if it has no others. */
  inlines: readonly string[];
};

/** Names that mean the same at every depth. */
export const ROOT_NAMES: ReadonlySet<string> = new Set([
  'values',
  'release',
  'chart',
  'capabilities',
  'files',
  'template',
]);

/** Is this `this.x`, `./x` or `../x`, which are looked up only in a context? `[this]` is an ordinary name. */
export function isScoped({ depth, original }: Path): boolean {
  if (depth > 0) return true;
  const first = original.charCodeAt(0);
  return first === 46 || (first === 116 && /^this\b/.test(original));
}

/** Is the path a single bare name? Only such a name can be a helper. */
export function simpleName(path: Path): string | undefined {
  return path.parts.length === 1 && !path.data && !isScoped(path) ? path.parts[0] : undefined;
}

/** The item at which a path starts, the names that follow, and the path of that item below the root, if it is known. */
type Start = { item: Item; rest: readonly string[]; trail: (() => readonly string[] | undefined) | undefined };

function startOf(path: Path, scope: Scope): Start {
  if (path.data) return startOfData(path, scope);
  const head = path.parts[0];
  if (head !== undefined && !isScoped(path)) {
    for (let locals = scope.locals; locals !== undefined; locals = locals.outer) {
      const index = locals.names.indexOf(head);
      if (index < 0) continue;
      // An item may be null, which is there as `this` would be.
      const local: Item | undefined = locals.items[index];
      const item = local === undefined ? ABSENT : local;
      const { scope: inner } = locals;
      return { item, rest: path.parts.slice(1), trail: index === 0 ? () => trailOf(inner) : undefined };
    }
    if (ROOT_NAMES.has(head)) return { item: scope.root, rest: path.parts, trail: () => [] };
  }
  let at: Scope | undefined = scope;
  for (let depth = path.depth; depth > 0 && at !== undefined; depth--) at = at.parent;
  if (at === undefined) return { item: ABSENT, rest: path.parts, trail: undefined };
  const found = at;
  return { item: found.context, rest: path.parts, trail: () => trailOf(found) };
}

function startOfData(path: Path, scope: Scope): Start {
  const [name, ...rest] = path.parts;
  let data: Data | undefined = scope.data;
  for (let depth = path.depth; depth > 0 && data !== undefined; depth--) data = data.outer;
  if (name === 'root') return { item: scope.root, rest, trail: () => [] };
  if (name === 'go') {
    const [part, ...below] = rest;
    const item = part === undefined ? GO_ROOT : (goPart(part) ?? ABSENT);
    return { item, rest: below, trail: undefined };
  }
  // {{#if @partial-block}} asks whether the partial was called with a block.
  if (name === 'partial-block')
    return { item: partialBlockOf(data) === undefined ? ABSENT : true, rest, trail: undefined };
  for (let at = data; at !== undefined; at = at.outer) {
    const item = name === 'index' || name === 'key' || name === 'first' || name === 'last' ? at[name] : undefined;
    if (item !== undefined) return { item, rest, trail: undefined };
  }
  return { item: ABSENT, rest, trail: undefined };
}

/** The block that the partial was called with, or one of the partials around it. */
export function partialBlockOf(scoped: Data | undefined): PartialBody | undefined {
  for (let data = scoped; data !== undefined; data = data.outer) {
    if (data.partialBlock !== undefined) return data.partialBlock;
  }
  return undefined;
}

/** The item that a path leads to; absent when a name on the way does not exist. */
export function lookupPath(path: Path, scope: Scope): Item {
  // Most lookups start at the context or the root, and make no object for the start.
  const isUsual = !path.data && path.depth === 0 && scope.locals === undefined;
  const start = isUsual ? undefined : startOf(path, scope);
  const rest = start?.rest ?? path.parts;
  let found: Item = start === undefined ? usualStart(path, scope) : start.item;
  for (let index = 0; index < rest.length; index++) found = member(found, rest[index] ?? '');
  return found;
}

/** The start of a path without `@`, `../` and names of blocks. */
function usualStart(path: Path, scope: Scope): Item {
  const head = path.parts[0];
  return head !== undefined && ROOT_NAMES.has(head) && !isScoped(path) ? scope.root : scope.context;
}

/** A field of a map, or an item or the `length` of a list or string; never a property of a JavaScript object. */
export function member(item: Item, name: string): Item {
  if (isItemMap(item)) {
    const found = item.get(name);
    return found === undefined ? (item.has(name) ? null : ABSENT) : found;
  }
  if (Array.isArray(item) || typeof item === 'string') {
    if (name === 'length') return item.length;
    if (!/^(?:0|[1-9][0-9]{0,15})$/.test(name)) return ABSENT;
    // An item may be null, which is there as a field that is null is.
    const found: Item | undefined = item[Number(name)];
    return found === undefined ? ABSENT : found;
  }
  return ABSENT;
}

/** Does an item have others by name? */
export function isItemMap(item: Item): item is ItemMap {
  return isMap(item);
}

/** The path of an expression's value in the chart's values; undefined when it is not one of them. */
export function valuePathOf(expression: Expression, scope: Scope): readonly string[] | undefined {
  const trail = trailOfExpression(expression, scope);
  return trail !== undefined && trail.length > 0 && trail[0] === 'values' ? trail.slice(1) : undefined;
}

function trailOfExpression(expression: Expression, scope: Scope): readonly string[] | undefined {
  if (expression.type !== 'PathExpression') return undefined;
  const { rest, trail } = startOf(expression, scope);
  const start = trail?.();
  return start && [...start, ...rest];
}

/** The names that lead from the root to a scope's context. */
function trailOf(scope: Scope): readonly string[] | undefined {
  if (scope.context === scope.root) return [];
  const { provenance } = scope;
  if (provenance === undefined) return undefined;
  const trail = trailOfExpression(provenance.expression, provenance.scope);
  if (trail === undefined || provenance.key === undefined) return trail;
  return [...trail, String(provenance.key)];
}

/** Why a path leads nowhere: the part that exists, the first name that does not, and the names beside that. */
export function explainAbsence(path: Path, scope: Scope): { known: string; missing: string; beside: string[] } {
  const { item, rest } = startOf(path, scope);
  let found = item;
  const skipped = path.parts.length - rest.length;
  for (const [index, name] of rest.entries()) {
    const next = member(found, name);
    if (next === ABSENT) {
      const known = path.parts.slice(0, skipped + index).join('.');
      const beside = isItemMap(found) ? [...found.keys()] : [];
      return { known, missing: name, beside };
    }
    found = next;
  }
  return { known: '', missing: path.original, beside: [] };
}

/** For a path that leads nowhere: its first name that does not exist, and the item in which it was looked up. */
export function absentFrom(path: Path, scope: Scope): { container: Item; name: string } {
  const { item, rest } = startOf(path, scope);
  let container = item;
  for (const name of rest) {
    const next = member(container, name);
    if (next === ABSENT) return { container, name };
    container = next;
  }
  return { container, name: '' };
}

/** A map of the context that holds functions beside values. */
export class Namespace extends Map<string, Item> {}

/** An item as an argument: functions are absent, and left out of maps. */
export function asArgument(item: Item): Argument {
  if (typeof item === 'function') return ABSENT;
  if (typeof item !== 'object' || !(item instanceof Namespace)) return item as Argument;
  const plain = new Map<string, Value>();
  for (const [key, inner] of item) {
    if (typeof inner === 'function') continue;
    const value = asArgument(inner);
    if (value !== ABSENT) plain.set(key, value);
  }
  return plain;
}

/** The scope in which a template starts. */
export function rootScope(root: ItemMap): Scope {
  return {
    root,
    context: root,
    parent: undefined,
    data: { outer: undefined },
    locals: undefined,
    inlines: undefined,
    provenance: undefined,
  };
}

/** The scope inside a block that changes the context; the same context again opens no new level of `../`. */
export function enter(scope: Scope, context: Item, provenance: Provenance, data: Data = scope.data): Scope {
  const parent = context === scope.context ? scope.parent : scope;
  return { ...scope, context, parent, data, provenance };
}
