/** Packs a chart folder into an archive as `helm package` does. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { printYaml } from '../yaml/print.ts';
import type { Chart, ChartFile } from './chart.ts';
import { readFolder } from './directory.ts';
import { isFolder, loadChart } from './load.ts';
import { isVersion } from './version.ts';

/** Where the archive goes, and what is written over in its Chart.yaml. */
export type PackageOptions = { destination: string; version?: string; appVersion?: string };

/**
 * Packs a chart. The same files give the same bytes.
 *
 * @returns the path of the archive
 * @throws {PkgError} for a chart that cannot be loaded, a version that is none, a destination that is no folder
 */
export async function packageChart(folder: string, options: PackageOptions): Promise<string> {
  const { destination, version, appVersion } = options;
  if (version !== undefined && !isVersion(version)) {
    throw new PkgError('PKG_CHART_INVALID', `the version ${printable(version, 60)} is not a semantic version`);
  }
  if (!isFolder(destination)) {
    throw new PkgError('PKG_FILE_UNWRITABLE', `the destination ${printable(destination)} is not a folder`);
  }
  if (!isFolder(folder)) throw new PkgError('PKG_CHART_INVALID', `${printable(folder)} is not a chart folder`);
  const chart = await loadChart(folder);
  if (version !== undefined) chart.metadata.all.set('version', version);
  if (appVersion !== undefined) chart.metadata.all.set('appVersion', appVersion);
  const { name } = chart.metadata;
  const files = ordered(chart, readFolder(folder));
  const tar = await packFiles(name, files);
  const path = join(destination, `${name}-${version ?? chart.metadata.version}.tgz`);
  try {
    await writeFile(path, withHelmHeader(gzipSync(tar, { level: 9 })));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(path)} cannot be written (${code})`, { cause: error });
  }
  return path;
}

/** Helm's order: Chart.yaml, Chart.lock, values, schema, then templates, files and subcharts. */
function ordered(chart: Chart, files: readonly ChartFile[]): ChartFile[] {
  const first = ['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json'];
  const rank = (name: string): number => {
    const index = first.indexOf(name);
    if (index >= 0) return index;
    return name.startsWith('templates/') ? 4 : name.startsWith('charts/') ? 6 : 5;
  };
  const metadata: ChartFile = { name: 'Chart.yaml', data: Buffer.from(printYaml(chart.metadata.all)) };
  return files
    .map((file) => (file.name === 'Chart.yaml' ? metadata : file))
    .sort((a, b) => rank(a.name) - rank(b.name));
}

async function packFiles(root: string, files: readonly ChartFile[]): Promise<Buffer> {
  const { Header } = await import('tar');
  const blocks: Uint8Array[] = [];
  for (const { name, data } of files) {
    const path = `${root}/${name}`;
    const header = new Header({ path, mode: 0o644, size: data.length, mtime: new Date(0), type: 'File' });
    const block = Buffer.alloc(512);
    if (header.encode(block, 0))
      throw new PkgError('PKG_CHART_INVALID', `the name ${printable(name)} is too long for an archive`);
    blocks.push(block, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

/** The gzip header by which Helm's archives are known: an extra field and the comment "Helm". */
function withHelmHeader(gzip: Buffer): Buffer {
  const extra = Buffer.from('+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(extra.length);
  const header = Buffer.from(gzip.subarray(0, 10));
  header[3] = 0x04 | 0x10;
  header[9] = 0xff;
  return Buffer.concat([header, length, extra, Buffer.from('Helm\0'), gzip.subarray(10)]);
}
