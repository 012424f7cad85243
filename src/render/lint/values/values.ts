/** Rules on `values.yaml`, merged with the user's values, and on its schema (helm v4, rules/values.go). */
import { join } from 'node:path';
import type { Origins } from '../../../chart/origins.ts';
import { validateSchemas } from '../../../chart/schema.ts';
import type { SchemaLoader } from '../../../chart/schema.ts';
import { valueDocuments } from '../../../chart/user-values.ts';
import { booleanKey } from '../../../chart/boolean-keys.ts';
import { coalesceTables } from '../../../chart/values.ts';
import { PkgError } from '../../../errors.ts';
import { printable } from '../../../errors-text.ts';
import { decodeFile } from '../../../utf8.ts';
import { DocumentReader } from '../../../yaml/nodes.ts';
import type { YamlNode } from '../../../yaml/nodes.ts';
import { positionAt } from '../../../yaml/read.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { fromError } from '../errors.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import type { LintSource } from '../source.ts';
import { lintTypographicYaml } from '../templates/typographic.ts';
import { lintMistyped } from './mistyped.ts';

const FILE = 'values.yaml';
const SCHEMA = 'values.schema.json';

/**
 * Findings on the values of a chart without those of subcharts. As in Helm the schema is checked only where there is a
 * `values.yaml`; rendering checks it again with all values.
 *
 * @param isNative the chart has native templates
 * @param writtenKeys the chart has only native templates, so that keys such as `on` are texts
 */
export async function lintValues(
  source: LintSource,
  location: string,
  {
    userValues,
    skipSchemaValidation,
    loadSchema,
  }: { userValues: ValueMap; skipSchemaValidation?: boolean; loadSchema?: SchemaLoader },
  origins: Origins | undefined,
  { isNative, writtenKeys }: { isNative: boolean; writtenKeys: boolean },
): Promise<LintMessage[]> {
  const unread = unreadFiles(source, isNative);
  if (source.kind(FILE) === undefined) return [finding('values-missing', FILE, 'there is no values.yaml'), ...unread];
  const data = source.read(FILE);
  if (data === undefined) return [finding('values-invalid', FILE, 'values.yaml cannot be read')];
  const file = join(location, FILE);
  try {
    const text = decodeFile(Buffer.from(data)).replace(/^\uFEFF/, '');
    const values = valueDocuments(text, file, writtenKeys)[0] ?? new Map();
    const keys = [
      ...unread,
      ...(writtenKeys ? [] : booleanKeys(text, file, isNative)),
      ...duplicateKeys(text, file, isNative),
      ...lintTypographicYaml(text, FILE, file, isNative ? undefined : 'info'),
      ...lintMistyped(text, FILE, file, isNative ? undefined : 'info'),
    ];
    const schema = source.read(SCHEMA);
    if (schema === undefined || schema.length === 0 || skipSchemaValidation === true) return keys;
    const chart = { schema: { name: SCHEMA, data: schema }, location, dependencies: [] };
    const errors = await validateSchemas(chart, coalesceTables(userValues, values), origins, loadSchema);
    return [...keys, ...errors.flatMap((error) => fromError(error, location, FILE, 'values-invalid'))];
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return fromError(error, location, FILE, 'values-invalid');
  }
}

/** Files whose names resemble those of the values and their schema, and that nothing reads. */
function unreadFiles(source: LintSource, isNative: boolean): LintMessage[] {
  return Object.entries(UNREAD).flatMap(([name, meant]) => {
    // Where the system ignores case, Values.yaml is found under both names.
    if (source.kind(name) !== 'file' || (name === 'Values.yaml' && source.kind(FILE) === 'file')) return [];
    const message = `this file is not read: the name of the file is ${meant}`;
    return [finding('values-unread', name, message, undefined, isNative ? undefined : 'info')];
  });
}

const UNREAD: Readonly<Record<string, string>> = {
  'values.yml': FILE,
  'value.yaml': FILE,
  'values.json': FILE,
  'Values.yaml': FILE,
  'values.yaml.hbs': FILE,
  'values.schema.yaml': SCHEMA,
  'values-schema.json': SCHEMA,
  'value.schema.json': SCHEMA,
  'schema.json': SCHEMA,
};

/**
 * Keys such as `on` that are read as booleans. For charts with Go templates only, they are infos: Helm's lint does not
 * report them, not even with `--strict`.
 */
function booleanKeys(text: string, file: string, isNative: boolean): LintMessage[] {
  const found: LintMessage[] = [];
  const visit = ({ kind, children }: YamlNode): void => {
    for (const [index, child] of children.entries()) {
      if (child.kind !== 'scalar') visit(child);
      else if (kind === 'map' && index % 2 === 0 && child.implicit && child.tag === '') {
        const key = booleanKey(child.value);
        if (key === undefined || found.length >= MAX_KEYS) continue;
        const message = `the key ${child.value} is read as ${key}: write it as "${child.value}":`;
        const severity = isNative ? undefined : 'info';
        found.push(finding('value-boolean-key', FILE, message, positionAt(text, child.at, file), severity));
      }
    }
  };
  const document = new DocumentReader(text).next();
  if (document !== undefined) visit(document);
  return found;
}

/** Keys that a map has twice, of which Helm silently takes the last. Severities as for {@link booleanKeys}. */
function duplicateKeys(text: string, file: string, isNative: boolean): LintMessage[] {
  const found: LintMessage[] = [];
  const visit = ({ kind, children }: YamlNode): void => {
    const seen = new Map<string, YamlNode>();
    for (const [index, child] of children.entries()) {
      if (child.kind !== 'scalar') visit(child);
      else if (kind === 'map' && index % 2 === 0) {
        const earlier = seen.get(child.value);
        seen.set(child.value, child);
        if (earlier === undefined || child.value === '<<' || found.length >= MAX_KEYS) continue;
        const { line } = positionAt(text, earlier.at, file);
        const message = `the key ${printable(child.value)} is in line ${line} too, and that one is not used`;
        const severity = isNative ? undefined : 'info';
        found.push(finding('value-duplicate-key', FILE, message, positionAt(text, child.at, file), severity));
      }
    }
  };
  const document = new DocumentReader(text).next();
  if (document !== undefined) visit(document);
  return found;
}

/** Further keys are not reported, since finding the line of each reads the text up to there. */
const MAX_KEYS = 20;
