/** Tells bundles from other files. A small module, since it is loaded for every file that is given as a chart. */
import { closeSync, readSync } from 'node:fs';
import { openRegularFile } from '../read-file.ts';

/** The first file of a bundle: its table of contents. */
export const BUNDLE_FILE = 'bundle.json';

/** Is this file a bundle? A tar file begins with the name of the first file in it. */
export function isBundle(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openRegularFile(path);
    const head = Buffer.alloc(BUNDLE_FILE.length + 1);
    return readSync(descriptor, head, 0, head.length, 0) === head.length && head.toString() === `${BUNDLE_FILE}\0`;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
