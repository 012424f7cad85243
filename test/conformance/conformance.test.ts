/** The project's own charts give the same output and the same errors as with helm. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtinNames } from '../../src/render/gotemplate/builtins.ts';
import { functionNames } from '../../src/render/gotemplate/functions/index.ts';
import { isKnownFunction } from '../../src/render/gotemplate/known-functions.ts';
import { parseTemplate } from '../../src/render/gotemplate/parse.ts';
import { PkgError } from '../../src/errors.ts';
import { findCases } from './cases.ts';
import { ownChartNames, writeOwnCharts } from './own-charts.ts';
import { compareAll, complaint } from './run.ts';

const folder: string = mkdtempSync(join(tmpdir(), 'pkg-conformance-'));

beforeAll(() => writeOwnCharts(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(ownChartNames())(
  '%s',
  async (name) => {
    const comparisons = await compareAll(findCases(join(folder, name)), 2);
    expect(comparisons.length).toBeGreaterThan(0);
    expect(comparisons.flatMap((comparison) => complaint(comparison) ?? [])).toEqual([]);
  },
  300_000,
);

test('together the charts call every function', () => {
  const called = new Set<string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/[\\/]templates[\\/].*\.(?:yaml|tpl|txt)$/.test(name)) continue;
    try {
      const text = readFileSync(join(folder, name), 'latin1');
      for (const used of parseTemplate({ name, file: name, text }, isKnownFunction).functions) called.add(used);
    } catch (error) {
      // Some charts must be refused.
      if (!(error instanceof PkgError)) throw error;
    }
  }
  expect([...functionNames(), ...builtinNames()].filter((name) => !called.has(name))).toEqual([]);
});
