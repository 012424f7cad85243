/**
 * Keyrings as GnuPG keeps them: binary packets, armored blocks, and keyboxes (`pubring.kbx`).
 *
 * @see https://github.com/gpg/gnupg/blob/master/kbx/keybox-blob.c
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';

/** The keyring that is used where none is named: `pubring.gpg`, or the keybox if only that exists. */
export function defaultKeyring(env: NodeJS.ProcessEnv): string {
  const home = env['GNUPGHOME'] || join(homedir(), '.gnupg');
  const [old, box] = [join(home, 'pubring.gpg'), join(home, 'pubring.kbx')];
  return !existsSync(old) && existsSync(box) ? box : old;
}

/**
 * The key packets in the bytes of a keyring, each block by itself; armored blocks are given as text.
 *
 * @throws {PkgError} `PKG_KEYRING_INVALID`
 */
export function keyBlocks(bytes: Buffer, file: string): (Buffer | string)[] {
  if (bytes.length === 0) throw invalid('this keyring is empty', file, [EXPORT]);
  if (bytes.toString('latin1', 8, 12) === 'KBXf') return inKeybox(bytes, file);
  if ((bytes[0] ?? 0) & 0x80) return [bytes];
  const armored = bytes
    .toString('latin1')
    .match(/-----BEGIN PGP [A-Z ]*KEY BLOCK-----(?:(?!-----BEGIN)[\s\S])*?-----END PGP [A-Z ]*KEY BLOCK-----/g);
  if (armored !== null) return armored.map((text) => `${text}\n`);
  throw invalid('this is not a keyring', file, [EXPORT]);
}

const EXPORT = 'export the keys with GnuPG: gpg --export > keyring.gpg, with or without --armor';

const HEADER_LENGTH = 20;
/** Each key in a keybox ends with the SHA-1 of its bytes. It detects damage, not attacks. */
const CHECKSUM_LENGTH = 20;
/** The type of a blob with an OpenPGP key. */
const OPENPGP = 2;
/** The flag of keys that GnuPG stores only temporarily. */
const EPHEMERAL = 2;

function inKeybox(bytes: Buffer, file: string): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0;
    if (length < 5 || at + length > bytes.length) throw invalid('this keybox is damaged', file, [EXPORT]);
    const blob = bytes.subarray(at, at + length);
    at += length;
    if (blob[4] !== OPENPGP || blob.length < HEADER_LENGTH || (blob.readUInt16BE(6) & EPHEMERAL) !== 0) continue;
    const content = blob.subarray(0, -CHECKSUM_LENGTH);
    if (!createHash('sha1').update(content).digest().equals(blob.subarray(-CHECKSUM_LENGTH))) {
      throw invalid('this keybox is damaged', file, [EXPORT]);
    }
    const [start, size] = [blob.readUInt32BE(8), blob.readUInt32BE(12)];
    if (start + size > blob.length) throw invalid('this keybox is damaged', file, [EXPORT]);
    blocks.push(blob.subarray(start, start + size));
  }
  return blocks;
}

function invalid(message: string, file: string, hints: readonly string[]): PkgError {
  return new PkgError('PKG_KEYRING_INVALID', message, { at: { file: printable(file, 300) }, hints });
}
