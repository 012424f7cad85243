/** Packs a chart folder into an archive as `helm package` does (helm v4, pkg/chart/v2/util/save.go). */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { unwritable, writeFileAtomic } from '../files.ts';
import { makeFolder } from '../folders.ts';
import { printGoYaml } from '../yaml/go-print.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { Chart, ChartFile, ChartMetadata } from './chart.ts';
import { checkDependencies } from './dependencies.ts';
import type { LinkOptions } from './links.ts';
import { loadChart } from './load.ts';
import { CHART_FIELDS } from './metadata.ts';
import { writeTar } from './tar.ts';
import { isVersion } from './version.ts';

/** The folder for the archive, fields of Chart.yaml that are replaced in it, and how links are treated. */
export type PackageOptions = LinkOptions & {
  destination: string;
  version?: string;
  appVersion?: string;
  /** The time of all files in the archive, and of each Chart.lock: see {@link sourceDateEpoch}. */
  modified?: Date | undefined;
};

/** The time of all files in an archive unless another is given: the same, so that the same chart gives the same bytes. */
const MODIFIED = new Date('1980-01-01T00:00:00Z');

/**
 * The time that `SOURCE_DATE_EPOCH` gives, in seconds since 1970; undefined where it is not set or empty.
 *
 * @see https://reproducible-builds.org/specs/source-date-epoch/
 * @throws {PkgError} `PKG_USAGE` for anything else, and for a time that an archive cannot hold
 */
export function sourceDateEpoch(env: Readonly<Record<string, string | undefined>>): Date | undefined {
  const text = env['SOURCE_DATE_EPOCH'] ?? '';
  if (text === '') return undefined;
  const seconds = /^\+?[0-9]{1,30}$|^-0+$/.test(text) ? Math.abs(Number(text)) : NaN;
  if (seconds <= MAX_SECONDS) return new Date(seconds * 1000);
  throw new PkgError(
    'PKG_USAGE',
    `SOURCE_DATE_EPOCH is ${printable(text, 40)}, which is not a number of seconds since 1970`,
    {
      hints: ['set it to a whole number, such as the time of the last commit: git log -1 --format=%ct'],
    },
  );
}

/** The header of an entry holds eleven octal digits: the year 2242. */
const MAX_SECONDS = 0o77777777777;

/** The time of the files of an archive: the given one, else 1980. */
export function packedTime(given: Date | undefined): Date {
  return given ?? MODIFIED;
}

/** The fields of Chart.yaml that Helm writes into an archive; it drops all others. */
const FIELDS: ReadonlySet<string> = new Set(CHART_FIELDS);

/**
 * Packs a chart and its subcharts. The destination is made if it does not exist. An archive of the same name is replaced.
 *
 * @param folder the chart's
 * @returns the path of the archive, `NAME-VERSION.tgz` in the destination
 * @throws {PkgError} whatever loading the chart throws; `PKG_CHART_DEPENDENCY_MISSING`; `PKG_USAGE` for an invalid
 *   version; `PKG_SCHEMA_INVALID` for a schema that is not JSON; `PKG_FILE_UNWRITABLE`
 */
export async function packageChart(folder: string, options: PackageOptions): Promise<string> {
  const { destination, version, appVersion } = options;
  if (version !== undefined && !isVersion(version)) {
    throw new PkgError('PKG_USAGE', `the version '${printable(version, 60)}' is not a semantic version`, {
      hints: ['give MAJOR.MINOR.PATCH, such as 1.2.3'],
    });
  }
  if ((await stat(folder).catch(() => undefined))?.isFile()) {
    throw new PkgError('PKG_CHART_INVALID', `${printable(folder)} is a file, and only a chart folder can be packaged`, {
      hints: ['give the folder of the chart'],
    });
  }
  const chart = await loadChart(folder, options);
  checkDependencies(chart);
  const { metadata } = chart;
  const all: ValueMap = new Map(metadata.all);
  if (version !== undefined) all.set('version', version);
  if (appVersion !== undefined) all.set('appVersion', appVersion);
  const archive = packChart({ ...chart, metadata: { ...metadata, all } }, options.modified);
  const path = join(destination, `${metadata.name}-${version ?? metadata.version}.tgz`);
  write(path, destination, archive);
  return path;
}

