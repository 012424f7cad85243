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
 * Removes all folders. A set-up file calls it after each test file: a hook of this module would run for the first file
 * only, where several files share a process and its modules.
 */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
