/** The project's own charts, rendered by pkg and by the real helm: the same bytes, and the same refusals. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
