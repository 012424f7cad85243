/** Values against `values.schema.json`, with Helm's verdicts. */
import { Validator } from '@cfworker/json-schema';
import type { Schema, SchemaDraft } from '@cfworker/json-schema';
import type { RE2JS } from 're2js';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson } from '../yaml/json.ts';
import { toPlain } from '../yaml/value.ts';
import type { Json, JsonObject, ValueMap } from '../yaml/value.ts';
import type { Chart } from './chart.ts';
import type { Origins } from './origins.ts';
import { subchartValues } from './values.ts';

const DEEPEST = 200;

/**
 * Holds the values of a chart and its subcharts against their schemas.
 *
 * @returns one error for each value that does not fit, with its path, the rule and its origin
 * @throws {PkgError} `PKG_SCHEMA_INVALID` for a schema that cannot be used
 */
export async function validateSchemas(chart: Chart, values: ValueMap, origins?: Origins): Promise<PkgError[]> {
  const errors: PkgError[] = [];
  const visit = async (at: Chart, own: ValueMap, path: readonly string[]): Promise<void> => {
    if (at.schema !== undefined) {
      const file = `${at.location}/${at.schema.name}`;
      for (const problem of await check(Buffer.from(at.schema.data).toString('utf8'), file, own)) {
        const full = [...path, ...problem.path];
        const origin = await origins?.find(full);
        errors.push(
          new PkgError('PKG_SCHEMA_VIOLATION', `${printable(['values', ...full].join('.'))} ${problem.message}`, {
            notes: origin === undefined ? [] : [`values.${printable(full.join('.'))} comes from ${origin}`],
            hints: [`the rule "${problem.rule}" is in ${file}`],
          }),
        );
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

type Problem = { path: string[]; rule: string; message: string };

async function check(text: string, file: string, values: ValueMap): Promise<Problem[]> {
  const schema = parseJson(text.replace(/^\uFEFF/, ''), file);
  if (typeof schema === 'boolean')
    return schema ? [] : [{ path: [], rule: 'false', message: 'is allowed no value at all' }];
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw invalid(file, 'a schema is a JSON object');
  const draft = draftOf(schema, file);
  const prepared = prepare(schema, draft, file, idsOf(schema), 0) as Schema;
  // RE2 takes its time to load, and most patterns are too simple to keep anything busy.
  const re2 = patternsOf(prepared as Json).every(isSimple) ? undefined : (await import('./re2.ts')).RE2JS;
  return withLinearPatterns(re2, () => {
    try {
      const result = new Validator(prepared, draft, false).validate(asInstance(toPlain(values)));
      return result.valid ? [] : problemsOf(result.errors);
    } catch (error) {
      if (error instanceof RangeError) throw invalid(file, 'it refers to itself without an end');
      if (error instanceof PkgError) throw error;
      throw invalid(file, printable(error instanceof Error ? error.message : String(error)));
    }
  });
}

function invalid(file: string, why: string): PkgError {
  return new PkgError('PKG_SCHEMA_INVALID', `the schema cannot be used: ${why}`, {
    at: { file },
    hints: ['mend the schema, or give --skip-schema-validation'],
  });
}

function draftOf(schema: JsonObject, file: string): SchemaDraft {
  const uri = schema['$schema'];
  if (uri === undefined) return '2020-12';
  const name =
    typeof uri === 'string' ? /^https?:\/\/json-schema\.org\/(?:(draft[-/][0-9-]+)\/)?schema#?$/.exec(uri) : null;
  if (name === null) throw invalid(file, `its $schema ${printable(String(uri), 100)} is not known`);
  switch (name[1]) {
    case 'draft-04':
      return '4';
    case 'draft-06':
    case 'draft-07':
      return '7';
    case 'draft/2019-09':
      return '2019-09';
    case 'draft/2020-12':
    case undefined:
      return '2020-12';
    default:
      throw invalid(file, `its $schema ${printable(String(uri), 100)} is not known`);
  }
}

function idsOf(schema: Json): Set<string> {
  const ids = new Set<string>();
  const visit = (node: Json, depth: number): void => {
    if (typeof node !== 'object' || node === null || depth > DEEPEST) return;
    if (!Array.isArray(node)) for (const key of ['$id', 'id']) if (typeof node[key] === 'string') ids.add(node[key]);
    for (const item of Object.values(node)) visit(item, depth + 1);
  };
  visit(schema, 0);
  return ids;
}

/** Refuses references to anything outside, and takes out formats where the draft does not assert them. */
function prepare(node: Json, draft: SchemaDraft, file: string, ids: ReadonlySet<string>, depth: number): Json {
  if (depth > DEEPEST) throw invalid(file, `it is nested more than ${DEEPEST} levels deep`);
  if (Array.isArray(node)) return node.map((item) => prepare(item, draft, file, ids, depth + 1));
  if (typeof node === 'bigint') return Number(node);
  if (typeof node !== 'object' || node === null) return node;
  const copy: JsonObject = {};
  for (const [key, value] of Object.entries(node)) {
    if ((key === '$ref' || key === '$dynamicRef') && typeof value === 'string') checkRef(value, file, ids);
    if (key === 'format' && typeof value === 'string' && (draft === '2019-09' || draft === '2020-12')) continue;
    const keep = key === 'enum' || key === 'const' || key === 'default' || key === 'examples';
    Object.defineProperty(copy, key, {
      value: keep ? asInstance(value) : prepare(value, draft, file, ids, depth + 1),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}

function checkRef(ref: string, file: string, ids: ReadonlySet<string>): void {
  if (ref.startsWith('#')) return;
  const base = ref.replace(/#.*$/s, '');
  for (const id of ids) if (id === base || id.endsWith(`/${base}`) || id.replace(/#$/, '') === base) return;
  throw invalid(file, `it refers to ${printable(ref, 120)}, and nothing outside of a chart is read`);
}

/** Numbers as JSON has them. */
function asInstance(value: Json): Json {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item) => asInstance(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asInstance(item)]));
}

/** Rules whose errors only say that something inside does not fit. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'items',
  'prefixItems',
  'additionalItems',
  '$ref',
  'allOf',
  'if',
  'then',
  'else',
  'dependentSchemas',
]);

function problemsOf(errors: readonly { keyword: string; instanceLocation: string; error: string }[]): Problem[] {
  const leaves = errors.filter(({ keyword }) => !WRAPPERS.has(keyword));
  const chosen = leaves.length > 0 ? leaves : errors;
  const problems = chosen.map(({ keyword, instanceLocation, error }) => ({
    path: instanceLocation
      .split('/')
      .slice(1)
      .map((part) => decodeURIComponent(part.replaceAll('~1', '/').replaceAll('~0', '~'))),
    rule: keyword === 'false' ? 'additionalProperties' : keyword,
    message:
      keyword === 'false'
        ? 'is not a name that the schema allows'
        : `does not fit: ${printable(error.replace(/\.$/, ''), 300)}`,
  }));
  const seen = new Set<string>();
  return problems.filter(({ path, rule }) => {
    const key = `${rule} ${path.join('/')}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Every pattern of a schema. */
function patternsOf(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap((item) => patternsOf(item));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'pattern' && typeof value === 'string') return [value];
    const named = key === 'patternProperties' && typeof value === 'object' && value !== null ? Object.keys(value) : [];
    return [...named, ...patternsOf(value)];
  });
}

/** Plain characters and classes, no groups, one repetition at most: the same in JavaScript and RE2, and linear. */
function isSimple(pattern: string): boolean {
  const atom = String.raw`(?:[A-Za-z0-9_%,;=~&!<>#\/:@ -]|\\[.\/-]|\[[A-Za-z0-9_%,;=~&!<>#./:@ -]+\])`;
  const whole = new RegExp(String.raw`^\^?${atom}*(?:${atom}[*+?])?${atom}*\$?$`);
  return pattern.length < 200 && whole.test(pattern);
}

/**
 * The validator compiles a schema's patterns with `RegExp`, which a hostile pattern keeps busy for ever.
 * While it runs (it never waits), that name means RE2, as in Helm.
 */
function withLinearPatterns<T>(re2: typeof RE2JS | undefined, work: () => T): T {
  if (re2 === undefined) return work();
  const native = globalThis.RegExp;
  const engine = re2;
  class LinearPattern {
    readonly #pattern: RE2JS;
    constructor(source: string) {
      this.#pattern = engine.compile(source);
    }
    test(text: string): boolean {
      return this.#pattern.matcher(text).find();
    }
  }
  globalThis.RegExp = LinearPattern as unknown as RegExpConstructor;
  try {
    return work();
  } finally {
    globalThis.RegExp = native;
  }
}
