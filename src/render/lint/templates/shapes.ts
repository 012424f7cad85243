/** What expressions of native templates may lead to, without running them: paths below `values`, and the maps of calls. */
import { isLiteral } from '../../handlebars/ast.ts';
import type { Expression, Path, Sub } from '../../handlebars/ast.ts';
import { isScoped, ROOT_NAMES, simpleName } from '../../handlebars/scope.ts';

/** Stands in a path for the items of a list or the values of a map. */
export const ITEM = '*';

/** A value of the chart, or a map whose fields a call names: `(dict "a" x)`, and the named arguments of a partial. */
export type Atom =
  | { path: readonly string[]; isGiven: boolean }
  | { fields: ReadonlyMap<string, Shape>; others: Shape; size: number };

/** What a value may be, one of these; undefined where that is not known, and empty where it has no fields. */
export type Shape = readonly Atom[] | undefined;

/** Where one of the alternatives of a path leads. */
export type Lead =
  | { to: 'unknown' }
  | { to: 'value'; path: readonly string[]; isGiven: boolean }
  | { to: 'fields'; atom: Atom }
  | { to: 'nothing'; name: string; beside: readonly string[] };

/** The names at a place: the contexts that `..` leads to, innermost first, and those of `as |item|`. */
export type Names = { contexts: readonly Shape[]; locals: ReadonlyMap<string, Shape> };

const UNKNOWN: readonly Lead[] = [{ to: 'unknown' }];

/** The context of a template. */
export const ROOT: Shape = [
  {
    fields: new Map(
      Array.from(ROOT_NAMES, (name): [string, Shape] => [
        name,
        name === 'values' ? [{ path: [], isGiven: false }] : undefined,
      ]),
    ),
    others: [],
    size: 1,
  },
];

/** How many maps and paths a shape may consist of: partials that include themselves may nest maps without an end. */
const MAX_SIZE = 500;

/** A map with these fields, and those of another context; unknown if it is too large. */
export function mapOf(fields: ReadonlyMap<string, Shape>, others: Shape): Shape {
  let size = 1;
  for (const shape of [...fields.values(), others])
    for (const atom of shape ?? []) size += 'path' in atom ? 1 : atom.size;
  return size > MAX_SIZE ? undefined : [{ fields, others, size }];
}

/** Where a path leads. */
export function leadsOf(path: Path, { contexts, locals }: Names): readonly Lead[] {
  const [head = '', ...rest] = path.parts;
  if (path.data) return head === 'root' ? follow(ROOT, rest) : UNKNOWN;
  if (!isScoped(path)) {
    if (locals.has(head)) return follow(locals.get(head), rest);
    if (ROOT_NAMES.has(head)) return follow(ROOT, path.parts);
  }
  return follow(contexts[path.depth], path.parts);
}

/** Where names lead from a value. */
export function follow(shape: Shape, names: readonly string[], beside: readonly string[] = []): readonly Lead[] {
  if (shape === undefined) return UNKNOWN;
  const [name, ...rest] = names;
  return shape.flatMap((atom): readonly Lead[] => {
    if ('path' in atom) return [{ to: 'value', path: [...atom.path, ...names], isGiven: atom.isGiven }];
    if (name === undefined) return [{ to: 'fields', atom }];
    const known = [...beside, ...atom.fields.keys()];
    if (atom.fields.has(name)) {
      const found = follow(atom.fields.get(name), rest);
      // A literal has no fields, but the name is given.
      return found.length === 0 ? UNKNOWN : found;
    }
    if (atom.others?.length === 0) return [{ to: 'nothing', name, beside: known }];
    return follow(atom.others, names, known);
  });
}

/** What an expression may give. */
export function shapeOf(expression: Expression, names: Names): Shape {
  if (expression.type === 'PathExpression') return ofLeads(leadsOf(expression, names));
  return expression.type === 'SubExpression' ? shapeOfCall(expression, names) : [];
}

function ofLeads(leads: readonly Lead[]): Shape {
  const atoms: Atom[] = [];
  for (const lead of leads) {
    if (lead.to === 'unknown') return undefined;
    if (lead.to === 'value') atoms.push({ path: lead.path, isGiven: lead.isGiven });
    if (lead.to === 'fields') atoms.push(lead.atom);
  }
  return atoms;
}

/** Helpers that give one of their arguments, or all of them together. */
const TOGETHER: ReadonlySet<string> = new Set([
  ...['default', 'defaultMissing', 'coalesce', 'merge', 'mergeOverwrite', 'deepCopy', 'concat'],
]);
/** Helpers that give a list or a map with some of what is in another: which of their arguments that is. */
const PARTS: ReadonlyMap<string, number> = new Map([
  ...['filter', 'reject', 'sortBy', 'required'].map((name): [string, number] => [name, -1]),
  ...['rest', 'initial', 'reverse', 'uniq', 'compact', 'slice', 'pick', 'omit', 'tpl'].map((name): [string, number] => [
    name,
    0,
  ]),
]);

