/**
 * `npm run bench:repositories`: repositories and registries, pkg beside the real helm, in turns, from the same servers
 * on loopback. Prints medians of wall time and processor time, and peak memory where GNU time is installed.
 * `PKG_BENCH_RUNS` sets how many rounds are measured (5), an argument which parts: `repositories`, `large`, `registry`.
 * Ends with 1 when a target is missed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { helmPath } from '../support/helm.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { writeLargeChart } from './charts.ts';
import { measure, output } from './measure.ts';
import type { Command, Cost } from './measure.ts';
import { median, report, wasMissed } from './report.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const rounds = Number(process.env['PKG_BENCH_RUNS'] ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'pkg-bench-repositories-'));
const GNU_TIME = '/usr/bin/time';

type Program = 'pkg' | 'helm';
const PROGRAMS: readonly Program[] = ['pkg', 'helm'];

const homeOf = (program: Program): string => join(folder, `home-${program}`);

function command(program: Program, args: readonly string[]): Command {
  const home = homeOf(program);
  const env = {
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
  if (program === 'helm') return { program: helmPath(), args, env };
  return { program: process.execPath, args: [join(root, 'bin/pkg.js'), ...args], env };
}

/** The most memory that a run has at once, in MB; NaN where nothing can tell. */
function peak({ program, args, env }: Command): number {
  if (!existsSync(GNU_TIME)) return Number.NaN;
  const run = spawnSync(GNU_TIME, ['-f', '%M', program, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  });
  return Number(run.stderr.trim().split('\n').at(-1)) / 1024;
}

type Limits = { wall: number; memory?: number; seconds?: number };

/** Measures both in turns; `prepare` goes before each run, and is not measured. Gives the peak memory of pkg in MB. */
function compare(
  name: string,
  args: (program: Program) => readonly string[],
  limits: Limits,
  prepare: (program: Program) => void = () => undefined,
): number {
  const costs: Record<Program, Cost[]> = { pkg: [], helm: [] };
  const memory: Record<Program, number> = { pkg: Number.NaN, helm: Number.NaN };
  const begun = Date.now();
  for (const program of PROGRAMS) {
    prepare(program);
    memory[program] = peak(command(program, args(program)));
  }
  // Helm takes two minutes for what others do in a second: one more run tells enough.
  const most = Date.now() - begun > 10_000 ? 1 : rounds;
  for (let round = 0; round < most; round++) {
    for (const program of PROGRAMS) {
      prepare(program);
      costs[program].push(measure(command(program, args(program))));
    }
  }
  const [ours, theirs] = PROGRAMS.map((program) => ({
    wall: median(costs[program].map(({ wall }) => wall)),
    cpu: median(costs[program].map(({ cpu }) => cpu)),
  }));
  if (ours === undefined || theirs === undefined) throw new Error('nothing measured');
  const text = (one: { wall: number; cpu: number }, most: number): string =>
    `${one.wall.toFixed(0)} ms, ${one.cpu.toFixed(0)} ms CPU, ${most.toFixed(0)} MB`;
  console.log(`${name}: pkg ${text(ours, memory.pkg)}; helm ${text(theirs, memory.helm)}`);
  report('  wall', '', ours.wall / theirs.wall, limits.wall, '× helm');
  if (limits.memory !== undefined && memory.pkg > 0) {
    report('  peak memory', '', memory.pkg / memory.helm, limits.memory, '× helm');
  }
  if (limits.seconds !== undefined) report('  wall', '', ours.wall / 1000, limits.seconds, 's');
  return memory.pkg;
}

