/** Loads charts from folders and archives. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { nearest } from '../nearest.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import { decodeFile } from '../utf8.ts';
import { requireUtf8 } from '../yaml/encoding.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import type { Chart, ChartFile } from './chart.ts';
import { readFolder } from './directory.ts';
import { ChartBudget, MAX_CHART, chartTooLarge } from './limits.ts';
import type { LinkOptions } from './links.ts';
import { parseChartMetadata } from './metadata.ts';
import { valueDocuments } from './user-values.ts';
import { mergeValues } from './values.ts';
import { keepsWrittenKeys } from './written-keys.ts';

/** How deep archives may be nested in `charts/`: an archive can be made that contains itself. */
const MAX_DEPTH = 20;

const CHART_FORMS = 'give a folder with a Chart.yaml, or a .tgz archive of one';

/**
 * Loads a chart with its subcharts.
 *
 * @param path a chart folder or a `.tgz` archive
 * @param links how symbolic links of a folder are treated
 * @throws {PkgError} `PKG_CHART_NOT_FOUND`, `PKG_CHART_UNSAFE`, `PKG_CHART_TOO_LARGE`, `PKG_FILE_UNREADABLE`;
 *   `PKG_CHART_INVALID` and others for all errors of the chart and its subcharts, together
 */
export async function loadChart(path: string, links: LinkOptions = {}): Promise<Chart> {
  const location = path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') : path;
  const stat = tryRead(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stat === undefined) throw chartNotFound(path);
  if (!stat.isDirectory()) {
    if (!stat.isFile())
      throw new PkgError('PKG_CHART_NOT_FOUND', `${printable(path)} is neither a folder nor a file`, {
        hints: [CHART_FORMS],
      });
    return readChartArchive(readArchiveFile(path), location);
  }
  if (!existsSync(`${path}/Chart.yaml`)) {
    throw new PkgError('PKG_CHART_NOT_FOUND', `${printable(path)} is not a chart: it has no Chart.yaml`, {
      at: { file: path },
      hints: chartsBelow(path),
    });
  }
  const budget = new ChartBudget();
  return build(readFolder(path, budget, links), location, budget);
}

/**
 * Loads a chart from its archive as if that were unpacked first, as Helm's lint does: files that its `.helmignore`
 * names are left out.
 *
 * @param bytes of the archive, if they are not those of the file
 * @throws {PkgError} as {@link loadChart} does
 */
export async function loadUnpacked(path: string, bytes: Uint8Array = readArchiveFile(path)): Promise<Chart> {
  const { readArchive } = await import('./archive.ts');
  const { defaultIgnoreRules, parseIgnoreRules } = await import('./ignore.ts');
  const budget = new ChartBudget();
  const files = await readArchive(bytes, path, budget);
  const rules = files.find(({ name }) => name === '.helmignore');
  const ignored =
    rules === undefined
      ? defaultIgnoreRules
      : parseIgnoreRules(new TextDecoder().decode(rules.data), `${path}/.helmignore`);
  const isIgnored = (name: string): boolean => {
    const folders = name
      .split('/')
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    return folders.some((folder) => ignored(folder, true)) || ignored(name, false);
  };
  return build(
    files.filter(({ name }) => !isIgnored(name)),
    path,
    budget,
  );
}

/** Loads a chart from the bytes of its archive. @throws {PkgError} as {@link loadChart} does */
export async function readChartArchive(bytes: Uint8Array, location: string): Promise<Chart> {
  const { readArchive } = await import('./archive.ts');
  const budget = new ChartBudget();
  return build(await readArchive(bytes, location, budget), location, budget);
}

async function build(files: readonly ChartFile[], location: string, budget: ChartBudget): Promise<Chart> {
  const builder = new Builder(budget);
  const chart = await builder.chart(files, location, 0);
  throwTogether(builder.errors, (count) => `the chart ${printable(location)} has ${count} errors`);
  if (chart === undefined) throw new PkgError('PKG_INTERNAL', 'loading a chart gave neither a chart nor an error');
  return keepsWrittenKeys(chart) ? withWrittenKeys(chart) : chart;
}

