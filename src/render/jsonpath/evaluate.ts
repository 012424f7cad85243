/**
 * Evaluates the JSONPath templates of Kubernetes (k8s.io/client-go/util/jsonpath, jsonpath.go) on values as templates
 * have them. A map has no order in Go, so wildcards visit it there in any; here they visit it in the order of its keys.
 */
import { compareBasic, equalValues } from '../gotemplate/compare.ts';
import { printJson } from '../gotemplate/data/json-print.ts';
import { GoError } from '../gotemplate/functions/signature.ts';
import { GoInt, goInt } from '../gotemplate/int.ts';
import { sprintValue } from '../gotemplate/sprint.ts';
import { sortedKeys } from '../gotemplate/value.ts';
import type { GoMap, GoValue } from '../gotemplate/value.ts';
import type { Bound, Node } from './parse.ts';

/** A value, or undefined for the current value of a `range` over nothing or over null. */
type Found = GoValue | undefined;

/** A path that leads nowhere. `partial` is what it had found: a filter without comparison takes that for an answer. */
class PathError extends Error {
  override readonly name = 'PathError';
  readonly partial: readonly Found[];

  constructor(message: string, partial: readonly Found[] = []) {
    super(message);
    this.partial = partial;
  }
}

/** What a template prints, or why it prints nothing. Both are UTF-8 with one byte a character. */
export type Printed = { text: string } | { problem: string };

/** Evaluates a parsed template. */
export function evaluateJsonPath(template: readonly Node[], data: GoValue): Printed {
  try {
    const results = new Evaluator(template).block(0, data);
    return { text: results.map((values) => values.map((value) => print(value)).join(' ')).join('') };
  } catch (error) {
    if (error instanceof PathError || error instanceof GoError) return { problem: error.message };
    throw error;
  }
}

function print(value: Found): string {
  if (value === undefined) return '<no value>';
  if (value === null) return 'null';
  return Array.isArray(value) || value instanceof Map
    ? printJson(value, { escapeHtml: true, indent: undefined })
    : sprintValue(value);
}

class Evaluator {
  readonly #template: readonly Node[];
  /** The `range` keywords met in the current action, the loops around it, and the `end` keywords not yet used. */
  #begun = 0;
  #depth = 0;
  #ended = 0;
  #lastEnd = -1;

  constructor(template: readonly Node[]) {
    this.#template = template;
  }

  /** The results of the template from `start` to the `end` of the loop around it, or to its own end. */
  block(start: number, data: Found): Found[][] {
    const all: Found[][] = [];
    for (let at = start; at < this.#template.length; at++) {
      const results = this.#walk([data], this.#template[at] as Node);
      if (this.#ended > 0 && this.#ended <= this.#depth) {
        this.#ended--;
        this.#lastEnd = at;
        break;
      }
      if (this.#begun === 0) {
        all.push(results);
        continue;
      }
      this.#begun--;
      this.#depth++;
      // As in Go, the body of a loop sees null as a missing value.
      for (const value of results) all.push(...this.block(at + 1, value ?? undefined));
      // A loop over nothing is walked through all the same, to find its end; with no value most paths are errors.
      if (results.length === 0) this.block(at + 1, undefined);
      this.#depth--;
      if (this.#lastEnd > at) at = this.#lastEnd;
    }
    return all;
  }

  #walk(input: Found[], node: Node): Found[] {
    switch (node.type) {
      case 'list':
        return this.#path(input, node.nodes);
      case 'constant':
        return typeof node.value === 'string' ? [node.value] : input.map(() => node.value as GoValue);
      case 'field':
        return fieldOf(input, node.name);
      case 'slice':
        return input.flatMap((value) => (value === null ? [] : sliceOf(value, node.bounds, input)));
      case 'union':
        return this.#union(input, node.lists);
      case 'filter':
        return this.#filter(input, node);
      case 'wildcard':
        return input.flatMap((value) => childrenOf(value));
      case 'recursive':
        return descend(input);
      case 'keyword':
        return this.#keyword(input, node.name);
    }
  }