/** An index as Helm writes it, with many charts that nobody asks for around those that are. */
function writeIndex(file: string, named: readonly string[], versions: number): void {
  const description = 'a chart with a description of the usual length, as public repositories have them; '.repeat(4);
  const entry = (name: string, version: string): string =>
    `  - annotations:\n      category: Infrastructure\n    apiVersion: v2\n    appVersion: ${version}\n` +
    `    created: "2026-01-01T00:00:00.000000000Z"\n    dependencies:\n    - name: common\n      repository: ` +
    `https://charts.example.com\n      version: 1.x.x\n    description: ${description}\n    home: https://example.com\n` +
    `    keywords:\n    - one\n    - two\n    maintainers:\n    - email: ada@example.com\n      name: Ada\n` +
    `    name: ${name}\n    sources:\n    - https://example.com/source\n    urls:\n    - ${name}-${version}.tgz\n` +
    `    version: ${version}\n`;
  const others = Array.from({ length: Math.floor(versions / 100) }, (_, at) => `other-${at}`);
  const charts = [...named.map((name) => [name, ['1.0.0']] as const), ...others.map((name) => [name, []] as const)];
  let text = 'apiVersion: v1\nentries:\n';
  for (const [name, first] of charts) {
    text += `  ${name}:\n`;
    for (const version of first) text += entry(name, version);
    for (let at = 99; at >= 0; at--) text += entry(name, `0.${at}.0`);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}generated: "2026-01-01T00:00:00Z"\n`);
}

function writeChart(path: string, name: string, more = ''): void {
  mkdirSync(join(path, 'templates'), { recursive: true });
  writeFileSync(join(path, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`);
  writeFileSync(
    join(path, 'templates', 'object.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Chart.Name }}\n',
  );
}

