/** Reads a chart archive in memory. Nothing of it is trusted: names, links, sizes. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import type { ChartFile } from './chart.ts';

/** The most that one file of a chart may hold, and a whole chart. */
export const MAX_FILE: number = 5 << 20;
export const MAX_CHART: number = 100 << 20;
const MOST_ENTRIES = 50_000;

/**
 * The files of a `.tgz`, without the folder that holds them all.
 *
 * @throws {PkgError} `PKG_CHART_UNSAFE`, `PKG_CHART_TOO_LARGE`, `PKG_CHART_INVALID`
 */
export async function readArchive(bytes: Uint8Array, location: string): Promise<ChartFile[]> {
  const at = { file: location };
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new PkgError('PKG_CHART_INVALID', 'this is not a chart archive: it is not compressed with gzip', { at });
  }
  let tar: Uint8Array;
  try {
    tar = await promisify(gunzip)(bytes, { maxOutputLength: MAX_CHART });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new PkgError('PKG_CHART_TOO_LARGE', `this chart archive holds more than ${MAX_CHART >> 20} MiB`, { at });
    }
    throw new PkgError('PKG_CHART_INVALID', 'this chart archive is damaged: it cannot be unpacked', {
      at,
      cause: error,
    });
  }
  return checkRoots(await readEntries(tar, location), location);
}

type Entry = { path: string; data: Uint8Array };

async function readEntries(tar: Uint8Array, location: string): Promise<Entry[]> {
  const { Parser } = await import('tar');
  const at = { file: location };
  const entries: Entry[] = [];
  const seen = new Set<string>();
  let failure: Error | undefined;
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const name = entry.path;
      try {
        if (entry.type === 'Directory' || entry.type === 'GNUDumpDir') return entry.resume();
        if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile') {
          throw new PkgError(
            'PKG_CHART_UNSAFE',
            `the archive holds ${printable(name, 100)}, which is no plain file but a ${entry.type}`,
            { at },
          );
        }
        checkEntryName(name, location);
        if (entry.size > MAX_FILE)
          throw new PkgError('PKG_CHART_TOO_LARGE', `${printable(name, 100)} is larger than ${MAX_FILE >> 20} MiB`, {
            at,
          });
        if (seen.has(name))
          throw new PkgError('PKG_CHART_UNSAFE', `the archive holds ${printable(name, 100)} twice`, { at });
        seen.add(name);
        if (seen.size > MOST_ENTRIES)
          throw new PkgError('PKG_CHART_TOO_LARGE', 'the archive holds too many files', { at });
      } catch (error) {
        failure ??= error as Error;
        return entry.resume();
      }
      const chunks: Uint8Array[] = [];
      entry.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      entry.on('end', () => entries.push({ path: name, data: Buffer.concat(chunks) }));
    },
  });
  await new Promise<void>((resolve) => {
    parser.on('error', (error: Error) => {
      failure ??= new PkgError('PKG_CHART_INVALID', 'this chart archive is damaged', { at, cause: error });
      resolve();
    });
    parser.on('end', () => resolve());
    parser.end(Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength));
  });
  if (failure !== undefined) throw failure;
  return entries;
}

function checkEntryName(name: string, location: string): void {
  const parts = name.split('/');
  const isBad = name.startsWith('/') || /^[a-zA-Z]:/.test(name) || parts.includes('..') || /[\\\p{Cc}]/u.test(name);
  if (isBad) {
    throw new PkgError(
      'PKG_CHART_UNSAFE',
      `the archive holds the name ${printable(name, 100)}, which leads out of the chart`,
      {
        at: { file: location },
      },
    );
  }
}

/** All files lie in one folder, which is taken off their names. */
function checkRoots(entries: readonly Entry[], location: string): ChartFile[] {
  const at = { file: location };
  let root: string | undefined;
  const files: ChartFile[] = [];
  for (const { path, data } of entries) {
    const name = path.replace(/^(?:\.\/)+/, '').replace(/\/{2,}/g, '/');
    const slash = name.indexOf('/');
    if (slash <= 0)
      throw new PkgError(
        'PKG_CHART_INVALID',
        'the files of a chart archive lie in one folder, and here are some beside it',
        { at },
      );
    root ??= name.slice(0, slash);
    if (name.slice(0, slash) !== root)
      throw new PkgError('PKG_CHART_INVALID', 'this archive holds more than one folder', { at });
    files.push({ name: name.slice(slash + 1), data });
  }
  if (files.length === 0) throw new PkgError('PKG_CHART_INVALID', 'this archive is empty', { at });
  return files;
}
