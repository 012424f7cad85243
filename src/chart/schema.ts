/** Validates values against `values.schema.json`, with the same results as Helm. */
import { pathText } from './path-text.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson } from '../yaml/json.ts';
import { fromPlain, isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { Chart, ChartFile } from './chart.ts';
import type { Origins } from './origins.ts';
import type { compileRe2 as CompileRe2 } from './re2.ts';
import { compileSchema } from './schema/compile.ts';
import { MissingDocument, SchemaError } from './schema/schema-error.ts';
import { mayHoldPatterns, patternEngine } from './schema/patterns.ts';
import { validateValue } from './schema/validate.ts';
import { TooManySteps } from './schema/visit.ts';
import type { SchemaProblem } from './schema/visit.ts';
import { subchartValues } from './values.ts';

/**
 * Fetches the text of a schema that another one refers to by its address.
 *
 * @throws {PkgError} `PKG_SCHEMA_REMOTE`
 */
export type SchemaLoader = (url: string) => Promise<Uint8Array>;

/** The parts of a chart that validation needs. */
type ChartWithSchema = Pick<Chart, 'schema' | 'location' | 'dependencies'>;

/**
 * Validates the values of a chart and its subcharts against their schemas: drafts 4, 6, 7, 2019-09 and 2020-12, the last
 * where `$schema` is missing.
 *
 * @param load fetches schemas that a schema refers to; without it such references are refused
 * @returns one error for each value that does not fit, with its path, the rule and its origin, and
 *   `PKG_SCHEMA_INVALID` for each schema that cannot be used
 */
export async function validateSchemas(
  chart: ChartWithSchema,
  values: ValueMap,
  origins?: Origins,
  load: SchemaLoader = refuse,
): Promise<PkgError[]> {
  const errors: PkgError[] = [];
  const visit = async (at: ChartWithSchema, own: ValueMap, path: readonly string[]): Promise<void> => {
    if (at.schema !== undefined) {
      const file = `${at.location}/${at.schema.name}`;
      try {
        for (const problem of await check(at.schema, file, own, load)) {
          errors.push(await violation(problem, path, file, origins));
        }
      } catch (error) {
        if (!(error instanceof PkgError)) throw error;
        errors.push(error);
      }
    }
    for (const child of at.dependencies) {
      const { name } = child.metadata;
      await visit(child, subchartValues(own, name), [...path, name]);
    }
  };
  await visit(chart, values, []);
  return errors;
}

async function violation(
  problem: SchemaProblem,
  path: readonly string[],
  file: string,
  origins?: Origins,
): Promise<PkgError> {
  const full = [...path, ...problem.path.map(String)];
  const isMissing = problem.keyword === 'required' || problem.keyword === 'dependentRequired';
  const origin = await (isMissing ? origins?.around(full) : origins?.find(full));
  const name = printable(`values.${pathText([...path, ...problem.path])}`.replace(/\.$/, ''));
  return new PkgError('PKG_SCHEMA_VIOLATION', `${name} ${printable(problem.message, 400)}`, {
    notes: origin === undefined ? [] : [isMissing ? `set it in ${origin}` : `${name} comes from ${origin}`],
    hints: [...globalHints(problem, path, file), `the rule "${problem.keyword}" is in ${file}`],
  });
}

/**
 * The hint where a subchart's schema forbids `global`, which Helm adds to the values of every subchart: schemas with
 * `additionalProperties: false` have to list it.
 */
function globalHints({ path, keyword }: SchemaProblem, chart: readonly string[], file: string): string[] {
  const isGlobal = chart.length > 0 && path.length === 1 && path[0] === 'global';
  if (!isGlobal || !FORBIDDING.has(keyword)) return [];
  return [`add "global": {"type": "object"} to "properties" in ${file}: Helm gives every subchart a map "global"`];
}

/** Keywords by which a schema forbids properties that it does not name. */
const FORBIDDING: ReadonlySet<string> = new Set([
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'false',
]);

async function check(
  { data }: ChartFile,
  file: string,
  values: ValueMap,
  load: SchemaLoader,
): Promise<SchemaProblem[]> {
  const text = new TextDecoder().decode(data);
  const json = parseJson(text, file);
  try {
    const schema: Value = fromPlain(json);
    const others = new Map<string, Value>();
    let compileRe2 = await patternsFor(text);
    const validate = (): SchemaProblem[] => {
      const rule = compileSchema(schema, patternEngine(compileRe2), others);
      return validateValue(rule, asFloats(values));
    };
    for (;;) {
      try {
        return validate();
      } catch (error) {
        if (!(error instanceof MissingDocument)) throw error;
        const document = await loadDocument(error.url, file, load);
        compileRe2 ??= await patternsFor(document.text);
        others.set(error.url, document.value);
      }
    }
  } catch (error) {
    if (!(error instanceof SchemaError) && !(error instanceof RangeError)) throw error;
    if (error instanceof TooManySteps) {
      throw new PkgError('PKG_SCHEMA_INVALID', 'checking these values by the schema takes too long', {
        at: { file },
        hints: ['shorten lists in the values, or give --skip-schema-validation'],
        cause: error,
      });
    }
    const why = error instanceof SchemaError ? error.message : 'it is nested too deeply';
    throw new PkgError('PKG_SCHEMA_INVALID', `the schema cannot be used: ${why}`, {
      at: { file, ...(await placeIn(text, why)) },
      hints: ['correct the schema, or give --skip-schema-validation'],
      cause: error,
    });
  }
}

/** The position of the keyword that a message names by its pointer, or of the reference that leads to nothing. */
async function placeIn(text: string, why: string): Promise<{ line: number; column: number } | undefined> {
  const [, pointer = ''] = /#(\/[^\s,]+)/.exec(why) ?? [];
  if (pointer === '') return undefined;
  const target = text.indexOf(`"#${pointer}`);
  if (why.includes('refers to') && target >= 0) {
    const before = text.slice(0, target).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
  const { locateKeys } = await import('../yaml/locate.ts');
  const keys = pointer.slice(1).split('/');
  return locateKeys(
    text,
    keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key.replaceAll('~1', '/').replaceAll('~0', '~'))),
  );
}

async function patternsFor(text: string): Promise<typeof CompileRe2 | undefined> {
  return mayHoldPatterns(text) ? (await import('./re2.ts')).compileRe2 : undefined;
}

async function loadDocument(url: string, file: string, load: SchemaLoader): Promise<{ text: string; value: Value }> {
  try {
    const text = new TextDecoder().decode(await load(url));
    return { text, value: fromPlain(parseJson(text, url)) };
  } catch (error) {
    if (!(error instanceof PkgError) || error.code !== 'PKG_SCHEMA_REMOTE') throw error;
    throw new PkgError(error.code, error.message, { at: { file }, hints: error.hints, cause: error.cause });
  }
}

/** Refuses to load schemas. */
const refuse: SchemaLoader = async (url) => {
  throw new PkgError(
    'PKG_SCHEMA_REMOTE',
    `the schema refers to ${printable(url)}, which is not downloaded without permission`,
    {
      hints: [
        'give --schema-cache DIR, a folder that has it at DIR/HOST/PATH, or --allow-remote-schemas to download it',
        'or skip the schema with --skip-schema-validation',
      ],
    },
  );
};

/** A value with all numbers as floats: in Helm every number of a values file is a float64. */
function asFloats(value: Value): Value {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(asFloats);
  if (!isMap(value)) return value;
  const floats = new Map<string, Value>();
  value.forEach((item, key) => floats.set(key, asFloats(item)));
  return floats;
}
