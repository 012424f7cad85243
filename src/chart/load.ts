/** From a folder or an archive to a chart. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { nearest } from '../nearest.ts';
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import type { Chart, ChartFile } from './chart.ts';
import { readFolder } from './directory.ts';
import { parseChartMetadata } from './metadata.ts';
import { valueDocuments } from './user-values.ts';
import { mergeValues } from './values.ts';

const DEEPEST = 20;

/**
 * Loads a chart with its subcharts.
 *
 * @param path a chart folder or a `.tgz` archive
 * @throws {PkgError} `PKG_CHART_NOT_FOUND`; everything that is wrong with the chart, at once
 */
export async function loadChart(path: string): Promise<Chart> {
  if (!existsSync(path)) throw notFound(path);
  const location = path.length > 1 ? path.replace(/\/+$/, '') : path;
  if (!isFolder(path)) return readChartArchive(readBytes(path), location);
  if (!existsSync(`${path}/Chart.yaml`)) {
    throw new PkgError('PKG_CHART_NOT_FOUND', `${printable(path)} is not a chart: it has no Chart.yaml`, {
      at: { file: path },
      hints: chartsBelow(path),
    });
  }
  return fromFiles(readFolder(path), location);
}

/** Loads a chart from the bytes of its archive. */
export async function readChartArchive(bytes: Uint8Array, location: string): Promise<Chart> {
  const { readArchive } = await import('./archive.ts');
  return fromFiles(await readArchive(bytes, location), location);
}

async function fromFiles(files: readonly ChartFile[], location: string): Promise<Chart> {
  const errors: PkgError[] = [];
  const chart = await buildChart(files, location, errors, 0);
  throwTogether(errors, (count) => `the chart ${printable(location)} has ${count} errors`);
  if (chart === undefined)
    throw new PkgError('PKG_CHART_INVALID', 'the chart cannot be read', { at: { file: location } });
  return chart;
}

/** Builds a chart from its files, in `charts/` whole subcharts among them; what is wrong is collected. */
async function buildChart(
  files: readonly ChartFile[],
  location: string,
  errors: PkgError[],
  depth: number,
): Promise<Chart | undefined> {
  const named = new Map(files.map((file) => [file.name, file]));
  const text = (name: string): string | undefined => {
    const file = named.get(name);
    return (
      file &&
      Buffer.from(file.data)
        .toString('utf8')
        .replace(/^\uFEFF/, '')
    );
  };
  const source = text('Chart.yaml');
  if (source === undefined) {
    errors.push(new PkgError('PKG_CHART_INVALID', 'Chart.yaml is missing', { at: { file: location } }));
    return undefined;
  }
  const requirements = text('requirements.yaml');
  const metadata = await collect(errors, async () => {
    const beside =
      requirements === undefined ? undefined : { text: requirements, file: `${location}/requirements.yaml` };
    const read = await parseChartMetadata(source, `${location}/Chart.yaml`, beside);
    errors.push(...read.errors);
    return read.metadata;
  });
  const valuesFile = named.get('values.yaml');
  const values = await collect(errors, () => {
    const documents = valueDocuments(text('values.yaml') ?? '', `${location}/values.yaml`);
    return documents.reduce((merged, document) => mergeValues(merged, document), new Map() as ValueMap);
  });
  const lock = await collect(errors, () => readLock(text('Chart.lock') ?? text('requirements.lock'), location));
  const dependencies = await subcharts(files, location, errors, depth);
  if (metadata === undefined) return undefined;
  return {
    metadata,
    lock: lock ?? null,
    values: values ?? new Map(),
    valuesFile,
    schema: named.get('values.schema.json'),
    templates: files.filter(({ name }) => name.startsWith('templates/')),
    crds: files.filter(({ name }) => name.startsWith('crds/')),
    files: files.filter(({ name }) => !OWN_FILES.has(name) && !/^(?:templates|crds|charts)\//.test(name)),
    dependencies,
    location,
  };
}

const OWN_FILES: ReadonlySet<string> = new Set(['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json']);

function readLock(text: string | undefined, location: string): ValueMap | null {
  const value = text === undefined ? null : parseYaml(text, `${location}/Chart.lock`);
  return isMap(value) ? value : null;
}

/** The charts below `charts/`: folders and archives; names that begin with `_` or `.` are not charts. */
async function subcharts(
  files: readonly ChartFile[],
  location: string,
  errors: PkgError[],
  depth: number,
): Promise<Chart[]> {
  const groups = new Map<string, ChartFile[]>();
  for (const { name, data } of files) {
    if (!name.startsWith('charts/')) continue;
    const [, first = '', ...rest] = name.split('/');
    if (/^[_.]/.test(first)) continue;
    const group = groups.get(first) ?? [];
    groups.set(first, group);
    group.push({ name: rest.join('/'), data });
  }
  if (groups.size > 0 && depth >= DEEPEST) {
    errors.push(
      new PkgError('PKG_CHART_INVALID', `charts are nested more than ${DEEPEST} deep`, { at: { file: location } }),
    );
    return [];
  }
  const found: Chart[] = [];
  for (const [name, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const inside = `${location}/charts/${name}`;
    const [only] = group;
    const chart = await collect(errors, async () => {
      if (only?.name !== '') return buildChart(group, inside, errors, depth + 1);
      // A plain file that is no archive (a README) is left alone, as Helm does.
      if (!/\.tgz$/.test(name)) return undefined;
      const { readArchive } = await import('./archive.ts');
      return buildChart(await readArchive(only.data, inside), inside, errors, depth + 1);
    });
    if (chart !== undefined) found.push(chart);
  }
  return found;
}

async function collect<T>(errors: PkgError[], work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    errors.push(error);
    return undefined;
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(path)} cannot be read (${code})`, { cause: error });
  }
}

function notFound(path: string): PkgError {
  const near = nearest(basename(path), namesIn(dirname(path)));
  const hints = near === undefined ? [] : [`did you mean ${printable(`${dirname(path)}/${near}`)}?`];
  return new PkgError('PKG_CHART_NOT_FOUND', `there is no chart at ${printable(path)}`, {
    hints: [...hints, 'a chart is a folder with a Chart.yaml, or a .tgz archive of one'],
  });
}

function chartsBelow(path: string): string[] {
  const found = namesIn(path).find((name) => existsSync(`${path}/${name}/Chart.yaml`));
  return found === undefined ? [] : [`there is a chart in ${printable(`${path}/${found}`)}`];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Is there a folder at this path? False for nothing, and for a file. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
