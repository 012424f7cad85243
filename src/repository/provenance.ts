/** PGP provenance of charts: what Helm signs and how it checks it (helm v4, pkg/provenance/sign.go). */
import { Fields } from '../chart/fields.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import { digestOf } from './digest.ts';
import { keyBlocks } from './keyring.ts';
import {
  config as DEFAULTS,
  createCleartextMessage,
  enums,
  readCleartextMessage,
  readKeys as readKeyPackets,
  sign,
  verify,
} from 'openpgp';
import type { CleartextMessage, Key, PrivateKey, SecretKeyPacket } from 'openpgp';

/** Who signed a chart, and what. */
export type Verification = {
  /** The names of the key: `Ada <ada@example.com>`. */
  signedBy: string[];
  /** In capitals, without blanks. */
  fingerprint: string;
  /** `sha256:…` of the archive. */
  hash: string;
  /** The chart by the Chart.yaml in the signed text. */
  chart: { name: string; version: string };
};

/** Helm takes keys that openpgp.js refuses as outdated. Broken hashes are still refused. */
const SETTINGS = { minRSABits: 1024, rejectPublicKeyAlgorithms: new Set<never>(), rejectCurves: new Set<never>() };
/** For calls that take no partial settings. */
const CONFIG = { ...DEFAULTS, ...SETTINGS };

/**
 * Checks the provenance of an archive against the keys of a keyring.
 *
 * @param fileName what the archive is called in the provenance
 * @throws {PkgError} `PKG_SIGNATURE_INVALID` for a text that is not a provenance, a signature by a key that is not in the
 *   keyring, an invalid one, and one of another archive; `PKG_KEYRING_INVALID`; `PKG_FILE_UNREADABLE` for a missing keyring
 */
export async function verifyProvenance(
  archive: Uint8Array,
  provenance: Uint8Array,
  fileName: string,
  keyring: string,
): Promise<Verification> {
  const keys = await readKeys(keyring);
  const message = await readMessage(provenance, fileName);
  const { data, signatures } = await verify({ message, verificationKeys: keys, config: SETTINGS }).catch((cause) => {
    throw invalid('the signature cannot be read', fileName, [printable((cause as Error).message, 200)], cause);
  });
  const problems: string[] = [];
  for (const signature of signatures) {
    const key = keys.find((one) => one.getKeys(signature.keyID).length > 0);
    try {
      await signature.verified;
      // The key was good when it signed. As with Helm, one that has expired since is good no longer.
      await key?.getSigningKey(signature.keyID, new Date(), undefined, CONFIG);
    } catch (error) {
      problems.push(`key ${signature.keyID.toHex().toUpperCase()}: ${printable((error as Error).message, 200)}`);
      continue;
    }
    const hash = digestOf(archive);
    const statement = statementOf(String(data), fileName);
    checkHash(statement, fileName, hash);
    return {
      signedBy: key?.getUserIDs() ?? [],
      fingerprint: (key?.getFingerprint() ?? '').toUpperCase(),
      hash,
      chart: { name: statement.name, version: statement.version },
    };
  }
  const notes = [`the keyring is ${printable(keyring, 300)}`, ...problems];
  throw invalid('the signature is not that of a key in the keyring', fileName, notes);
}

/** The content of a provenance: name and version of the chart, and the hashes of archives by their file names. */
export type Statement = { name: string; version: string; files: ReadonlyMap<string, string> };

/**
 * Reads the content of a provenance, without checking its signature.
 *
 * @param fileName the archive, for the message
 * @throws {PkgError} `PKG_SIGNATURE_INVALID` for a text that is not a provenance, and as {@link parseYamlDocuments} throws
 */
export async function readStatement(provenance: Uint8Array, fileName: string): Promise<Statement> {
  return statementOf((await readMessage(provenance, fileName)).getText(), fileName);
}

