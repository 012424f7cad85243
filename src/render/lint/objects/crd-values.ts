/**
 * What the schema of a CRD asks of values beside their types, which the API server checks too: patterns, lengths, bounds,
 * choices, and combinations of fields. The schema is one of OpenAPI 3, whose keywords are those of JSON Schema's draft 4.
 */
import { compileSchema } from '../../../chart/schema/compile.ts';
import type { Rule } from '../../../chart/schema/compile.ts';
import { patternEngine } from '../../../chart/schema/patterns.ts';
import { SchemaError } from '../../../chart/schema/schema-error.ts';
import { validateValue } from '../../../chart/schema/validate.ts';
import type { compileRe2 as CompileRe2 } from '../../../chart/re2.ts';
import { printable } from '../../../errors-text.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';

/** Keywords that check one text or number. */
const OF_SCALARS: ReadonlySet<string> = new Set([
  ...['pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['multipleOf', 'enum', 'format'],
]);

/** Keywords that check a list, a map or a combination of fields: all of it has to be known. */
const OF_WHOLES: ReadonlySet<string> = new Set([
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'anyOf', 'oneOf', 'not'],
]);

/** Formats of which API servers have the same idea as JSON Schema; of times and durations they take more. */
const FORMATS: ReadonlySet<Value> = new Set(['ipv4', 'ipv6', 'date']);

/** Compiles the schema of a CRD; undefined for one that cannot be used, of which another rule tells. */
export function compileCrd(schema: Value, compileRe2: typeof CompileRe2): Rule | undefined {
  const draft4 = asDraft4(schema);
  if (!isMap(draft4)) return undefined;
  try {
    return compileSchema(
      new Map([...draft4, ['$schema', 'http://json-schema.org/draft-04/schema#']]),
      patternEngine(compileRe2),
    );
  } catch (error) {
    if (error instanceof SchemaError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The findings on the values of an object.
 *
 * @param described the object in words: `Queue "web"`
 * @param isWhole are all fields there? In a branch of a template some are not known, and lists have other lengths
 */
export function crdValueProblems(
  object: ValueMap,
  rule: Rule,
  described: string,
  isWhole: boolean,
): { keys: ValuePath; message: string }[] {
  try {
    return validateValue(rule, withoutNulls(object)).flatMap(({ path, keyword, message }) => {
      // Types and missing fields are found by other rules, which know the defaults of the schema.
      if (!OF_SCALARS.has(keyword) && !(isWhole && OF_WHOLES.has(keyword))) return [];
      const field = path.length === 0 ? 'the object' : printable(path.join('.'));
      const text = `by the schema of its CRD, ${field} of ${described} ${printable(message, 300)}`;
      return [{ keys: path, message: text }];
    });
  } catch (error) {
    if (error instanceof SchemaError || error instanceof RangeError) return [];
    throw error;
  }
}

/** The parts of a schema that check values. */
function asDraft4(schema: Value): Value {
  if (Array.isArray(schema)) return schema.map(asDraft4);
  if (!isMap(schema)) return schema;
  const checking = new Map<string, Value>();
  for (const [key, value] of schema) {
    if (key.startsWith('x-') || key === '$schema' || key === 'default' || key === 'example') continue;
    if (key === 'format' && !FORMATS.has(value)) continue;
    // Draft 4 does not allow an empty list.
    if (key === 'required' && Array.isArray(value) && value.length === 0) continue;
    const isNamed = key === 'properties' && isMap(value);
    checking.set(
      key,
      isNamed
        ? new Map(Array.from(value, ([name, one]) => [name, asDraft4(one)]))
        : key === 'enum'
          ? value
          : asDraft4(value),
    );
  }
  return checking;
}

/** Null is what is not there, or not known. */
function withoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  return new Map([...value].flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)] as const])));
}