const served = join(folder, 'served');
const server = spawn(process.execPath, [join(root, 'test/bench/repository-server.ts'), served], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().trim()}`;
  const parts = {
    repositories: () => againstRepositories(url),
    large: () => ofLargeIndex(url),
    registry: againstRegistry,
  };
  const wanted = process.argv.slice(2);
  for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part();
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = wasMissed() ? 1 : 0;

async function againstRepositories(url: string): Promise<void> {
  const repositories = ['r1', 'r2', 'r3', 'r4', 'r5'];
  const dependencies: string[] = [];
  for (const repository of repositories) {
    const names = [1, 2, 3, 4].map((at) => `${repository}-dep-${at}`);
    writeIndex(join(served, repository, 'index.yaml'), names, 20_000);
    for (const name of names) {
      writeChart(join(folder, 'sources', name), name);
      output(command('helm', ['package', join(folder, 'sources', name), '-d', join(served, repository)]));
      if (repository < 'r4') dependencies.push(`- {name: ${name}, version: 1.x, repository: "${url}/${repository}"}\n`);
    }
  }
  writeChart(join(folder, 'app'), 'app', `dependencies:\n${dependencies.join('')}`);
  const fresh = (program: Program, keepCache: boolean): void => {
    if (!keepCache) rmSync(join(homeOf(program), 'cache'), { recursive: true, force: true });
    rmSync(join(folder, program), { recursive: true, force: true });
    cpSync(join(folder, 'app'), join(folder, program), { recursive: true });
  };
  const update = (program: Program): string[] => ['dependency', 'update', join(folder, program)];
  compare('dependency update, 12 from 3 indexes of 20 MB', update, { wall: 0.3, memory: 0.4 }, (program) =>
    fresh(program, false),
  );
  fresh('pkg', false);
  await fetch(`${url}/-/asked`);
  output(command('pkg', update('pkg')));
  report('  indexes sent', '', Number(await (await fetch(`${url}/-/asked`)).text()), 3, 'times');
  compare('dependency update, warm cache', update, { wall: 0.1 }, (program) => fresh(program, true));
  fresh('pkg', true);
  await fetch(`${url}/-/asked`);
  output(command('pkg', update('pkg')));
  report('  indexes sent', '', Number(await (await fetch(`${url}/-/asked`)).text()), 0, 'times');
  for (const program of PROGRAMS) {
    for (const name of repositories) output(command(program, ['repo', 'add', name, `${url}/${name}`]));
  }
  compare(
    'repo update of 5, nothing cached',
    () => ['repo', 'update'],
    { wall: 0.5 },
    (program) => rmSync(join(homeOf(program), 'cache'), { recursive: true, force: true }),
  );
  compare('repo update of 5, unchanged', () => ['repo', 'update'], { wall: 0.5 });
  for (const program of PROGRAMS) {
    for (const name of repositories.slice(1)) output(command(program, ['repo', 'remove', name]));
  }
  compare('search repo over 20,000 versions', () => ['search', 'repo', 'dep-1'], { wall: 0.3, seconds: 0.15 });
}

/** The largest index of a public repository has 140 MB. */
function ofLargeIndex(url: string): void {
  const file = join(served, 'large', 'index.yaml');
  writeIndex(file, ['wanted'], 145_000);
  writeChart(join(folder, 'sources', 'wanted'), 'wanted');
  output(command('helm', ['package', join(folder, 'sources', 'wanted'), '-d', dirname(file)]));
  const size = statSync(file).size / 2 ** 20;
  const pull = (program: Program): string[] => ['pull', 'wanted', '--repo', `${url}/large`, '-d', homeOf(program)];
  const fresh = (program: Program): void => {
    rmSync(homeOf(program), { recursive: true, force: true });
    mkdirSync(homeOf(program), { recursive: true });
  };
  const peaks = [
    compare(`pull by an index of ${size.toFixed(0)} MB`, pull, { wall: 1, memory: 0.5 }, fresh),
    compare('repo add of the same', () => ['repo', 'add', 'large', `${url}/large`], { wall: 1, memory: 0.5 }, fresh),
  ];
  for (const peak of peaks) if (peak > 0) report('  peak memory', '', peak / size, 3, '× the index');
  // A search decodes all entries.
  compare('search repo in the same', () => ['search', 'repo', 'wanted'], { wall: 1, memory: 0.5 });
  for (const program of PROGRAMS) output(command(program, ['repo', 'remove', 'large']));
}

async function againstRegistry(): Promise<void> {
  const program = await findRegistry();
  if (program === undefined) return;
  const registry = await startRegistry(program, 'none', true);
  try {
    output(command('helm', ['package', writeLargeChart(join(folder, 'sources')), '-d', folder]));
    const archive = join(folder, 'five-1.0.0.tgz');
    let number = 0;
    const push = (): string[] => ['push', archive, `oci://${registry.host}/push-${number++}`, '--plain-http'];
    compare('push of 5 MB', push, { wall: 1 });
    const pushed = output(command('pkg', ['push', archive, `oci://${registry.host}/charts`, '--plain-http']));
    const digest = /Digest: (\S+)/.exec(pushed)?.[1] ?? '';
    const reference = [`oci://${registry.host}/charts/five`, '--version', '1.0.0', '--plain-http'];
    compare(
      'pull of 5 MB',
      () => ['pull', ...reference, '-d', folder],
      { wall: 1 },
      (one) => rmSync(join(homeOf(one), 'cache'), { recursive: true, force: true }),
    );
    compare('template from a registry, second time', () => ['template', 'five', ...reference], { wall: 0.5 });
    const byDigest = [`oci://${registry.host}/charts/five@${digest}`, '--plain-http'];
    compare('the same by digest', () => ['template', 'five', ...byDigest], { wall: 0.75 });
    await showFetchesNoContent(registry.host);
  } finally {
    await registry.close();
  }
}

/** `show chart` needs the manifest and its config. */
async function showFetchesNoContent(host: string): Promise<void> {
  const proxy = await startCuttingProxy(host, () => undefined);
  rmSync(homeOf('pkg'), { recursive: true, force: true });
  const { program, args, env } = command('pkg', [
    'show',
    'chart',
    `oci://${proxy.host}/charts/five:1.0.0`,
    '--plain-http',
  ]);
  const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...env }, stdio: 'ignore' });
  const [status] = (await once(child, 'close')) as [number | null];
  proxy.close();
  if (status !== 0) throw new Error('show chart failed');
  const blobs = proxy.requests.filter((request) => request.includes('/blobs/')).length;
  report('show chart of a registry', `${proxy.requests.length} requests`, blobs, 1, 'blobs');
}
