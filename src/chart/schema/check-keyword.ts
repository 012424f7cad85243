/** Checks the values of keywords against the types that the metaschema of a draft requires. */
import type { Value } from '../../yaml/value.ts';
import { isMap } from '../../yaml/value.ts';
import { canonical, compareNumbers, isInteger, isNumber } from './numbers.ts';
import type { PatternEngine } from './patterns.ts';
import type { KeywordType } from './keyword-types.ts';
import { isUri, isUriReference } from './uris.ts';

/** Has a value the type? Subschemas in it are not checked. */
export function hasKeywordType(value: Value, type: KeywordType, engine: PatternEngine): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'uri':
      return typeof value === 'string' && isUri(value);
    case 'reference':
      return typeof value === 'string' && isUriReference(value);
    case 'id':
      return typeof value === 'string' && isUriReference(value) && /^[^#]*#?$/.test(value);
    case 'anchor2019':
      return typeof value === 'string' && /^[A-Za-z][-A-Za-z0-9.:_]*$/.test(value);
    case 'anchor2020':
      return typeof value === 'string' && /^[A-Za-z_][-A-Za-z0-9._]*$/.test(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return isNumber(value);
    case 'divisor':
      return isNumber(value) && compareNumbers(value, 0) > 0;
    case 'count':
      return isNumber(value) && isInteger(value) && compareNumbers(value, 0) >= 0;
    case 'pattern':
      return typeof value === 'string' && isPattern(value, engine);
    case 'list':
      return Array.isArray(value);
    case 'choices':
      return Array.isArray(value) && value.length > 0 && areUnique(value);
    case 'strings':
      return areStrings(value);
    case 'someStrings':
      return areStrings(value) && value.length > 0;
    case 'stringsMap':
      return isMap(value) && [...value.values()].every((item) => areStrings(item));
    case 'types':
      return areTypes(value);
    case 'vocabulary':
      return isMap(value) && [...value].every(([key, item]) => isUri(key) && typeof item === 'boolean');
    case 'schemas':
      return Array.isArray(value) && value.length > 0;
    case 'schemaOrSchemas':
      return !Array.isArray(value) || value.length > 0;
    case 'schemaMap':
      return isMap(value);
    case 'patternMap':
      return isMap(value) && [...value.keys()].every((key) => isPattern(key, engine));
    case 'dependencies':
      return isMap(value) && [...value.values()].every((item) => !Array.isArray(item) || areStrings(item));
    default:
      return true;
  }
}

function isPattern(source: string, engine: PatternEngine): boolean {
  try {
    engine(source);
    return true;
  } catch {
    return false;
  }
}

function areUnique(items: readonly Value[]): boolean {
  return new Set(items.map((item) => canonical(item))).size === items.length;
}

function areStrings(value: Value): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') && areUnique(value);
}

const TYPES: ReadonlySet<Value> = new Set(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);

function areTypes(value: Value): boolean {
  if (!Array.isArray(value)) return TYPES.has(value);
  return value.length > 0 && value.every((item) => TYPES.has(item)) && areUnique(value);
}

/** The name of each type in messages: `#/type should be …`. */
export const KEYWORD_TYPE_NAMES: Readonly<Record<KeywordType, string>> = {
  string: 'a string',
  uri: 'a URI',
  reference: 'a URI or a part of one',
  id: 'a URI or a part of one, without a fragment',
  anchor2019: 'a name',
  anchor2020: 'a name',
  boolean: 'true or false',
  number: 'a number',
  divisor: 'a number greater than 0',
  count: 'a whole number, 0 or more',
  pattern: "a pattern in RE2's syntax",
  list: 'a list',
  choices: 'a list of different values, not empty',
  strings: 'a list of different strings',
  someStrings: 'a list of different strings, not empty',
  stringsMap: 'a map of lists of different strings',
  types: 'a type, or a list of different types',
  vocabulary: 'a map of URIs to true or false',
  schema: 'a schema',
  formerSchema: 'a schema',
  schemaOrBoolean: 'a schema, true or false',
  schemas: 'a list of schemas, not empty',
  schemaOrSchemas: 'a schema, or a list of schemas that is not empty',
  schemaMap: 'a map of schemas',
  patternMap: "a map of schemas by patterns in RE2's syntax",
  dependencies: 'a map of schemas or of lists of different strings',
};
