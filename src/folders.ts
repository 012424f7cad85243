import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Creates a folder and the missing folders above it; one that exists stays as it is. Node's own recursive `mkdir` never
 * returns on a file system that takes no new folders (`/proc`), so it is not used.
 *
 * @param mode of the folders that are created
 * @throws the system's error (`EACCES`, `ENOTDIR`, …)
 */
export function makeFolder(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder is fine; for a file Node throws EEXIST here.
    if (code === 'EEXIST') mkdirSync(path, { recursive: true });
    else if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    else {
      makeFolder(dirname(path), mode);
      makeFolder(path, mode);
    }
  }
}
