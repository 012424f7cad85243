/** Folders that tests write to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** A new folder, which is removed when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pkg-test-'));
  folders.push(folder);
  return folder;
}

/**
 * Removes the folders that there are. Called after each file from a set-up file: a hook of this module would be that of
 * the first file only, where files share a process, and with it the modules.
 */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
