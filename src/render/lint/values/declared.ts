/** Which names below `values` a chart declares: in values.yaml, in its comments, or in the schema. */
import { nearest } from '../../../nearest.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value } from '../../../yaml/value.ts';
import type { CommentedKeys } from './commented-keys.ts';
import { field, mapAt } from '../objects/fields.ts';
import { ITEM } from '../templates/shapes.ts';

/** Where values may be declared. */
export type Known = { values: Value[]; comments: CommentedKeys; schema: Value | undefined };

/**
 * The index of the first name in a path that is declared nowhere, and the nearest declared name.
 *
 * @param most how far that may be: see {@link nearest}
 */
export function missingPart(
  parts: readonly string[],
  { values, comments, schema }: Known,
  most: number | undefined,
): MissingPart | undefined {
  let at: readonly Value[] = values;
  let rule = resolved(schema, schema);
  let isItem = false;
  for (const [index, name] of parts.entries()) {
    if (name === ITEM) {
      isItem = true;
      at = at.flatMap((value) => (Array.isArray(value) ? value : isMap(value) ? [...value.values()] : []));
      rule = resolved(field(rule, 'items') ?? field(rule, 'additionalProperties'), schema);
      continue;
    }
    const isList = at.length > 0 && at.every((value) => Array.isArray(value));
    if (isList && !/^(?:[0-9]+|length)$/.test(name)) return { index, near: undefined, holder: 'list' };
    if (name !== 'length' && at.length > 0 && at.every(isText)) return { index, near: undefined, holder: 'text' };
    const maps = at.filter((value) => isMap(value));
    const names = [...maps.flatMap((map) => [...map.keys()]), ...mapAt(rule, 'properties').keys()];
    const isCommented = comments.has(parts.slice(0, index + 1));
    if (isCommented && !names.includes(name)) {
      // What is in it is known by other comments.
      at = [];
      rule = undefined;
      continue;
    }
    // An empty map may hold anything, but an example in the comments shows what it is meant for.
    if (names.length === 0) {
      const isFree = index === 0 || at.some((value) => value !== null && !isMap(value));
      const near = isFree ? undefined : nearest(name, comments.namesAt(parts.slice(0, index)), 2);
      return near === undefined ? undefined : { index, near, holder: 'map', isExample: true };
    }
    // So may a value that is declared as something else too.
    if (maps.length < at.length && !maps.some((map) => map.has(name))) return undefined;
    if (!names.includes(name)) {
      // `global` belongs to the user of the chart, who need not declare it.
      return index === 0 && name === 'global'
        ? undefined
        : {
            index,
            near: nearest(name, new Set(names), isItem ? 2 : most),
            holder: 'map',
            isClosed: field(rule, 'additionalProperties') === false && field(rule, 'patternProperties') === undefined,
          };
    }
    at = maps.flatMap((map) => (map.has(name) ? [map.get(name) ?? null] : []));
    rule = resolved(mapAt(rule, 'properties').get(name), schema);
    if (at.length === 0 && rule === undefined) return undefined;
  }
  return undefined;
}

/**
 * Where a path leads to nothing that is declared; `isClosed` if the schema allows no other names there, `isExample` if
 * only an example in the comments tells which names are there.
 */
export type MissingPart = {
  index: number;
  near: string | undefined;
  holder: 'map' | 'list' | 'text';
  isClosed?: boolean;
  isExample?: boolean;
};

/** A part of a schema, where it is a `$ref` to another part of the same schema that one. */
function resolved(rule: Value | undefined, schema: Value | undefined): Value | undefined {
  let found = rule;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    const reference = field(found, '$ref');
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return found;
    const keys = reference.slice(2).split('/');
    found = field(schema, ...keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')));
  }
  return undefined;
}

const MAX_HOPS = 20;

/** Has a value no fields? An empty text may stand for a map that users give. */
function isText(value: Value): boolean {
  return typeof value === 'object' ? false : value !== '';
}
