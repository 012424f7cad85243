/** A chart's files as lint looks at them before, and beside, loading it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readArchive } from '../../chart/archive.ts';
import { MAX_FILE } from '../../chart/limits.ts';
import { PkgError } from '../../errors.ts';

/**
 * What lies at a path inside a chart: whatever `.helmignore` says, and whether the chart can be loaded or not.
 * Of an archive that cannot be read there is nothing.
 */
export type LintSource = {
  kind: (name: string) => 'file' | 'folder' | undefined;
  /** Undefined for what is no file, or too large to be one of a chart. */
  read: (name: string) => Uint8Array | undefined;
};

/** Opens a chart's folder or archive that is there. */
export async function openSource(path: string): Promise<LintSource> {
  return statSync(path).isDirectory() ? folderSource(path) : archiveSource(path);
}

function folderSource(folder: string): LintSource {
  const stat = (name: string): ReturnType<typeof statSync> => statSync(join(folder, name), { throwIfNoEntry: false });
  const kind: LintSource['kind'] = (name) => {
    const found = existsSync(join(folder, name)) ? stat(name) : undefined;
    return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file';
  };
  return {
    kind,
    read(name) {
      // What is no plain file may never end.
      const found = existsSync(join(folder, name)) ? stat(name) : undefined;
      if (found === undefined || !found.isFile() || found.size > MAX_FILE) return undefined;
      return readFileSync(join(folder, name));
    },
  };
}

async function archiveSource(path: string): Promise<LintSource> {
  const files = new Map<string, Uint8Array>();
  try {
    for (const { name, data } of await readArchive(readFileSync(path), path)) files.set(name, data);
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
