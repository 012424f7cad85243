/** Signs archives of charts, as flags ask for it. */
import { basename } from 'node:path';
import { readArchiveFile, readChartArchive } from '../../chart/load.ts';
import { metadataJson } from '../../chart/metadata-json.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { writeFileAtomic } from '../../files.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';
import { defaultKeyring } from '../../repository/keyring.ts';
import { ask } from '../../terminal/prompt.ts';
import { goYaml } from './go-yaml.ts';
import { readStdin } from './inputs.ts';

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

/** The provenance of an archive. Throws as {@link signFile} does. */
export async function provenanceOf(archive: Uint8Array, fileName: string, flags: SignFlags): Promise<string> {
  const name = flags.key ?? '';
  if (name === '')
    throw new PkgError('PKG_USAGE', '--key is needed to sign', { hints: ['give a part of the name of the key'] });
  const chart = await readChartArchive(archive, fileName);
  const metadata = await goYaml(metadataJson(chart, false));
  const keyring = flags.keyring || defaultKeyring(process.env);
  const { signProvenance } = await import('../../repository/provenance.ts');
  return signProvenance(archive, metadata, fileName, { keyring, name, passphrase: () => passphraseOf(flags) });
}

let fromStdin: Promise<string> | undefined;

async function passphraseOf({ 'passphrase-file': file = '' }: SignFlags): Promise<string> {
  if (file === '') return ask('Passphrase of the key: ', { hidden: true });
  if (file === '-') return firstLine(await (fromStdin ??= readStdin()));
  try {
    return firstLine(readUserFile(file).toString('utf8'));
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `the passphrase file ${printable(file, 300)} ${cause.reason}`, { cause });
  }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/)[0] ?? '';
}
