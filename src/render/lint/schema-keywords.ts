/** Finds misspelt keywords and names in schemas: those of values (JSON Schema), and those of CRDs. */
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../yaml/value.ts';
import { listAt, mapAt } from './fields.ts';

/** A problem of a schema, and the keys that lead to it from the schema's root. */
export type SchemaKeyProblem = { keys: ValuePath; message: string };

/** Keywords whose values are maps of schemas, lists of schemas, and schemas. */
const MAPS: readonly string[] = ['properties', 'patternProperties', 'definitions', '$defs', 'dependentSchemas'];
const LISTS: readonly string[] = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'];
const SINGLE: readonly string[] = [
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'additionalProperties',
  'additionalItems',
  'unevaluatedItems',
  'unevaluatedProperties',
  'items',
];

/** Goes through a schema and all schemas in it. */
export function* schemasIn(schema: Value | undefined, keys: ValuePath = []): Generator<[ValueMap, ValuePath]> {
  if (!isMap(schema)) return;
  yield [schema, keys];
  for (const name of MAPS)
    for (const [key, inner] of mapAt(schema, name)) yield* schemasIn(inner, [...keys, name, key]);
  for (const name of LISTS)
    for (const [index, inner] of listAt(schema, name).entries()) yield* schemasIn(inner, [...keys, name, index]);
  for (const name of SINGLE) yield* schemasIn(schema.get(name), [...keys, name]);
}

/**
 * What to say of a key of a schema that is not a keyword; undefined where nothing resembles a mistake, since tools have
 * keywords of their own.
 *
 * @param isReferred does a `$ref` lead to this key?
 */
export function keywordAdvice(
  key: string,
  schema: ValueMap,
  keywords: Iterable<string>,
  isReferred: (key: string) => boolean,
): string | undefined {
  const near = nearest(key, keywords);
  if (near !== undefined && !schema.has(near)) return `did you mean ${near}?`;
  const value = schema.get(key);
  const holdsProperties = schema.get('type') === 'object' || schema.has('properties');
  const isSchema = isMap(value) && SCHEMA_MARKS.some((mark) => value.has(mark));
  if (!holdsProperties || !isSchema || isReferred(key)) return undefined;
  return `put the names of values under properties:`;
}

/** A map with one of these is a schema. */
const SCHEMA_MARKS: readonly string[] = ['type', 'properties', '$ref', 'enum', 'anyOf', 'oneOf', 'allOf'];

/** Names that a schema requires, which it does not describe, and which resemble one that it describes. */
export function requiredProblems(schema: ValueMap, keys: ValuePath): SchemaKeyProblem[] {
  const properties = mapAt(schema, 'properties');
  return listAt(schema, 'required').flatMap((name, index) => {
    if (typeof name !== 'string' || properties.has(name)) return [];
    const required = new Set(listAt(schema, 'required'));
    const near = nearest(
      name,
      [...properties.keys()].filter((other) => !required.has(other)),
    );
    if (near === undefined) return [];
    const message = `required names ${printable(name)}, which is not in properties; did you mean ${printable(near)}?`;
    return [{ keys: [...keys, 'required', index], message }];
  });
}
