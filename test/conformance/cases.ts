/** What is rendered: every chart of a folder, by itself and with each of its values files. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A chart with values files and further arguments; `name` says which in reports. */
export type Case = { name: string; chart: string; args: readonly string[] };

/** Every case of a folder, in the order of their names. A chart inside another's `charts/` is not a case of its own. */
export function findCases(folder: string): Case[] {
  return findCharts(folder).flatMap((chart) => {
    const name = relative(folder, chart) || '.';
    const values = findValues(chart);
    return [
      { name, chart, args: [] },
      ...values.map((file) => ({ name: `${name} ${relative(chart, file)}`, chart, args: ['-f', file] })),
    ];
  });
}

function findCharts(folder: string): string[] {
  const isChart = existsSync(join(folder, 'Chart.yaml'));
  const inside = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !(isChart && entry.name === 'charts') && entry.name !== '.git')
    .map((entry) => entry.name)
    .toSorted();
  return [...(isChart ? [folder] : []), ...inside.flatMap((name) => findCharts(join(folder, name)))];
}

/** The values files that chart-testing and others keep beside a chart: all of `ci/`, and those of its tests. */
function findValues(chart: string): string[] {
  const inCi = listFiles(join(chart, 'ci')).filter((path) => /\.ya?ml$/.test(path));
  const inTests = ['test', 'tests']
    .flatMap((name) => listFiles(join(chart, name)))
    .filter((path) => /(^|[-.])values[^/]*\.ya?ml$/.test(path.slice(path.lastIndexOf('/') + 1)));
  return [...inCi, ...inTests].toSorted();
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const hashes = new Map<string, string>();

/** A hash of all that a case is made of: every file of the chart, and what its arguments name. */
export function hashCase({ chart, args }: Case): string {
  let content = hashes.get(chart);
  if (content === undefined) {
    const hash = createHash('sha256');
    addToHash(hash, chart, '', new Set());
    content = hash.digest('hex');
    hashes.set(chart, content);
  }
  const hash = createHash('sha256').update(content);
  for (const arg of args) hash.update(existsSync(arg) ? readFileSync(arg) : arg).update('\0');
  return hash.digest('hex');
}

/** Links are followed, as both programs follow them. */
function addToHash(hash: ReturnType<typeof createHash>, folder: string, path: string, above: Set<string>): void {
  const real = realpathSync(folder);
  if (above.has(real)) return;
  for (const { name } of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(folder, name);
    hash.update(`${path}/${name}\0`);
    if (!existsSync(file)) hash.update(readlinkSync(file));
    else if (statSync(file).isDirectory()) addToHash(hash, file, `${path}/${name}`, new Set([...above, real]));
    else if (statSync(file).isFile()) hash.update(`${statSync(file).size}\0`).update(readFileSync(file));
  }
}
