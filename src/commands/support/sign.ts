/** Signs archives of charts, as flags ask for it. */
import { basename } from 'node:path';
import { readArchiveFile, readChartArchive } from '../../chart/load.ts';
import { metadataJson } from '../../chart/metadata-json.ts';
import { sourceDateEpoch } from '../../chart/package.ts';
import { PkgError } from '../../errors.ts';
import { writeFileAtomic } from '../../files.ts';
import { defaultKeyring } from '../../repository/keyring.ts';
import type { Signing } from '../../repository/publish.ts';
import type { Remotes } from '../../repository/remotes.ts';
import { ask } from '../../terminal/prompt.ts';
import { goYaml } from './go-yaml.ts';
import { readNamedFile } from './paths.ts';
import { readStdin } from './stdin.ts';

/** Flags of the commands that sign. */
export type SignFlags = {
  key?: string | undefined;
  keyring?: string | undefined;
  'passphrase-file'?: string | undefined;
};

/**
 * Writes the provenance of an archive beside it.
 *
 * @throws {PkgError} as `signProvenance` does; `PKG_USAGE` without a key; `PKG_FILE_UNWRITABLE`
 */
export async function signFile(path: string, flags: SignFlags): Promise<void> {
  writeFileAtomic(`${path}.prov`, await provenanceOf(readArchiveFile(path), basename(path), flags));
}

/** The provenance of an archive. @throws {PkgError} as {@link signFile} does */
export async function provenanceOf(archive: Uint8Array, fileName: string, flags: SignFlags): Promise<string> {
  const name = requireKey(flags);
  const chart = await readChartArchive(archive, fileName);
  const metadata = await goYaml(metadataJson(chart));
  const keyring = flags.keyring || defaultKeyring(process.env);
  const { signProvenance } = await import('../../repository/provenance.ts');
  return signProvenance(archive, metadata, fileName, { keyring, name, passphrase: () => passphraseOf(flags) });
}

/** The name of the key that signs. @throws {PkgError} `PKG_USAGE` without one */
export function requireKey({ key = '' }: SignFlags): string {
  if (key !== '') return key;
  throw new PkgError('PKG_USAGE', '--key is needed to sign', {
    hints: ['name the key, or a part of its name: --key NAME'],
  });
}

/**
 * Signs in registries with the key that a flag names; undefined without the flag.
 *
 * @throws {PkgError} `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`; `PKG_CREDENTIALS_FAILED` for a password that does not
 *   fit
 */
export async function cosigning(flags: CosignFlags, remotes: Remotes): Promise<Signing | undefined> {
  const file = flags['cosign-key'] ?? '';
  if (file === '') return undefined;
  const { readPrivateKey } = await import('../../repository/signatures/cosign-key.ts');
  const key = await readPrivateKey(file, async () => process.env['COSIGN_PASSWORD'] ?? (await passphraseOf(flags)));
  const { signInRegistry } = await import('../../repository/signatures/attach-signature.ts');
  const created = sourceDateEpoch(process.env) ?? new Date();
  return { sign: (subject) => signInRegistry(subject, key, created, remotes) };
}

/** Flags of the commands that sign in registries. */
export type CosignFlags = SignFlags & { 'cosign-key'?: string | undefined };

let fromStdin: Promise<string> | undefined;

async function passphraseOf({ 'passphrase-file': file = '' }: SignFlags): Promise<string> {
  if (file === '') return ask('Passphrase of the key: ', { hidden: true, hint: 'give --passphrase-file' });
  if (file === '-') return firstLine(await (fromStdin ??= readStdin()));
  return firstLine(readNamedFile(file, 'the passphrase file'));
}

function firstLine(text: string): string {
  return text.split(/\r?\n/)[0] ?? '';
}
