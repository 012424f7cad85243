/** Reads provenance files. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import { MAX_PROVENANCE } from './remotes.ts';

/**
 * Reads the provenance that lies beside an archive; undefined for none.
 *
 * @throws {PkgError} `PKG_FILE_UNREADABLE` for a path that is not a file, is too large, or cannot be read
 */
export function readProvenanceOf(archive: string): Buffer | undefined {
  const path = `${archive}.prov`;
  try {
    return readRegularFile(path, MAX_PROVENANCE);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    if (cause.code === 'ENOENT') return undefined;
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(path, 300)} ${cause.reason}`, {
      hints: ['make it again with `pkg package --sign`, or remove it'],
      cause,
    });
  }
}
