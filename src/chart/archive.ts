/** Reads a chart archive in memory. Names, links and sizes in it are checked, since anybody may have made it. */
import { posix } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { gunzipOptions } from '../gunzip.ts';
import type { ChartFile } from './chart.ts';
import { isDeceptive, withoutBom } from './file.ts';
import { ChartBudget, chartTooLarge } from './limits.ts';
import { readTar } from './tar.ts';
import type { TarEntry } from './tar.ts';

/**
 * The files of a `.tgz`, without the folder that holds them all. Names are checked as in Helm
 * (pkg/chart/loader/archive/archive.go). Links and devices, names given twice, names that a terminal or Windows takes for
 * something else, and several folders side by side are refused too.
 *
 * @param location the archive, for messages
 * @param budget what it may hold
 * @throws {PkgError} `PKG_CHART_UNSAFE`, `PKG_CHART_TOO_LARGE`, `PKG_CHART_INVALID`
 */
export async function readArchive(
  bytes: Uint8Array,
  location: string,
  budget: ChartBudget = new ChartBudget(),
): Promise<ChartFile[]> {
  const tar = await unpack(bytes, location, budget);
  const files = new Map<string, ChartFile>();
  let root: string | undefined;
  for (const entry of readTar(tar, location)) {
    budget.countEntry(location);
    if (entry.type === FOLDER) continue;
    const [folder, name] = splitEntryName(entry, location);
    root ??= folder;
    if (folder !== root) throw unsafe(entry.name, 'lies in another folder than the files before it', location);
    if (files.has(name)) throw unsafe(entry.name, 'exists twice', location);
    files.set(name, { name, data: withoutBom(entry.data) });
  }
  if (files.size === 0)
    throw new PkgError('PKG_CHART_INVALID', 'this chart archive is empty', {
      at: { file: location },
      hints: [FETCH_AGAIN],
    });
  return [...files.values()];
}

/** Archives that are being unpacked before they are read. */
const early: WeakMap<Uint8Array, Promise<Uint8Array>> = new WeakMap();

/**
 * Begins to unpack an archive that will probably be read. It is unpacked by another thread, while this one waits for an
 * answer or checks the digest: 5 MB take 8 ms. Errors are those of {@link readArchive}.
 */
export function unpackEarly(bytes: Uint8Array): void {
  const unpacked = decompress(bytes, new ChartBudget().left);
  unpacked.catch(() => {});
  early.set(bytes, unpacked);
}

function decompress(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  return promisify(gunzip)(bytes, gunzipOptions(bytes, Math.max(1, limit)));
}

async function unpack(bytes: Uint8Array, location: string, budget: ChartBudget): Promise<Uint8Array> {
  const at = { file: location };
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    const hints = /\.ya?ml$/i.test(location)
      ? ['give values files with -f: this looks like one']
      : ['give a folder with a Chart.yaml, or a .tgz archive of one'];
    throw new PkgError('PKG_CHART_INVALID', 'this is not a chart archive: it is not compressed with gzip', {
      at,
      hints,
    });
  }
  try {
    const tar = await (early.get(bytes) ?? decompress(bytes, budget.left));
    budget.spend(tar.length, location);
    return tar;
  } catch (cause) {
    if (cause instanceof PkgError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw chartTooLarge(location);
    throw new PkgError('PKG_CHART_INVALID', 'this chart archive is damaged: it cannot be decompressed', {
      at,
      hints: [FETCH_AGAIN],
      cause,
    });
  }
}

const FETCH_AGAIN = 'fetch it again, or package the chart again';

const FOLDER = '5';
/** Type flags of plain files: `0`, and `7`, a contiguous file, which tar treats as a plain one. */
const FILES: ReadonlySet<string> = new Set(['0', '7']);

/** The folder that an entry lies in, and its path inside it. */
function splitEntryName(entry: TarEntry, location: string): [string, string] {
  const { name } = entry;
  if (!FILES.has(entry.type)) throw unsafe(name, 'is not a file: links and devices are refused', location);
  if (isDeceptive(name)) throw unsafe(name, 'has control characters in its name', location);
  // Archives made on Windows may separate names by backslashes.
  const separator = name.includes('\\') ? '\\' : '/';
  const [root = '', ...parts] = name.split(separator);
  const inside = parts.join('/');
  const path = posix.normalize(inside);
  if (root === '' || inside.startsWith('/')) throw unsafe(name, 'is an absolute path', location);
  if (root === '..' || path === '.' || path.startsWith('..')) throw unsafe(name, 'lies outside the chart', location);
  if (/^[a-z]:/i.test(root) || /^[a-z]:/i.test(path)) throw unsafe(name, 'names a drive', location);
  return [root, path];
}

function unsafe(name: string, why: string, location: string): PkgError {
  return new PkgError('PKG_CHART_UNSAFE', `the archive's entry '${printable(name, 100)}' ${why}`, {
    at: { file: location },
    hints: ['package the chart again with `pkg package`, if you trust it'],
  });
}