/** Checks that a provenance names an archive with its hash. @throws {PkgError} as {@link verifyProvenance} does */
export function checkStatement(statement: Statement, archive: Uint8Array, fileName: string): void {
  checkHash(statement, fileName, digestOf(archive));
}

async function readMessage(provenance: Uint8Array, fileName: string): Promise<CleartextMessage> {
  const text = Buffer.from(provenance.buffer, provenance.byteOffset, provenance.byteLength).toString('utf8');
  try {
    return await readCleartextMessage({ cleartextMessage: text.replace(/^\s+/, ''), config: SETTINGS });
  } catch (cause) {
    throw invalid('this is not a provenance file: it holds no signed text', fileName, [], cause);
  }
}

/** Chart.yaml, a line with three points, and the hashes. */
function statementOf(text: string, fileName: string): Statement {
  const [chart = '', sums] = text.split(/\r?\n\.\.\.\r?\n/);
  const fieldsOf = (part: string | undefined): Fields => {
    const value = part === undefined ? null : (parseYamlDocuments(part, fileName)[0] ?? null);
    return new Fields(isMap(value) ? value : new Map(), [], []);
  };
  const metadata = fieldsOf(chart);
  return {
    name: metadata.exactText('name'),
    version: metadata.exactText('version'),
    files: fieldsOf(sums).textMap('files'),
  };
}

function checkHash({ files }: Statement, fileName: string, hash: string): void {
  const signed = files.get(fileName);
  if (signed === undefined) {
    throw invalid(`the provenance does not name the file ${printable(fileName, 100)}`, fileName);
  }
  if (signed === hash) return;
  throw invalid('the archive is not the one that was signed', fileName, [
    `signed ${printable(signed, 80)}`,
    `got    ${hash}`,
  ]);
}

