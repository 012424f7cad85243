import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that is there is left alone. Node's own recursive `mkdir` never returns
 * where a file system takes no new folders (`/proc`).
 *
 * @param mode of those that are made
 */
export function makeFolder(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What is there is a folder, or Node says why not.
    if (code === 'EEXIST') mkdirSync(path, { recursive: true });
    else if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    else {
      makeFolder(dirname(path), mode);
      makeFolder(path, mode);
    }
  }
}
