/**
 * `npm run bench`: pkg beside the real helm, both in one run, medians of processor time.
 * `PKG_BENCH_RUNS` sets how many rounds are measured (21). Ends with 1 when a target is missed.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { helmPath } from '../support/helm.ts';
import { WEB, writeMany, writeTemplates, writeWebForHelm } from './charts.ts';
import { measureAll, output } from './measure.ts';
import type { Command } from './measure.ts';
import { report, wasMissed } from './report.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const rounds = Number(process.env['PKG_BENCH_RUNS'] ?? 21);
const folder = mkdtempSync(join(tmpdir(), 'pkg-bench-'));
const target = join(folder, 'target');

function pkg(...args: string[]): Command {
  const env = { HOME: folder, PKG_TARGET: `dir:${target}` };
  return { program: process.execPath, args: [join(root, 'bin/pkg.js'), ...args], env };
}

function helm(...args: string[]): Command {
  return { program: helmPath(), args, env: { HOME: folder } };
}

function compare(name: string, ours: Command | (() => Command), theirs: Command, limit: number): void {
  const [pkgCost, helmCost] = measureAll([ours, theirs], rounds);
  if (pkgCost === undefined || helmCost === undefined) throw new Error('nothing measured');
  const measured = `pkg ${pkgCost.cpu.toFixed(0)} ms, helm ${helmCost.cpu.toFixed(0)} ms CPU`;
  report(name, measured, pkgCost.cpu / helmCost.cpu, limit, '× helm');
}

/** A comparison is fair only if both make the same objects. */
function assertSameObjects(ours: Command, theirs: Command): void {
  const [a, b] = [ours, theirs].map((command) =>
    loadAll(output(command))
      .map((object) => JSON.stringify(sortKeys(object)))
      .sort(),
  );
  const different = a?.findIndex((object, index) => object !== b?.[index]) ?? 0;
  if (a?.length !== b?.length || different >= 0) {
    throw new Error(`pkg and helm made different objects:\n${a?.[different] ?? 'none'}\n${b?.[different] ?? 'none'}`);
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

/** Every file of the target and the state it is in. */
function listFiles(path: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    files.set(file, `${ino} ${size} ${mtimeNs}`);
  }
  return files;
}

function unchangedUpgrade(chart: string): void {
  output(pkg('install', 'many', chart));
  const before = listFiles(target);
  const upgrade = pkg('upgrade', 'many', chart);
  const [cost] = measureAll([upgrade], Math.min(rounds, 9));
  const written = [...listFiles(target)].filter(([file, state]) => before.get(file) !== state).map(([file]) => file);
  const others = written.filter((file) => !/(sh\.helm\.release|pkg)\.v1\.many\.v\d+/.test(file));
  if (others.length > 0) throw new Error(`an upgrade without changes wrote ${others.slice(0, 5).join(', ')}`);
  if (cost === undefined) throw new Error('nothing measured');
  const measured = `${before.size} files there, only records written`;
  report('upgrade without changes, 1,000 objects', measured, cost.wall / 1000, 0.5, 's');
}

try {
  if (!existsSync(join(root, 'dist/main.cjs'))) throw new Error('there is no dist: run npm run build first');
  console.log(`Node ${process.version}, ${output(helm('version', '--short')).trim()}, ${rounds} rounds\n`);

  compare('version', pkg('version'), helm('version'), 0.75);

  const webOfHelm = writeWebForHelm(folder);
  assertSameObjects(pkg('template', 'web', WEB), helm('template', 'web', webOfHelm));
  compare('template of charts/web', pkg('template', 'web', WEB), helm('template', 'web', webOfHelm), 1.5);

  const native = writeMany(folder, 'native', 1000);
  const go = writeMany(folder, 'go', 1000);
  assertSameObjects(pkg('template', 'many', native), helm('template', 'many', go));
  compare('template of 1,000 documents', pkg('template', 'many', native), helm('template', 'many', go), 1);

  const files = writeTemplates(folder, 'native', 200);
  const goFiles = writeTemplates(folder, 'go', 200);
  assertSameObjects(pkg('template', 'files', files), helm('template', 'files', goFiles));
  compare('template of 200 files', pkg('template', 'files', files), helm('template', 'files', goFiles), 0.8);
  const cold = (): Command => ({
    ...pkg('template', 'files', files),
    env: { HOME: mkdtempSync(join(folder, 'home-')) },
  });
  compare('the same with nothing cached', cold, helm('template', 'files', goFiles), 1.3);

  unchangedUpgrade(native);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = wasMissed() ? 1 : 0;
