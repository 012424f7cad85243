/** The keywords of each draft of JSON Schema, and the types of their values: its metaschema as a table. */

/** The drafts that Helm knows; a year stands for `2019-09` and `2020-12`. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** The type of a keyword's value. Schemas in it are checked in turn. */
export type KeywordType =
  | 'string'
  | 'uri'
  | 'reference'
  | 'id'
  | 'anchor2019'
  | 'anchor2020'
  | 'boolean'
  | 'number'
  | 'divisor'
  | 'count'
  | 'pattern'
  | 'list'
  | 'choices'
  | 'strings'
  | 'someStrings'
  | 'stringsMap'
  | 'types'
  | 'vocabulary'
  | 'schema'
  | 'formerSchema'
  | 'schemaOrBoolean'
  | 'schemas'
  | 'schemaOrSchemas'
  | 'schemaMap'
  | 'patternMap'
  | 'dependencies';

const DRAFT_4: Readonly<Record<string, KeywordType>> = {
  id: 'string',
  $schema: 'uri',
  $ref: 'string',
  title: 'string',
  description: 'string',
  multipleOf: 'divisor',
  maximum: 'number',
  minimum: 'number',
  exclusiveMaximum: 'boolean',
  exclusiveMinimum: 'boolean',
  maxLength: 'count',
  minLength: 'count',
  maxItems: 'count',
  minItems: 'count',
  maxProperties: 'count',
  minProperties: 'count',
  pattern: 'pattern',
  uniqueItems: 'boolean',
  required: 'someStrings',
  enum: 'choices',
  type: 'types',
  format: 'string',
  additionalItems: 'schemaOrBoolean',
  additionalProperties: 'schemaOrBoolean',
  items: 'schemaOrSchemas',
  definitions: 'schemaMap',
  properties: 'schemaMap',
  patternProperties: 'schemaMap',
  dependencies: 'dependencies',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  not: 'schema',
};

const { id: _id, ...SINCE_4 } = DRAFT_4;
const DRAFT_6: Readonly<Record<string, KeywordType>> = {
  ...SINCE_4,
  $id: 'reference',
  $ref: 'reference',
  exclusiveMaximum: 'number',
  exclusiveMinimum: 'number',
  required: 'strings',
  additionalItems: 'schema',
  additionalProperties: 'schema',
  contains: 'schema',
  propertyNames: 'schema',
};

const DRAFT_7: Readonly<Record<string, KeywordType>> = {
  ...DRAFT_6,
  $comment: 'string',
  readOnly: 'boolean',
  writeOnly: 'boolean',
  examples: 'list',
  contentMediaType: 'string',
  contentEncoding: 'string',
  patternProperties: 'patternMap',
  if: 'schema',
  then: 'schema',
  else: 'schema',
};

const DRAFT_2019: Readonly<Record<string, KeywordType>> = {
  ...DRAFT_7,
  $id: 'id',
  $anchor: 'anchor2019',
  $recursiveRef: 'reference',
  $recursiveAnchor: 'boolean',
  $vocabulary: 'vocabulary',
  deprecated: 'boolean',
  enum: 'list',
  maxContains: 'count',
  minContains: 'count',
  dependentRequired: 'stringsMap',
  dependentSchemas: 'schemaMap',
  unevaluatedItems: 'schema',
  unevaluatedProperties: 'schema',
  contentSchema: 'schema',
  $defs: 'schemaMap',
};

const DRAFT_2020: Readonly<Record<string, KeywordType>> = {
  ...DRAFT_2019,
  $anchor: 'anchor2020',
  $dynamicRef: 'reference',
  $dynamicAnchor: 'anchor2020',
  $recursiveAnchor: 'anchor2020',
  // No longer a keyword in this draft, but references to its parts still work.
  additionalItems: 'formerSchema',
  items: 'schema',
  prefixItems: 'schemas',
};

/** The keywords of a draft. */
export const KEYWORDS: Readonly<Record<Draft, ReadonlyMap<string, KeywordType>>> = {
  4: new Map(Object.entries(DRAFT_4)),
  6: new Map(Object.entries(DRAFT_6)),
  7: new Map(Object.entries(DRAFT_7)),
  2019: new Map(Object.entries(DRAFT_2019)),
  2020: new Map(Object.entries(DRAFT_2020)),
};
