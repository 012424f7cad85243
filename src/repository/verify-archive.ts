/** Checks archives against their provenance. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArchiveFile } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { defaultKeyring } from './keyring.ts';
import { readProvenanceOf } from './provenance-file.ts';
import type { Verification } from './provenance.ts';
import { withoutSecrets } from './urls.ts';

/** The flag `--keyring`; without it GnuPG's own keyring is used. */
export type KeyringFlag = { keyring?: string | undefined };

/**
 * Verifies an archive on this machine by the provenance file beside it.
 *
 * @throws {PkgError} `PKG_SIGNATURE_INVALID`, `PKG_KEYRING_INVALID`, `PKG_CHART_NOT_FOUND`, `PKG_CHART_TOO_LARGE`,
 *   `PKG_FILE_UNREADABLE`
 */
export async function verifyFile(path: string, flags: KeyringFlag): Promise<Verification> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new PkgError('PKG_CHART_NOT_FOUND', `there is no file ${printable(withoutSecrets(path))}`, {
      hints: ['give the path of an archive, such as NAME-VERSION.tgz'],
    });
  }
  if (stat.isDirectory()) {
    throw new PkgError('PKG_SIGNATURE_INVALID', `${printable(path)} is a folder, and only archives are signed`, {
      hints: ['package and sign it with `pkg package --sign`'],
    });
  }
  const archive = readArchiveFile(path);
  const provenance = readProvenanceOf(path);
  if (provenance === undefined) throw unsigned(path);
  const { verifyProvenance } = await import('./provenance.ts');
  return verifyProvenance(archive, provenance, basename(path), keyringOf(flags));
}

/** An archive to verify, and how its provenance is read. */
export type Signed = {
  fileName: string;
  location: string;
  fetchProvenance: () => Promise<Buffer | undefined>;
};

/**
 * Verifies an archive by its provenance.
 *
 * @returns who signed it, and the provenance
 * @throws {PkgError} `PKG_SIGNATURE_INVALID`, `PKG_KEYRING_INVALID`, and for a missing provenance; the errors of fetching it
 */
export async function verifyFound(
  { fileName, location, fetchProvenance }: Signed,
  archive: Uint8Array,
  flags: KeyringFlag,
): Promise<{ verification: Verification; provenance: Buffer }> {
  const provenance = await fetchProvenance();
  if (provenance === undefined) throw unsigned(location);
  const { verifyProvenance } = await import('./provenance.ts');
  const verification = await verifyProvenance(archive, provenance, fileName, keyringOf(flags));
  return { verification, provenance };
}

/** The path of the keyring to use. */
function keyringOf({ keyring }: KeyringFlag): string {
  return keyring || defaultKeyring(process.env);
}

/** The error for a chart without provenance. */
function unsigned(location: string): PkgError {
  return new PkgError('PKG_SIGNATURE_INVALID', `there is no provenance of ${printable(location, 300)}`, {
    hints: ['ask who published it for a signed one'],
  });
}