/** The chart tree with its values read again, so that keys such as `on` stay text: see {@link keepsWrittenKeys}. */
function withWrittenKeys(chart: Chart): Chart {
  const { valuesFile, location } = chart;
  const text = valuesFile === undefined ? '' : new TextDecoder().decode(valuesFile.data);
  const values = valueDocuments(text, `${location}/values.yaml`, true).reduce(mergeValues, new Map());
  return { ...chart, values, dependencies: chart.dependencies.map(withWrittenKeys) };
}

/** Files that have fields of their own in {@link Chart}. */
const OWN_FILES: ReadonlySet<string> = new Set(['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json']);
/** Files of Helm 2 charts. Templates of such charts see them in `.Files`; those of later charts do not. */
const OLD_FILES: ReadonlySet<string> = new Set(['requirements.yaml', 'requirements.lock']);

/** Makes charts from files (helm v4, pkg/chart/v2/loader/load.go) and collects errors. */
class Builder {
  readonly errors: PkgError[] = [];
  readonly #budget: ChartBudget;

  constructor(budget: ChartBudget) {
    this.#budget = budget;
  }

  /** Makes a chart; undefined where that is impossible, for which an error was collected. */
  async chart(unordered: readonly ChartFile[], location: string, depth: number): Promise<Chart | undefined> {
    const files = unordered.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const named = new Map(files.map((file) => [file.name, file]));
    const metadataFile = named.get('Chart.yaml');
    const source = read(named, 'Chart.yaml', location);
    if (metadataFile === undefined || source === undefined) {
      this.errors.push(
        new PkgError('PKG_CHART_INVALID', 'Chart.yaml is missing', {
          at: { file: location },
          hints: ['add a Chart.yaml with apiVersion, name and version'],
        }),
      );
      return undefined;
    }
    const metadata = await this.#collect(async () => {
      const requirements = read(named, 'requirements.yaml', location);
      const found = await parseChartMetadata(source.text, source.file, depth > 0, requirements);
      this.errors.push(...found.errors);
      return found.metadata;
    });
    const values = await this.#collect(() => {
      const { text, file } = read(named, 'values.yaml', location) ?? { text: '', file: '' };
      return valueDocuments(text, file).reduce(mergeValues, new Map());
    });
    const lock = await this.#collect(() =>
      readLock(read(named, 'requirements.lock', location) ?? read(named, 'Chart.lock', location)),
    );
    const dependencies = await this.#subcharts(files, location, depth);
    if (metadata === undefined) return undefined;
    return {
      metadata,
      metadataFile,
      lock: lock ?? null,
      values: values ?? new Map(),
      valuesFile: named.get('values.yaml'),
      schema: named.get('values.schema.json'),
      templates: files.filter(({ name }) => name.startsWith('templates/')),
      crds: files.filter(({ name }) => isCrd(name)),
      files: files.filter(({ name }) => isOther(name) && (metadata.apiVersion === 'v1' || !OLD_FILES.has(name))),
      dependencies,
      location,
    };
  }

  /** The charts in `charts/`: folders and archives; names that begin with `_` or `.` are not charts. */
  async #subcharts(files: readonly ChartFile[], location: string, depth: number): Promise<Chart[]> {
    const groups = new Map<string, ChartFile[]>();
    for (const file of files) {
      if (!isInSubchart(file.name)) continue;
      const [, folder = '', ...rest] = file.name.split('/');
      if (/^[_.]/.test(folder)) continue;
      const group = groups.get(folder) ?? [];
      groups.set(folder, group);
      group.push(renamed(file, rest.join('/')));
    }
    const charts: Chart[] = [];
    for (const [name, group] of groups) {
      const childLocation = `${location}/charts/${name}`;
      const chart = await this.#collect(async () => {
        if (depth === MAX_DEPTH)
          throw invalid(`charts are nested more than ${MAX_DEPTH} levels deep`, childLocation, [
            'remove charts from charts/',
          ]);
        return this.chart(await this.#subchartFiles(name, group, childLocation), childLocation, depth + 1);
      });
      if (chart !== undefined) charts.push(chart);
    }
    return charts;
  }

  async #subchartFiles(
    name: string,
    group: readonly ChartFile[],
    childLocation: string,
  ): Promise<readonly ChartFile[]> {
    const isArchive = extname(name) === '.tgz';
    const plain = group.find((file) => file.name === '');
    if (isArchive && plain !== undefined) {
      const { readArchive } = await import('./archive.ts');
      return readArchive(plain.data, childLocation, this.#budget);
    }
    if (!isArchive && plain === undefined) return group;
    throw invalid(isArchive ? 'this is a folder with the name of an archive' : 'this is not a chart', childLocation, [
      'put charts into charts/, as folders or .tgz archives, or begin the name with _ or . to have it ignored',
    ]);
  }

  async #collect<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      this.errors.push(error);
      return undefined;
    }
  }
}

