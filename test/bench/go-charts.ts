/**
 * `npm run bench:charts [-- DIR]`: charts of Go templates, pkg beside the real helm, both in one run, processor time.
 * A new chart and key generation are measured always; with a folder of real charts, every chart of it that renders,
 * with what pkg keeps between runs and without, and the memory of the one with the largest output.
 * `PKG_BENCH_RUNS` sets the rounds (7). Ends with 1 when a target is missed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChart } from '../../src/chart/create.ts';
import { findCases } from '../conformance/cases.ts';
import { helmPath } from '../support/helm.ts';
import { measure, measureAll, output } from './measure.ts';
import type { Command } from './measure.ts';
import { median, report, wasMissed } from './report.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const rounds = Number(process.env['PKG_BENCH_RUNS'] ?? 7);
const folder = mkdtempSync(join(tmpdir(), 'pkg-bench-'));

function pkg(chart: string): Command {
  return { program: process.execPath, args: [join(root, 'bin/pkg.js'), 'template', 'x', chart], env: { HOME: folder } };
}

/** Without anything that earlier runs left, as in a pipeline. */
function coldPkg(chart: string): Command {
  return { ...pkg(chart), env: { HOME: mkdtempSync(join(folder, 'home-')) } };
}

function helm(chart: string): Command {
  return { program: helmPath(), args: ['template', 'x', chart], env: { HOME: folder } };
}

function compare(name: string, chart: string, limit: number): void {
  const [ours, theirs] = measureAll([pkg(chart), helm(chart)], rounds);
  if (ours === undefined || theirs === undefined) throw new Error('nothing measured');
  report(
    name,
    `pkg ${ours.cpu.toFixed(0)} ms, helm ${theirs.cpu.toFixed(0)} ms CPU`,
    ours.cpu / theirs.cpu,
    limit,
    '× helm',
  );
}

function writeKeys(): string {
  const chart = join(folder, 'keys');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: keys\nversion: 1.0.0\n');
  const template = '{{ $ca := genCA "ca" 365 }}{{ $cert := genSignedCert "a" nil (list "a.example") 365 $ca }}';
  writeFileSync(join(chart, 'templates', 'keys.yaml'), `${template}cert: {{ $cert.Cert | b64enc }}\n`);
  return chart;
}

/** The largest resident memory of a run, in KiB. */
function peakOf({ program, args, env }: Command): number {
  const run = spawnSync('/usr/bin/time', ['-f', '%M', program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return Number(run.stderr?.trim().split('\n').at(-1) ?? Number.NaN);
}

function compareFolder(charts: string): void {
  const paths = findCases(charts).flatMap(({ chart, args }) => (args.length === 0 ? [chart] : []));
  const sums = { warm: 0, cold: 0, helm: 0, count: 0 };
  let largest = { chart: '', bytes: 0 };
  for (const chart of paths) {
    let printed: string;
    try {
      printed = output(helm(chart));
      output(pkg(chart));
    } catch {
      // What one of them refuses is for the comparison of outputs, not for this.
      continue;
    }
    if (printed.length > largest.bytes) largest = { chart, bytes: printed.length };
    const costs = [pkg, coldPkg, helm].map((command) =>
      median(Array.from({ length: Math.min(rounds, 3) }, () => measure(command(chart)).cpu)),
    );
    const [warm = 0, cold = 0, theirs = 0] = costs;
    sums.warm += warm;
    sums.cold += cold;
    sums.helm += theirs;
    sums.count++;
    console.log(`${(warm / theirs).toFixed(2).padStart(6)} × ${chart.slice(charts.length + 1)}`);
  }
  const measured = `${sums.count} charts, helm ${(sums.helm / 1000).toFixed(1)} s`;
  report('all charts, one process each', measured, sums.warm / sums.helm, 1, '× helm');
  report('the same with nothing kept', measured, sums.cold / sums.helm, 1.5, '× helm');
  const [ours, theirs] = [peakOf(pkg(largest.chart)), peakOf(helm(largest.chart))];
  if (Number.isFinite(ours / theirs)) {
    report('memory of the largest output', `${(ours / 1024).toFixed(0)} MiB`, ours / theirs, 1.3, '× helm');
  }
}

try {
  console.log(`Node ${process.version}, ${output({ program: helmPath(), args: ['version', '--short'] }).trim()}\n`);
  await createChart(folder, 'fresh', true);
  compare('template of a new chart', join(folder, 'fresh'), 1);
  compare('a CA and a certificate', writeKeys(), 1);
  const charts = process.argv[2];
  if (charts !== undefined) compareFolder(charts.replace(/\/+$/, ''));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = wasMissed() ? 1 : 0;
