/** Finds misspelt keywords and names in schemas: those of values (JSON Schema), and those of CRDs. */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { listAt, mapAt } from '../objects/fields.ts';

/** A problem of a schema, and the keys that lead to it from the schema's root. */
export type SchemaKeyProblem = { keys: ValuePath; message: string };

/** Keywords whose values are maps of schemas, lists of schemas, and schemas. */
const MAPS: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'definitions', '$defs', 'dependentSchemas'],
]);
const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const SINGLE: ReadonlySet<string> = new Set([
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
]);

/** A schema and all schemas in it, each with the keys that lead to it. */
export function schemasIn(schema: Value | undefined): [ValueMap, ValuePath][] {
  const found: [ValueMap, ValuePath][] = [];
  const visit = (one: Value | undefined, keys: ValuePath): void => {
    if (!isMap(one)) return;
    found.push([one, keys]);
    for (const name of one.keys()) {
      if (MAPS.has(name)) for (const [key, inner] of mapAt(one, name)) visit(inner, [...keys, name, key]);
      if (LISTS.has(name))
        for (const [index, inner] of listAt(one, name).entries()) visit(inner, [...keys, name, index]);
      if (SINGLE.has(name)) visit(one.get(name), [...keys, name]);
    }
  };
  visit(schema, []);
  return found;
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

/**
 * The formats of all drafts of JSON Schema and of Helm, those of OpenAPI, and those that Kubernetes knows in CRDs
 * (k8s.io/kube-openapi, pkg/validation/strfmt).
 */
const FORMATS: ReadonlySet<string> = new Set([
  ...['date-time', 'date', 'time', 'duration', 'email', 'idn-email', 'hostname', 'idn-hostname', 'ipv4', 'ipv6', 'uri'],
  ...[
    'uri-reference',
    'iri',
    'iri-reference',
    'uri-template',
    'uuid',
    'json-pointer',
    'relative-json-pointer',
    'regex',
  ],
  ...['period', 'semver', 'color', 'style', 'phone', 'ip-address', 'host-name', 'utc-millisec'],
  ...['int32', 'int64', 'float', 'double', 'byte', 'binary', 'password', 'int-or-string', 'quantity'],
  ...['bsonobjectid', 'cidr', 'mac', 'uuid3', 'uuid4', 'uuid5', 'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn'],
  ...['hexcolor', 'rgbcolor', 'datetime', 'k8s-short-name', 'k8s-long-name'],
]);

/** What is wrong with the format of a schema: an unknown one allows every text. */
export function formatProblem(schema: ValueMap): string | undefined {
  const format = schema.get('format');
  if (typeof format !== 'string' || FORMATS.has(format)) return undefined;
  const near = OTHER_FORMATS[format.toLowerCase()] ?? nearest(format, FORMATS);
  const hint = near === undefined ? '; a pattern can check it' : `; did you mean ${near}?`;
  return `there is no format ${printable(format, 60)}, so that it checks nothing${hint}`;
}

/** What other programs call these formats. */
const OTHER_FORMATS: Readonly<Record<string, string>> = {
  url: 'uri',
  host: 'hostname',
  fqdn: 'hostname',
  domain: 'hostname',
  ip: 'ipv4',
  mail: 'email',
  timestamp: 'date-time',
};
