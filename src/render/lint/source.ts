/** A chart's files as lint looks at them before, and beside, loading it. */
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
 * What lies at a path inside a chart: whatever `.helmignore` says, and whether the chart can be loaded or not.
 * Of an archive that cannot be read there is nothing.
 */
export type LintSource = {
  kind: (name: string) => 'file' | 'folder' | undefined;
  /** Undefined for what is no file, too large to be one of a chart, or behind a link that is not followed. */
  read: (name: string) => Uint8Array | undefined;
};

/**
 * Opens a chart's folder or archive.
 *
 * @param archive the bytes of an archive that is no file here
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
    // Why it cannot be read is what loading it says.
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
