/** The cosign that signatures are compared with, from the Go module that is pinned beside this file. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '../support/go-program.ts';

/**
 * The path of cosign, built if it was not yet (about three minutes on two cores).
 *
 * @throws an `Error` where there is no Go, or the module cannot be downloaded
 */
export function cosignBinary(): Promise<string> {
  return goProgram({
    folder: dirname(fileURLToPath(import.meta.url)),
    target: 'github.com/sigstore/cosign/v3/cmd/cosign',
    ldflags: '-s -w',
    message: 'Building cosign; this is done once and takes three minutes',
  });
}
