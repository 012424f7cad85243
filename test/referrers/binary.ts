/** The registry with the Referrers API, whose source is beside this file. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '../support/go-program.ts';

/**
 * The path of the registry, built if it was not yet (some seconds).
 *
 * @throws an `Error` where there is no Go, or the module cannot be downloaded
 */
export function referrersBinary(): Promise<string> {
  return goProgram({
    folder: dirname(fileURLToPath(import.meta.url)),
    target: '.',
    ldflags: '-s -w',
    message: 'Building a registry with the Referrers API; this is done once and takes some seconds',
  });
}