function invalid(message: string, fileName: string, notes: readonly string[] = [], cause?: unknown): PkgError {
  return new PkgError('PKG_SIGNATURE_INVALID', message, {
    at: { file: `${printable(fileName, 200)}.prov` },
    notes,
    hints: notes.some(isOfFuture)
      ? [CHECK_CLOCK]
      : ['do not use the chart before you know the reason: ask who published it'],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Is this the reason openpgp gives for a key or a signature that was made later than now? */
function isOfFuture(reason: string): boolean {
  return reason.includes('time is in the future');
}

const CHECK_CLOCK = 'check the clock of this machine';

/** What a chart is signed with. */
export type SigningKey = {
  keyring: string;
  /** A part of the name of the key. */
  name: string;
  /** Asked for where the key has one. */
  passphrase: () => Promise<string>;
};

/**
 * Signs an archive.
 *
 * @param metadata Chart.yaml as Helm prints it
 * @returns the text of the provenance file
 * @throws {PkgError} `PKG_KEYRING_INVALID` for a keyring without that key, and for a key that cannot sign: an expired
 *   or revoked one, and one whose secret part is elsewhere (a smart card); `PKG_CREDENTIALS_FAILED` for a passphrase
 */
export async function signProvenance(
  archive: Uint8Array,
  metadata: string,
  fileName: string,
  { keyring, name, passphrase }: SigningKey,
): Promise<string> {
  const key = chooseKey(await readKeys(keyring), name, keyring);
  try {
    await unlock(key, passphrase);
  } catch (cause) {
    if (cause instanceof PkgError) throw cause;
    if (!/passphrase/i.test((cause as Error).message)) throw cannotSign(name, keyring, cause);
    throw new PkgError('PKG_CREDENTIALS_FAILED', `the passphrase of the key ${printable(name, 100)} is wrong`, {
      hints: ['correct it: --passphrase-file names the file that has it, else it is asked for'],
      cause,
    });
  }
  const text = `${metadata}\n...\nfiles:\n  ${fileName}: ${digestOf(archive)}\n`;
  const message = await createCleartextMessage({ text });
  const config = {
    ...SETTINGS,
    preferredHashAlgorithm: enums.hash.sha512,
    showVersion: false,
    showComment: false,
  };
  const signed = await sign({ message, signingKeys: key, config }).catch((cause) => {
    throw cannotSign(name, keyring, cause);
  });
  return signed.replaceAll('\r\n', '\n');
}

/** Unlocks what signs of a key, and no more: gpg may keep its other parts with another passphrase, or elsewhere. */
async function unlock(key: PrivateKey, passphrase: () => Promise<string>): Promise<void> {
  const { keyPacket } = await key.getSigningKey(undefined, new Date(), undefined, CONFIG);
  const secret = keyPacket as SecretKeyPacket;
  if (secret.isDecrypted()) return;
  await secret.decrypt(await passphrase());
  await secret.validate();
}

function cannotSign(name: string, keyring: string, cause: unknown): PkgError {
  const reason = printable((cause as Error).message, 200);
  return new PkgError('PKG_KEYRING_INVALID', `the key ${printable(name, 100)} cannot sign`, {
    at: { file: printable(keyring, 300) },
    notes: [reason],
    hints: [isOfFuture(reason) ? CHECK_CLOCK : 'renew it, or name another one with --key'],
    cause,
  });
}

/** The private key with a name; if there is none, the only one whose name contains it. */
function chooseKey(keys: readonly Key[], name: string, keyring: string): PrivateKey {
  const own = keys.filter((key): key is PrivateKey => key.isPrivate());
  const exact = own.find((key) => key.getUserIDs().includes(name));
  const similar = own.filter((key) => key.getUserIDs().some((id) => id.includes(name)));
  const [first, second] = exact === undefined ? similar : [exact];
  if (first !== undefined && second === undefined) return first;
  const what = first === undefined ? 'no private key' : 'more than one private key';
  throw new PkgError('PKG_KEYRING_INVALID', `the keyring has ${what} whose name contains '${printable(name, 100)}'`, {
    at: { file: printable(keyring, 300) },
    notes: (first === undefined ? own : similar)
      .flatMap((key) => key.getUserIDs())
      .map((id) => `it has ${printable(id, 200)}`),
    hints:
      own.length === 0
        ? ['it contains only public keys: export the private ones with `gpg --export-secret-keys > secring.gpg`']
        : [`give ${first === undefined ? 'a part of one of these names' : 'a longer part of the name'} with --key`],
  });
}

async function readKeys(file: string): Promise<Key[]> {
  const keys: Key[] = [];
  for (const block of keyBlocks(readKeyring(file), file)) {
    try {
      const found =
        typeof block === 'string'
          ? await readKeyPackets({ armoredKeys: block, config: SETTINGS })
          : await readKeyPackets({ binaryKeys: block, config: SETTINGS });
      keys.push(...found);
    } catch (cause) {
      throw new PkgError('PKG_KEYRING_INVALID', 'a key of this keyring cannot be read', {
        at: { file: printable(file, 300) },
        notes: [printable((cause as Error).message, 200)],
        hints: ['export the keys again with `gpg --export > keyring.gpg`'],
        cause,
      });
    }
  }
  return mergeCopies(keys);
}

/**
 * Merges the copies of a key, as gpg does when it imports one: a keyring to which a key was exported again may have one
 * copy before and one after it was renewed or revoked.
 */
async function mergeCopies(keys: readonly Key[]): Promise<Key[]> {
  const merged = new Map<string, Key>();
  // A private key is updated by a public one; openpgp.js fails at the opposite if their subkeys differ.
  for (const key of keys.toSorted((left, right) => Number(right.isPrivate()) - Number(left.isPrivate()))) {
    const other = merged.get(key.getFingerprint());
    merged.set(key.getFingerprint(), other === undefined ? key : await other.update(key, new Date(), CONFIG));
  }
  return [...merged.values()];
}

function readKeyring(file: string): Buffer {
  try {
    return readUserFile(file);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `the keyring ${printable(file, 300)} ${cause.reason}`, {
      hints: ['export the keys with `gpg --export > keyring.gpg`, and name the file with --keyring'],
      cause,
    });
  }
}
