/** The default values that mustaches print, also in branches that the values do not take. */
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import type { Expression, Mustache } from '../../handlebars/ast.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { isEmptyValue } from '../../handlebars/text.ts';
import { ITEM, leadsOf } from './shapes.ts';
import type { Names } from './shapes.ts';

/** The paths below `values` that an expression names. */
export function pathsIn(expression: Expression, names: Names): (readonly string[])[] {
  if (expression.type === 'PathExpression')
    return leadsOf(expression, names).flatMap((lead) => (lead.to === 'value' ? [lead.path] : []));
  return expression.type === 'SubExpression' ? expression.params.flatMap((param) => pathsIn(param, names)) : [];
}

/**
 * The default of what a mustache prints: of a value, and of `optional`, `spread` and `default` of one. Undefined where it
 * is not known, and where it is empty, since the branch may be for users who give another.
 */
export function defaultOf(
  node: Mustache,
  names: Names,
  values: ValueMap,
): { value: Value; path: readonly string[] } | undefined {
  const name = node.path.type === 'PathExpression' ? simpleName(node.path) : undefined;
  const isForm = name === 'optional' || name === 'spread' || name === 'default';
  const expression = isForm ? node.params.at(-1) : node.params.length === 0 ? node.path : undefined;
  if (expression?.type !== 'PathExpression') return undefined;
  const [path, ...others] = pathsIn(expression, names);
  if (path === undefined || others.length > 0) return undefined;
  const value = firstAt(values, path);
  return value === undefined ? undefined : { value, path };
}

/** Paths of values. */
export class PathSet {
  readonly #paths = new Set<string>();
  readonly #beginnings = new Set<string>();

  add(path: readonly string[]): void {
    this.#paths.add(path.join('\0'));
    for (let length = 0; length <= path.length; length++) this.#beginnings.add(path.slice(0, length).join('\0'));
  }

  /** Is a path the beginning of one of these, or one of these its beginning? */
  touches(path: readonly string[]): boolean {
    if (this.#beginnings.has(path.join('\0'))) return true;
    return path.some((_, length) => this.#paths.has(path.slice(0, length).join('\0')));
  }
}

/** The value at a path; of items the first that has one. */
function firstAt(value: Value, [name, ...rest]: readonly string[]): Value | undefined {
  if (name === undefined) return isEmptyValue(value) || value === false || value === 0 ? undefined : value;
  if (name === ITEM) {
    const items = Array.isArray(value) ? value : isMap(value) ? [...value.values()] : [];
    for (const item of items) {
      const found = firstAt(item, rest);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const inner = isMap(value) ? value.get(name) : Array.isArray(value) ? value[Number(name)] : undefined;
  return inner === undefined ? undefined : firstAt(inner, rest);
}
