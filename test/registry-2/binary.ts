/** The older registry whose source is beside this file. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '../support/go-program.ts';

/**
 * The path of the registry, built if it was not yet (about half a minute on two cores).
 *
 * @throws an `Error` where there is no Go, or the module cannot be downloaded
 */
export function olderRegistryBinary(): Promise<string> {
  return goProgram({
    folder: dirname(fileURLToPath(import.meta.url)),
    target: '.',
    ldflags: '-s -w',
    message: 'Building an older OCI registry; this is done once and takes half a minute',
  });
}
