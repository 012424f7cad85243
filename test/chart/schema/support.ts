/** Validates many schemas and values by pkg and by helm in one run. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { resolveDependencies } from '../../../src/chart/dependencies.ts';
import { loadChart } from '../../../src/chart/load.ts';
import { validateSchemas } from '../../../src/chart/schema.ts';
import type { SchemaLoader } from '../../../src/chart/schema.ts';
import { coalesceValues } from '../../../src/chart/values.ts';
import { run } from '../../repository/support.ts';
import { temporaryFolder, writeFiles } from '../support.ts';

/** A schema and values for it, as JSON texts. */
export type Case = { schema: string; values: string };

/** The result for a case; `unusable` is an invalid schema. */
export type Verdict = 'fits' | 'violates' | 'unusable';

/** A chart with each case as a subchart of its own. */
function writeCases(cases: readonly Case[]): string {
  const folder = join(temporaryFolder(), 'all');
  writeFiles(folder, { 'Chart.yaml': 'apiVersion: v2\nname: all\nversion: 1.0.0\n' });
  for (const [index, { schema, values }] of cases.entries()) {
    writeFiles(join(folder, 'charts', `case${index}x`), {
      'Chart.yaml': `apiVersion: v2\nname: case${index}x\nversion: 1.0.0\n`,
      'values.yaml': values,
      'values.schema.json': schema,
    });
  }
  return folder;
}

async function helmVerdicts(folder: string, count: number, env: Record<string, string>): Promise<Verdict[]> {
  const { stderr } = await run('helm', ['template', folder], { cwd: folder, home: temporaryFolder(), env });
  const verdicts = Array.from({ length: count }, (): Verdict => 'fits');
  const parts = stderr.split(/case([0-9]+)x:\n/);
  for (let at = 1; at < parts.length; at += 2) {
    verdicts[Number(parts[at])] = parts[at + 1]?.startsWith('- at ') === true ? 'violates' : 'unusable';
  }
  return verdicts;
}

async function ourVerdicts(folder: string, count: number, load?: SchemaLoader): Promise<Verdict[]> {
  const { chart, values } = resolveDependencies(await loadChart(folder), new Map());
  const verdicts = Array.from({ length: count }, (): Verdict => 'fits');
  for (const error of await validateSchemas(chart, coalesceValues(chart, values).values, undefined, load)) {
    const file = `${error.at?.file ?? ''} ${error.hints.join(' ')}`;
    const index = Number(/case([0-9]+)x/.exec(file)?.[1]);
    verdicts[index] = error.code === 'PKG_SCHEMA_VIOLATION' ? 'violates' : 'unusable';
  }
  return verdicts;
}

/**
 * Holds each case to helm's verdict; gives the verdicts, so that a test can see that there are several.
 *
 * @param remote how helm and pkg get what schemas refer to
 */
export async function expectAgreement(
  cases: readonly Case[],
  remote: { env?: Record<string, string>; load?: SchemaLoader } = {},
): Promise<Verdict[]> {
  const folder = writeCases(cases);
  const theirs = await helmVerdicts(folder, cases.length, remote.env ?? {});
  const ours = await ourVerdicts(folder, cases.length, remote.load);
  const different = cases.flatMap((one, index) =>
    ours[index] === theirs[index] ? [] : [{ ...one, ours: ours[index], helm: theirs[index] }],
  );
  expect(different.slice(0, 10)).toEqual([]);
  return theirs;
}
