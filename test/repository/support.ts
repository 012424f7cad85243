/** Runs helm and pkg with `--dependency-update` on copies of the same chart folder, and compares the results. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readArchive } from '../../src/chart/archive.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { isMap, toPlain } from '../../src/yaml/value.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { helmPath } from '../support/helm.ts';

/** The cache folder of the user who runs the tests: in a new one each run of pkg would compile its code again. */
const CODE_CACHE: string = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

/** The built program. */
export const bin: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'pkg.js');

/** What a run printed, and its exit status. */
export type Run = { status: number | null; stdout: string; stderr: string };

/** Runs a program while servers of this process go on answering. */
export function run(program: 'helm' | 'pkg', args: readonly string[], options: RunOptions): Promise<Run> {
  return program === 'pkg' ? startPkg(args, options).ended : start(helmPath(), args, options).ended;
}

/** Starts pkg. */
export function startPkg(args: readonly string[], options: RunOptions): Started {
  return start(process.execPath, [bin, ...args], { ...options, env: { XDG_CACHE_HOME: CODE_CACHE, ...options.env } });
}

/** A running program, and its result. */
export type Started = { child: ChildProcess; ended: Promise<Run> };

function start(command: string, args: readonly string[], options: RunOptions): Started {
  const env = { PATH: process.env['PATH'], HOME: options.home, ...homes(options.home), ...options.env };
  const child = spawn(command, args, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Run>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, ended };
}

export type RunOptions = { cwd: string; home: string; env?: Record<string, string> };

function homes(home: string): Record<string, string> {
  return {
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
}

/** A chart that prints one object of its name. */
export function chartFiles(name: string, version: string, more = ''): Record<string, string> {
  return {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`,
    'templates/object.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  version: "{{ .Chart.Version }}"\n`,
    'values.yaml': `of: ${name}\n`,
  };
}

/** A folder with charts in folders, by name. */
export function chartsIn(charts: Record<string, Record<string, string>>, folder: string = temporaryFolder()): string {
  for (const [name, files] of Object.entries(charts)) writeFiles(join(folder, name), files);
  return folder;
}

/** The chart of the folder, further flags, and the home, which is copied. */
export type UpdateOptions = { chart?: string; home?: string; env?: Record<string, string>; args?: readonly string[] };

/** The result of an update: success or failure, the rendered objects, the content of `charts/`, the lock file. */
export type Made = { status: number | null; stdout: string; charts: unknown; lock: unknown; stderr: string };

/** Gives a copy of the folder to a program. Helm mixes messages into what it prints, so it renders once more. */
export async function update(
  program: 'helm' | 'pkg',
  folder: string,
  { chart = 'web', home, env = {}, args = [] }: UpdateOptions = {},
): Promise<Made> {
  const cwd = temporaryFolder();
  cpSync(folder, cwd, { recursive: true, verbatimSymlinks: true });
  // Copies, so that neither program uses a cache of the other.
  const own = temporaryFolder();
  if (home !== undefined) cpSync(home, own, { recursive: true });
  const options = { cwd, home: own, env };
  const first = await run(program, ['template', chart, '--dependency-update', ...args], options);
  const shown = first.status === 0 && program === 'helm' ? await run(program, ['template', chart], options) : first;
  const lockFile = ['Chart.lock', 'requirements.lock'].find((name) => existsSync(join(cwd, chart, name)));
  const lock = lockFile === undefined ? '' : readFileSync(join(cwd, chart, lockFile), 'utf8');
  return {
    status: first.status,
    stdout: shown.stdout,
    charts: await contents(join(cwd, chart)),
    lock: `${lockFile} ${lock.replace(/^generated: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"$/m, 'generated')}`,
    stderr: first.stderr + (program === 'helm' && first.status !== 0 ? first.stdout : ''),
  };
}

/** The content of a chart folder besides its sources: archives unpacked, metadata as data. */
async function contents(chart: string): Promise<unknown> {
  const folder = join(chart, 'charts');
  const found: Record<string, unknown> = { beside: readdirSync(chart).sort() };
  if (!existsSync(folder)) return found;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isFile() || !entry.name.endsWith('.tgz')) {
      found[entry.name] = entry.isDirectory() ? 'a folder' : readFileSync(path, 'latin1');
      continue;
    }
    const bytes = readFileSync(path);
    const files = await readArchive(bytes, path).catch(() => undefined);
    found[entry.name] =
      files?.map(({ name, data }) => [name, dataOf(name, Buffer.from(data).toString('latin1'))]) ?? 'no chart';
  }
  return found;
}

function dataOf(name: string, text: string): unknown {
  if (!/(?:^|\/)Chart\.(?:yaml|lock)$/.test(name)) return text;
  const value = parseYaml(text, name);
  return isMap(value) ? toPlain(value) : value;
}

/** Both must come to the same verdict, and after success to the same result. */
export async function expectSame(folder: string, options: UpdateOptions = {}): Promise<{ helm: Made; pkg: Made }> {
  const [helm, pkg] = await Promise.all([update('helm', folder, options), update('pkg', folder, options)]);
  const told = `helm: ${helm.stderr}\npkg: ${pkg.stderr}`;
  expect(pkg.status, told).toBe(helm.status);
  if (helm.status === 0) {
    const result = ({ stdout, charts, lock }: Made): unknown => ({ stdout, charts, lock });
    expect(result(pkg), told).toEqual(result(helm));
  } else {
    expect(pkg.stderr).toMatch(/code: PKG_(?!INTERNAL)[A-Z_]+ /);
    expect(pkg.charts, told).toEqual(await untouched(folder, options.chart ?? 'web'));
  }
  return { helm, pkg };
}

async function untouched(folder: string, chart: string): Promise<unknown> {
  return contents(join(folder, chart));
}

/** Packs charts into a folder, with an index, both by helm. */
export async function makeRepository(
  charts: readonly (readonly [name: string, version: string, more?: string])[],
): Promise<string> {
  const [folder, sources] = [temporaryFolder(), temporaryFolder()];
  for (const [name, version, more] of charts) {
    chartsIn({ [name]: chartFiles(name, version, more) }, sources);
    const args = ['package', join(sources, name), '-d', folder];
    const { status, stderr } = await run('helm', args, { cwd: sources, home: sources });
    expect(status, stderr).toBe(0);
  }
  await makeIndex(folder);
  return folder;
}

/** Makes the index of a folder by helm. */
export async function makeIndex(folder: string, url = ''): Promise<void> {
  const args = ['repo', 'index', folder, ...(url === '' ? [] : ['--url', url])];
  const { status, stderr } = await run('helm', args, { cwd: folder, home: folder });
  expect(status, stderr).toBe(0);
}
