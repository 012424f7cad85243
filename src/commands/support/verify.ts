/** Checks that a chart is signed, as flags ask for it. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArchiveFile } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { defaultKeyring } from '../../repository/keyring.ts';
import type { FoundChart } from '../../repository/locate.ts';
import type { Verification } from '../../repository/provenance.ts';
import { readProvenanceOf } from './provenance-file.ts';

type KeyringFlag = { keyring?: string | undefined };

/**
 * Checks an archive that lies here against the provenance beside it.
 *
 * @throws {PkgError} `PKG_SIGNATURE_INVALID`, `PKG_KEYRING_INVALID`, `PKG_CHART_NOT_FOUND`, `PKG_CHART_TOO_LARGE`,
 *   `PKG_FILE_UNREADABLE`
 */
export async function verifyFile(path: string, flags: KeyringFlag): Promise<Verification> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new PkgError('PKG_CHART_NOT_FOUND', `there is no file ${printable(path)}`);
  if (stat.isDirectory()) {
    throw new PkgError('PKG_SIGNATURE_INVALID', `${printable(path)} is a folder, and only archives are signed`, {
      hints: ['pack and sign it: pkg package --sign'],
    });
  }
  const archive = readArchiveFile(path);
  const provenance = readProvenanceOf(path);
  if (provenance === undefined) throw unsigned(path);
  const { verifyProvenance } = await import('../../repository/provenance.ts');
  return verifyProvenance(archive, provenance, basename(path), keyringOf(flags));
}

/**
 * Checks an archive that was fetched. Without provenance it fails.
 *
 * @returns who signed it, and the provenance
 */
export async function verifyFound(
  found: Pick<FoundChart, 'fileName' | 'location' | 'fetchProvenance'>,
  archive: Uint8Array,
  flags: KeyringFlag,
): Promise<{ verification: Verification; provenance: Buffer }> {
  const provenance = await found.fetchProvenance();
  if (provenance === undefined) throw unsigned(found.location);
  const { verifyProvenance } = await import('../../repository/provenance.ts');
  const verification = await verifyProvenance(archive, provenance, found.fileName, keyringOf(flags));
  return { verification, provenance };
}

/** What `helm verify` prints. */
export function verificationText({ signedBy, fingerprint, hash }: Verification): string {
  const by = signedBy.map((name) => `Signed by: ${printable(name, 200)}\n`).join('');
  return `${by}Using Key With Fingerprint: ${fingerprint}\nChart Hash Verified: ${hash}\n`;
}

function keyringOf({ keyring }: KeyringFlag): string {
  return keyring || defaultKeyring(process.env);
}

function unsigned(location: string): PkgError {
  return new PkgError('PKG_SIGNATURE_INVALID', `there is no provenance of ${printable(location, 300)}`, {
    hints: ['it is not signed: leave out --verify to take it all the same'],
  });
}