/** The same file under its name in the subchart. Its bytes are still read only when they are used. */
function renamed(file: ChartFile, name: string): ChartFile {
  return {
    name,
    get data() {
      return file.data;
    },
  };
}

type Source = { text: string; file: string };

function read(files: ReadonlyMap<string, ChartFile>, name: string, location: string): Source | undefined {
  const data = files.get(name)?.data;
  if (data === undefined) return undefined;
  const file = `${location}/${name}`;
  const text = decodeFile(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  requireUtf8(text, file);
  return { text, file };
}

function isInSubchart(name: string): boolean {
  return name.startsWith('charts/') && extname(name) !== '.prov';
}

/** Is this file a manifest? Other files in `crds/`, such as a README, count as plain files. */
function isCrd(name: string): boolean {
  return name.slice(0, 5).toLowerCase() === 'crds/' && /^crds\/.*\.(?:ya?ml|json)$/i.test(name);
}

function isOther(name: string): boolean {
  return !OWN_FILES.has(name) && !name.startsWith('templates/') && !isCrd(name) && !isInSubchart(name);
}

function readLock(source: Source | undefined): ValueMap | null {
  const value = source === undefined ? null : (parseYamlDocuments(source.text, source.file)[0] ?? null);
  if (value === null || isMap(value)) return value;
  throw invalid('this lock file is not a map', source?.file ?? '', ['write it again with `pkg dependency update`']);
}

function invalid(message: string, file: string, hints: readonly string[]): PkgError {
  return new PkgError('PKG_CHART_INVALID', message, { at: { file }, hints });
}

/** The bytes of an archive. @throws {PkgError} `PKG_CHART_TOO_LARGE`, `PKG_FILE_UNREADABLE` */
export function readArchiveFile(path: string): Uint8Array {
  return tryRead(path, () => readRegularFile(path, MAX_CHART));
}

function tryRead<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EFBIG') throw chartTooLarge(path);
    if (code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') throw chartNotFound(path);
    const reason = cause instanceof FileReadError ? cause.reason : `cannot be read (${code})`;
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(path)} ${reason}`, { hints: ['make it readable'], cause });
  }
}

/** The error for a path at which there is no chart. */
export function chartNotFound(path: string): PkgError {
  return new PkgError('PKG_CHART_NOT_FOUND', `there is no chart at ${printable(path)}`, {
    hints: [...similarPaths(path), CHART_FORMS],
  });
}

/** A hint with the existing path that is most similar to a mistyped one; empty where none is similar. */
export function similarPaths(path: string): string[] {
  const near = nearest(basename(path), namesIn(dirname(path)));
  return near === undefined ? [] : [`did you mean ${printable(join(dirname(path), near))}?`];
}

function chartsBelow(path: string): string[] {
  const names = namesIn(path);
  const misspelt = names.find((name) => /^chart\.ya?ml$/i.test(name));
  if (misspelt !== undefined) return [`rename ${printable(misspelt)} to Chart.yaml`];
  const chart = names.find((name) => existsSync(join(path, name, 'Chart.yaml')));
  return chart === undefined ? [] : [`give ${printable(join(path, chart))}, which is a chart`];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