  #path(input: Found[], nodes: readonly Node[]): Found[] {
    let values = input;
    for (const node of nodes) values = this.#walk(values, node);
    return values;
  }

  #union(input: Found[], lists: readonly Node[][]): Found[] {
    try {
      return lists.flatMap((nodes) => this.#path(input, nodes));
    } catch (error) {
      throw error instanceof PathError ? new PathError(error.message, input) : error;
    }
  }

  #keyword(input: Found[], name: string): Found[] {
    if (name === 'range') {
      this.#begun++;
      return input;
    }
    if (name !== 'end') throw new PathError(`"${name}" is not a keyword: a path begins with a dot`, input);
    if (this.#depth === 0) throw new PathError('{end} without a {range}');
    this.#ended++;
    return [];
  }

  #filter(input: Found[], node: Extract<Node, { type: 'filter' }>): Found[] {
    const results: Found[] = [];
    for (const list of input) {
      if (!Array.isArray(list)) throw new PathError('a filter on something that is not a list', input);
      for (const item of list) if (this.#passes(item, node, input, results)) results.push(item);
    }
    return results;
  }

  #passes(item: GoValue, node: Extract<Node, { type: 'filter' }>, input: Found[], before: Found[]): boolean {
    if (node.operator === 'exists') return this.#found(item, node.left).length > 0;
    const sides: GoValue[] = [];
    for (const side of [node.left, node.right]) {
      let values: Found[];
      try {
        values = this.#path([item], side);
      } catch (error) {
        throw error instanceof PathError ? new PathError(error.message, input) : error;
      }
      if (values.length === 0) return false;
      if (values.length > 1) throw new PathError('a filter can compare only one value with another', input);
      sides.push(values[0] as GoValue);
    }
    const [left, right] = sides as [GoValue, GoValue];
    try {
      return compare(node.operator, left, right);
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      const isNumber = typeof left === 'number' && right instanceof GoInt;
      throw new PathError(isNumber ? `a number compares with ${right}.0, not with ${right}` : error.message, before);
    }
  }

  #found(item: GoValue, nodes: readonly Node[]): readonly Found[] {
    try {
      return this.#path([item], nodes);
    } catch (error) {
      if (error instanceof PathError) return error.partial;
      throw error;
    }
  }
}

function fieldOf(input: Found[], name: string): Found[] {
  if (input.length === 0) return [];
  const results = input.flatMap((value) =>
    value instanceof Map && value.has(name) ? [(value as GoMap).get(name)] : [],
  );
  if (results.length === 0) throw new PathError(`there is no ${name}`);
  return results;
}

function sliceOf(value: Found, [first, second, third]: readonly [Bound, Bound, Bound], input: Found[]): Found[] {
  if (!Array.isArray(value)) throw new PathError('an index into something that is not a list', input);
  const { length } = value;
  const start = first === undefined ? 0 : first.value < 0 ? first.value + length : first.value;
  let end = second?.value ?? length;
  if (end < 0 || (end === 0 && second?.derived === true)) end += length;
  if (start === end) return [];
  for (const index of [start, end - 1]) {
    if (index >= 0 && index < length) continue;
    throw new PathError(`index ${index} is beyond the ${length} items of the list`, input);
  }
  if (start > end) throw new PathError(`a slice from ${start} to ${end}`, input);
  const step = third?.value ?? 1;
  if (step <= 0) throw new PathError('a slice with a step below 1', input);
  return value.slice(start, end).filter((_, at) => at % step === 0);
}

/** The entries of a map, the items of a list, or the bytes of a text. */
function childrenOf(value: Found): Found[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return sortedKeys(value as GoMap).map((key) => (value as GoMap).get(key));
  return typeof value === 'string' ? [...value].map((byte) => goInt('uint8', byte.charCodeAt(0))) : [];
}

/** Each value that has children, before what is below it. */
function descend(input: readonly Found[]): Found[] {
  return input.flatMap((value) => {
    const children = childrenOf(value);
    return children.length === 0 ? [] : [value, ...descend(children)];
  });
}

/** @throws {GoError} for values that cannot be compared */
function compare(operator: string, left: GoValue, right: GoValue): boolean {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
      return compareBasic(left, right);
    case '>=':
      return !compareBasic(left, right);
    case '<=':
      return compareBasic(left, right) || equal(left, right);
    case '>':
      return !compareBasic(left, right) && !equal(left, right);
    default:
      throw new GoError(`"${operator}" compares nothing`);
  }
}

/** Other than `eq` of templates, this refuses to compare null, maps and lists. */
function equal(left: GoValue, right: GoValue): boolean {
  for (const side of [left, right]) {
    if (typeof side === 'object' && !(side instanceof GoInt)) throw new GoError('invalid type for comparison');
  }
  return equalValues(left, right);
}