function shapeOfCall({ path, params }: Sub, names: Names): Shape {
  const name = path.type === 'PathExpression' ? simpleName(path) : undefined;
  const shapes = (): Shape[] => params.map((param) => shapeOf(param, names));
  if (name === undefined) return undefined;
  if (TOGETHER.has(name)) return together(shapes());
  if (name === 'ternary') return together(shapes().slice(0, 2));
  const part = PARTS.get(name);
  if (part !== undefined) return shapes().at(part);
  if (name === 'first' || name === 'last') return itemsOf(shapes()[0]);
  if (name === 'dict') return ofDict(params, names);
  const [, second] = params;
  // A key that only running the template tells leads to one of the values.
  if ((name === 'get' || name === 'index') && params.length === 2 && second !== undefined && !isLiteral(second))
    return itemsOf(shapes()[0]);
  const key = keyOf(name, params);
  return key?.of === 'map' ? ofLeads(follow(shapeOf(key.map, names), key.names)) : undefined;
}

function together(shapes: readonly Shape[]): Shape {
  const atoms: Atom[] = [];
  for (const shape of shapes) {
    if (shape === undefined || atoms.length + shape.length > MAX_SIZE) return undefined;
    atoms.push(...shape);
  }
  return atoms;
}

function ofDict(params: readonly Expression[], names: Names): Shape {
  const fields = new Map<string, Shape>();
  for (const [index, param] of params.entries()) {
    const value = params[index + 1];
    if (index % 2 === 1 || value === undefined) continue;
    if (param.type !== 'StringLiteral') return undefined;
    fields.set(param.value, shapeOf(value, names));
  }
  return mapOf(fields, []);
}

/** The items of a list, or the values of a map. */
export function itemsOf(shape: Shape): Shape {
  if (shape === undefined || shape.some((atom) => !('path' in atom))) return undefined;
  return shape.flatMap((atom) => ('path' in atom ? [{ ...atom, path: [...atom.path, ITEM] }] : []));
}

/** What the items of an expression may be, as `{{#each}}` goes through them. */
export function itemShapeOf(expression: Expression, names: Names): Shape {
  const call =
    expression.type === 'SubExpression' && expression.path.type === 'PathExpression' ? expression : undefined;
  const helper = call?.path.type === 'PathExpression' ? simpleName(call.path) : undefined;
  if (call === undefined || helper === undefined) return itemsOf(shapeOf(expression, names));
  if (helper === 'list') return together(call.params.map((param) => shapeOf(param, names)));
  return WITHOUT_FIELDS.has(helper) ? [] : itemsOf(shapeOf(expression, names));
}

/** Helpers that give lists of texts or numbers. */
const WITHOUT_FIELDS: ReadonlySet<string> = new Set(['keys', 'splitList', 'until', 'untilStep', 'seq', 'sortAlpha']);

/** A map or a list of maps in which a call looks for a field, whose name is a text in quotes. */
export type Key = { map: Expression; names: readonly string[]; of: 'map' | 'items'; loc: Expression['loc'] };

/** The fields that a call looks for in maps. */
export function keysOf(helper: string, params: readonly Expression[]): Key[] {
  const [first, ...others] = params;
  const last = params.at(-1);
  if (first === undefined || last === undefined || others.length === 0) return [];
  if (helper === 'pick' || helper === 'omit')
    return others.flatMap((one) =>
      one.type === 'StringLiteral' ? [{ map: first, names: [one.value], of: 'map', loc: one.loc }] : [],
    );
  if (helper === 'dig') {
    // (dig "a" "b" default map)
    const path = params.slice(0, -2);
    const names = path.flatMap((one) => (one.type === 'StringLiteral' ? [one.value] : []));
    return names.length === 0 || names.length < path.length ? [] : [{ map: last, names, of: 'map', loc: first.loc }];
  }
  const key = keyOf(helper, params);
  return key === undefined ? [] : [key];
}

function keyOf(helper: string, params: readonly Expression[]): Key | undefined {
  const [first, second] = params;
  const last = params.at(-1);
  if (first === undefined || second === undefined || last === undefined) return undefined;
  if (['get', 'hasKey', 'index'].includes(helper) && params.length === 2 && second.type === 'StringLiteral')
    return { map: first, names: [second.value], of: 'map', loc: second.loc };
  if (['filter', 'reject', 'sortBy', 'groupBy', 'pluck'].includes(helper) && first.type === 'StringLiteral')
    return { map: last, names: [first.value], of: 'items', loc: first.loc };
  return undefined;
}
