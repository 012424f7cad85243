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
    makeOne(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // If the folder above exists now, another process made it meanwhile, or this is /proc, where it fails again.
    if (!existsSync(dirname(path))) makeFolder(dirname(path), mode);
    makeOne(path, mode);
  }
}

/** Creates a folder in one that exists. */
function makeOne(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // A folder is fine; for a file Node throws EEXIST here.
    mkdirSync(path, { recursive: true });
  }
}
