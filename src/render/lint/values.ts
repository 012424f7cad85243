/** Rules on `values.yaml`, with the user's values over it, and on its schema (helm v4, rules/values.go). */
import { join } from 'node:path';
import type { Origins } from '../../chart/origins.ts';
import { validateSchemas } from '../../chart/schema.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import { valueDocuments } from '../../chart/user-values.ts';
import { coalesceTables } from '../../chart/values.ts';
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { fromError } from './errors.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';
import type { LintSource } from './source.ts';

const FILE = 'values.yaml';
const SCHEMA = 'values.schema.json';

/**
 * Findings on the values of a chart, subcharts' not looked at. As in Helm the schema is asked only where there is a
 * `values.yaml`; rendering asks it again, with all values.
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
): Promise<LintMessage[]> {
  if (source.kind(FILE) === undefined) return [finding('values-missing', FILE, 'there is no values.yaml')];
  const data = source.read(FILE);
  if (data === undefined) return [finding('values-invalid', FILE, 'values.yaml cannot be read')];
  const file = join(location, FILE);
  try {
    const values = valueDocuments(new TextDecoder().decode(data), file)[0] ?? new Map();
    const schema = source.read(SCHEMA);
    if (schema === undefined || schema.length === 0 || skipSchemaValidation === true) return [];
    const chart = { schema: { name: SCHEMA, data: schema }, location, dependencies: [] };
    const errors = await validateSchemas(chart, coalesceTables(userValues, values), origins, loadSchema);
    return errors.flatMap((error) => fromError(error, location, FILE, 'values-invalid'));
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return fromError(error, location, FILE, 'values-invalid');
  }
}
