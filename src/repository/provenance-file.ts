/** Reads provenance files. */
import { basename } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import { digestOf } from './digest.ts';
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

/**
 * Reads the provenance of an archive that is sent elsewhere.
 *
 * @throws {PkgError} as {@link readProvenanceOf} and {@link checkProvenance} do
 */
export async function readProvenanceToSend(path: string, archive: Uint8Array): Promise<Buffer | undefined> {
  const provenance = readProvenanceOf(path);
  if (provenance !== undefined) await checkProvenance(provenance, archive, path);
  return provenance;
}

/**
 * Checks that a provenance is that of an archive: that of an older archive of the same name would make the chart one that
 * nobody can verify. The signature is not checked, which needs a keyring.
 *
 * @throws {PkgError} `PKG_SIGNATURE_INVALID` for what is not a provenance, and for that of another archive
 */
export async function checkProvenance(provenance: Buffer, archive: Uint8Array, location: string): Promise<void> {
  const { readStatement } = await import('./provenance.ts');
  const { files } = await readStatement(provenance, basename(location));
  if ([...files.values()].includes(digestOf(archive))) return;
  throw new PkgError('PKG_SIGNATURE_INVALID', 'the provenance is not that of the archive', {
    at: { file: `${printable(location, 300)}.prov` },
    hints: ['make it again with `pkg package --sign`, or remove it'],
  });
}
