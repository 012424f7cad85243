/** Rules on values.schema.json that no draft of JSON Schema has: what is misspelt there is ignored without a word. */
import { join } from 'node:path';
import type { Chart } from '../../../chart/chart.ts';
import { draftOf } from '../../../chart/schema/document.ts';
import { KEYWORDS } from '../../../chart/schema/keyword-types.ts';
import type { Draft } from '../../../chart/schema/keyword-types.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { mapAt } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import type { KeyedFinding } from '../chart/metadata.ts';
import { schemaOf } from '../objects/read-schema.ts';
import { formatProblem, keywordAdvice, requiredProblems, schemasIn } from './schema-keywords.ts';

/** Names that differ more are different names: hostname and hostAlias. */
const MAX_DISTANCE = 2;

/** Further findings are left out, since finding the line of each reads the text. */
const MAX_FINDINGS = 20;

/** Keywords that are not keywords of JSON Schema, and that tools read: OpenAPI, and Bitnami's forms for values. */
const OF_TOOLS: ReadonlySet<string> = new Set([
  'example',
  'nullable',
  'discriminator',
  'xml',
  'externalDocs',
  'form',
  'hidden',
  'render',
  'sliderMin',
  'sliderMax',
  'sliderUnit',
]);

/** Keywords that earlier drafts do not have and ignore, and that change what is valid. */
const CHECKING: readonly string[] = [
  'const',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
  'maxContains',
  'minContains',
  'dependentRequired',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
  'prefixItems',
];

const ALL_KEYWORDS: ReadonlySet<string> = new Set(Object.values(KEYWORDS).flatMap((keywords) => [...keywords.keys()]));

const DRAFTS: readonly (readonly [Draft, string])[] = [
  [6, '6'],
  [7, '7'],
  [2019, '2019-09'],
  [2020, '2020-12'],
];

/** Findings on the schema of a chart: keywords, and names that neither the schema nor values.yaml explain. */
export function lintValueSchema(chart: Chart, isNative: boolean): LintMessage[] {
  const { schema: file } = chart;
  if (file === undefined) return [];
  const schema = schemaOf(chart);
  const draft = isMap(schema) ? draftIn(schema) : undefined;
  if (draft === undefined) return [];
  const text = new TextDecoder().decode(file.data);
  const isReferred = (key: string): boolean => text.includes(`/${key}"`) || text.includes(`/${key}/`);
  const problems: KeyedFinding[] = [];
  for (const [at, keys] of schemasIn(schema)) {
    for (const { key, message } of keywordProblems(at, draft, isReferred))
      problems.push({ rule: 'schema-keyword', keys: [...keys, key], message });
    const format = formatProblem(at);
    if (format !== undefined) problems.push({ rule: 'schema-keyword', keys: [...keys, 'format'], message: format });
    for (const problem of requiredProblems(at, keys)) problems.push({ rule: 'schema-name', ...problem });
  }
  for (const problem of nameProblems(schema, chart.values, [])) problems.push({ rule: 'schema-name', ...problem });
  return problems.slice(0, MAX_FINDINGS).map(({ rule, keys, message }) => {
    const at = { file: join(chart.location, file.name), ...locateKeys(text, keys) };
    return finding(rule, file.name, message, at, isNative ? undefined : 'info');
  });
}

/** The draft that a schema names; undefined for an unknown one, which checking the values reports. */
function draftIn(schema: ValueMap): Draft | undefined {
  try {
    return draftOf(schema.get('$schema'), 2020);
  } catch {
    return undefined;
  }
}

function keywordProblems(
  schema: ValueMap,
  draft: Draft,
  isReferred: (key: string) => boolean,
): { key: string; message: string }[] {
  return [...schema.keys()].flatMap((key) => {
    if (ALL_KEYWORDS.has(key)) {
      const other = otherType(schema, key);
      if (other !== undefined) return [{ key, message: other }];
      if (KEYWORDS[draft].has(key) || !CHECKING.includes(key)) return [];
      const since = DRAFTS.find(([one]) => one > draft && KEYWORDS[one].has(key))?.[1] ?? '';
      const message = `${key} is a keyword since draft ${since}, and the draft that $schema names ignores it`;
      return [{ key, message }];
    }
    if (OF_TOOLS.has(key) || key.startsWith('x-') || key.startsWith('$')) return [];
    const short = SHORT[key];
    const advice =
      short !== undefined && !schema.has(short)
        ? `did you mean ${short}?`
        : keywordAdvice(key, schema, ALL_KEYWORDS, isReferred);
    return advice === undefined
      ? []
      : [{ key, message: `${printable(key)} is not a keyword of JSON Schema, and is ignored; ${advice}` }];
  });
}

/** What other programs call these keywords. */
const SHORT: Readonly<Record<string, string>> = {
  min: 'minimum',
  max: 'maximum',
  values: 'enum',
  optional: 'required',
};

/** The keywords that check values of one type alone, and pass over all others. */
const TYPE_OF: ReadonlyMap<string, string> = new Map([
  ...['minLength', 'maxLength', 'pattern'].map((key): [string, string] => [key, 'string']),
  ...['minItems', 'maxItems', 'uniqueItems', 'items', 'contains'].map((key): [string, string] => [key, 'array']),
  ...['minProperties', 'maxProperties', 'properties', 'required', 'patternProperties'].map((key): [string, string] => [
    key,
    'object',
  ]),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].map((key): [string, string] => [
    key,
    'number',
  ]),
]);

const TYPES: ReadonlySet<string> = new Set([...['string', 'array', 'object', 'number', 'integer', 'boolean', 'null']]);

/** What to write instead of a keyword that the type of its own schema makes useless: `minLength` of an array. */
function otherType(schema: ValueMap, key: string): string | undefined {
  const type = schema.get('type');
  const checked = TYPE_OF.get(key);
  // Of a type that does not exist checking the values tells.
  if (typeof type !== 'string' || checked === undefined || !TYPES.has(type)) return undefined;
  if (type === checked || (checked === 'number' && type === 'integer')) return undefined;
  const [, bound, what = ''] = /^(min|max)(Length|Items|Properties|imum)$/.exec(key) ?? [];
  const meant = { string: 'Length', array: 'Items', object: 'Properties', number: 'imum', integer: 'imum' }[type];
  const hint = what === '' || meant === undefined ? '' : `; did you mean ${bound}${meant}?`;
  return `${key} checks only values of the type ${checked}, but these are of the type ${printable(type)}${hint}`;
}

/**
 * Names that only the schema has, each beside a similar one that only values.yaml has: one of the two is misspelt, and
 * the rules of the schema hold for no value.
 */
function nameProblems(
  schema: Value | undefined,
  values: ValueMap,
  keys: ValuePath,
): { keys: ValuePath; message: string }[] {
  const properties = mapAt(schema, 'properties');
  const undescribed = [...values.keys()].filter((name) => !properties.has(name));
  return [...properties].flatMap(([name, inner]) => {
    const value = values.get(name);
    if (isMap(value)) return nameProblems(inner, value, [...keys, 'properties', name]);
    const near = value === undefined && !values.has(name) ? nearest(name, undescribed, MAX_DISTANCE) : undefined;
    if (near === undefined) return [];
    const message = `values.yaml has no ${printable(name)}, and the schema says nothing of ${printable(near)}, which values.yaml has: did you mean ${printable(near)}?`;
    return [{ keys: [...keys, 'properties', name], message }];
  });
}
