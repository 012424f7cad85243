/** Reads single files of a chart for lint, also of a chart that cannot be loaded. */
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readArchive } from '../../chart/archive.ts';
import { MAX_FILE } from '../../chart/limits.ts';
import { linkReach } from '../../chart/links.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { readArchiveFile } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { FileReadError, readRegularFile } from '../../read-file.ts';

/**
 * The files of a chart, whether the chart can be loaded or not, and those in `.helmignore` too. An archive that cannot
 * be read has none.
 */
export type LintSource = {
  kind: (name: string) => 'file' | 'folder' | undefined;
  /** The bytes of a file; undefined for a folder, a file above the limit of charts, and a link that is not followed. */
  read: (name: string) => Uint8Array | undefined;
};

/**
 * Opens a chart's folder or archive.
 *
 * @param archive the bytes of an archive that is not a file
 */
export async function openSource(path: string, links: LinkOptions, archive?: Uint8Array): Promise<LintSource> {
  if (archive === undefined && statSync(path).isDirectory()) return folderSource(path, links);
  return archiveSource(path, archive);
}

function folderSource(folder: string, { allowOutsideLinks = false }: LinkOptions): LintSource {
  const root = realpathSync.native(folder);
  const resolve = (name: string): string | undefined => {
    try {
      const real = realpathSync.native(join(folder, name));
      return allowOutsideLinks || linkReach(root, real) !== 'beyond' ? real : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    kind(name) {
      const real = resolve(name);
      return real === undefined ? undefined : statSync(real).isDirectory() ? 'folder' : 'file';
    },
    read(name) {
      const real = resolve(name);
      try {
        return real === undefined ? undefined : readRegularFile(real, MAX_FILE);
      } catch (error) {
        if (!(error instanceof FileReadError)) throw error;
        return undefined;
      }
    },
  };
}

async function archiveSource(path: string, archive: Uint8Array | undefined): Promise<LintSource> {
  const files = new Map<string, Uint8Array>();
  try {
    for (const { name, data } of await readArchive(archive ?? readArchiveFile(path), path)) files.set(name, data);
  } catch (error) {
    // Loading the chart reports the error.
    if (!(error instanceof PkgError)) throw error;
  }
  return {
    kind(name) {
      if (files.has(name)) return 'file';
      return [...files.keys()].some((file) => file.startsWith(`${name}/`)) ? 'folder' : undefined;
    },
    read: (name) => files.get(name),
  };
}