/**
 * The archive of a chart and its subcharts.
 *
 * @param modified the time of all files; as in Helm, it is written into every Chart.lock too
 * @throws {PkgError} `PKG_CHART_INVALID` for two subcharts of one name; `PKG_SCHEMA_INVALID`
 */
export function packChart(chart: Chart, modified?: Date): Uint8Array {
  const files = contentsOf(chart, '', modified);
  checkNames(files, chart.location);
  return gzip(writeTar(files, packedTime(modified)));
}

/** A chart's files in Helm's order: metadata, lock, values, schema, templates, other files, subcharts. */
function contentsOf(chart: Chart, above: string, modified: Date | undefined): ChartFile[] {
  const { metadata, lock, valuesFile, schema } = chart;
  const isOld = metadata.apiVersion === 'v1';
  if (schema !== undefined) checkJson(schema, chart.location);
  const others = [...chart.crds, ...chart.files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const own = [
    { name: 'Chart.yaml', data: Buffer.from(printGoYaml(packedMetadata(metadata, isOld))) },
    ...(lock === null || isOld ? [] : [{ name: 'Chart.lock', data: Buffer.from(printGoYaml(lockAt(lock, modified))) }]),
    ...(valuesFile === undefined ? [] : [valuesFile]),
    ...(schema === undefined ? [] : [schema]),
    ...chart.templates,
    ...others,
  ];
  const folder = `${above}${metadata.name}/`;
  return [
    ...own.map(({ name, data }) => ({ name: folder + name, data })),
    ...chart.dependencies.flatMap((child) => contentsOf(child, `${folder}charts/`, modified)),
  ];
}

/** Refuses two subcharts of one name: their files would overwrite each other in `charts/NAME`. */
function checkNames(files: readonly ChartFile[], folder: string): void {
  const seen = new Set<string>();
  for (const { name } of files) {
    if (seen.has(name)) {
      throw new PkgError('PKG_CHART_INVALID', `two subcharts would both be packaged as ${printable(dirname(name))}`, {
        at: { file: folder },
        hints: ['remove one of them from charts/'],
      });
    }
    seen.add(name);
  }
}

/** Chart.yaml as Helm prints it: known fields that are not empty, and no dependencies if requirements.yaml has them. */
function packedMetadata(metadata: ChartMetadata, isOld: boolean): ValueMap {
  const packed: ValueMap = new Map([['apiVersion', metadata.apiVersion]]);
  for (const [key, value] of metadata.all) {
    const isPacked = FIELDS.has(key) && !(isOld && key === 'dependencies');
    if (isPacked && !isEmpty(value)) packed.set(key, value);
  }
  return packed;
}

function isEmpty(value: Value): boolean {
  return (
    value === '' ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isMap(value) && value.size === 0)
  );
}

function lockAt(lock: ValueMap, modified: Date | undefined): ValueMap {
  if (modified === undefined) return lock;
  return new Map([...lock, ['generated', modified.toISOString().replace('.000Z', 'Z')]]);
}

function checkJson(schema: ChartFile, location: string): void {
  try {
    JSON.parse(Buffer.from(schema.data).toString('utf8'));
  } catch (cause) {
    const at = { file: `${location}/${schema.name}` };
    throw new PkgError('PKG_SCHEMA_INVALID', 'the schema is not JSON', {
      at,
      hints: ['correct it, or remove it'],
      cause,
    });
  }
}

/**
 * Compresses bytes (RFC 1952), with the extra field and the comment "Helm" that Helm's archives have in their header, and
 * without name, time and operating system.
 */
function gzip(bytes: Uint8Array): Buffer {
  // A subfield of RFC 1952: its name "rr", its length, its data.
  const extra = Buffer.from('rr\x28\0aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=');
  const header = Buffer.from([0x1f, 0x8b, 8, 0x04 | 0x10, 0, 0, 0, 0, 0, 0xff, extra.length, 0]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return Buffer.concat([header, extra, Buffer.from('Helm\0'), deflateRawSync(bytes), trailer]);
}

function write(path: string, destination: string, bytes: Uint8Array): void {
  try {
    makeFolder(destination);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw unwritable(destination, cause);
    throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(destination)} is not a folder`, {
      hints: ['give a folder with --destination'],
      cause,
    });
  }
  writeFileAtomic(path, bytes);
}
