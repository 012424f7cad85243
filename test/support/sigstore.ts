/**
 * A Sigstore of the test's own, without a server: an authority that issues certificates for code signing, the log that
 * vouches for these (SCT), the log of signatures (Rekor), and an authority for timestamps. All are made when it starts.
 *
 * @see https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-3.2
 */
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { temporaryFolder } from '../chart/support.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LOG_URL = 'https://rekor.test';

/** Who signs, and what is wrong with the certificate. */
export type Leaf = {
  /** An e-mail address, or a URL. */
  identity?: string;
  issuer?: string;
  notBefore?: Date;
  notAfter?: Date;
  usage?: 'codeSigning' | 'serverAuth';
  /** `missing`: no log vouches for it; `forged`: the signature is that of another key. */
  sct?: 'right' | 'missing' | 'forged';
};

/** A certificate and its key. */
export type Issued = { certificate: string; der: Buffer; key: KeyObject };

/** The content of an entry of the log of signatures, and what is wrong with it. */
export type Logged = {
  body: object;
  integratedTime?: Date;
  /** The entry has a signed time. */
  promise?: boolean;
  proof?: 'right' | 'other root';
  /** An entry of the second version of Rekor, which has no time. */
  isSecond?: boolean;
};

/** A Sigstore. */
export type Sigstore = {
  /** As `trusted_root.json`. */
  root: Record<string, unknown>;
  issue: (leaf?: Leaf) => Promise<Issued>;
  /** An entry as a bundle holds it. */
  log: (logged: Logged) => Record<string, unknown>;
  /** A timestamp of bytes with the present time, in base64, made by openssl. */
  timestamp: (bytes: Uint8Array) => string;
};

/** Makes a Sigstore. */
export async function createSigstore(): Promise<Sigstore> {
  const authority = await createAuthority();
  const timestamps = await createTimestamps(authority);
  const [certificates, signatures] = [logKeys(), logKeys()];
  const rawBytes = (der: Uint8Array): { rawBytes: string } => ({ rawBytes: Buffer.from(der).toString('base64') });
  const validFor = { start: new Date(Date.now() - 30 * DAY).toISOString() };
  const logOf = ({ spki, id }: LogKeys, baseUrl: string): object => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { ...rawBytes(spki), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: id.toString('base64') },
  });
  const authorityOf = (chain: readonly Uint8Array[]): object => ({
    subject: { organization: 'test', commonName: 'test' },
    uri: 'https://test',
    certChain: { certificates: chain.map(rawBytes) },
    validFor,
  });
  return {
    root: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [logOf(signatures, LOG_URL)],
      certificateAuthorities: [authorityOf([authority.certificate])],
      ctlogs: [logOf(certificates, 'https://ctfe.test')],
      timestampAuthorities: [authorityOf([timestamps.certificate, authority.certificate])],
    },
    issue: (leaf = {}) => issue(leaf, authority, certificates),
    log: (logged) => logEntry(logged, signatures),
    timestamp: timestamps.sign,
  };
}

type LogKeys = { key: KeyObject; spki: Buffer; id: Buffer };

function logKeys(): LogKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return { key: privateKey, spki, id: sha256(spki) };
}

type TestAuthority = { keys: webcrypto.CryptoKeyPair; name: string; certificate: Buffer };

async function createAuthority(): Promise<TestAuthority> {
  const keys = await generate();
  const name = 'CN=authority of a test,O=test';
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - 30 * DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { keys, name, certificate: Buffer.from(certificate.rawData) };
}

async function issue(leaf: Leaf, authority: TestAuthority, log: LogKeys): Promise<Issued> {
  const {
    identity = 'ada@example.com',
    issuer = 'https://accounts.example.com',
    notBefore = new Date(Date.now() - MINUTE),
    notAfter = new Date(Date.now() + 9 * MINUTE),
    usage = 'codeSigning',
    sct = 'right',
  } = leaf;
  const keys = await generate();
  const serialNumber = '4d2a00000000000000000000000000000000beef';
  const isUrl = identity.includes('://');
  const make = async (more: readonly x509.Extension[]): Promise<x509.X509Certificate> =>
    x509.X509CertificateGenerator.create({
      serialNumber,
      issuer: authority.name,
      publicKey: keys.publicKey,
      signingKey: authority.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore,
      notAfter,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[usage]]),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
        new x509.SubjectAlternativeNameExtension([{ type: isUrl ? 'url' : 'email', value: identity }], true),
        new x509.Extension('1.3.6.1.4.1.57264.1.1', false, Buffer.from(issuer)),
        new x509.Extension('1.3.6.1.4.1.57264.1.8', false, der(0x0c, Buffer.from(issuer))),
        ...more,
      ],
    });
  // A log signs the certificate without the extension that holds its own signature.
  const before = await make([]);
  const tbs = Buffer.from(AsnConvert.serialize(AsnConvert.parse(before.rawData, Certificate).tbsCertificate));
  const list = sctList(tbs, authority, sct === 'forged' ? { ...log, key: logKeys().key } : log);
  const extension = new x509.Extension('1.3.6.1.4.1.11129.2.4.2', false, der(0x04, list));
  const certificate = sct === 'missing' ? before : await make([extension]);
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    certificate: `${certificate.toString('pem').trim()}\n`,
    der: Buffer.from(certificate.rawData),
    key: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
  };
}

/** The extension of a certificate with signatures of logs (SCTs), of which it has one. */
function sctList(tbs: Buffer, { certificate }: TestAuthority, { key, id }: LogKeys): Buffer {
  const issuerKey = Buffer.from(new x509.X509Certificate(certificate).publicKey.rawData);
  const time = number(Date.now() - MINUTE, 8);
  const signed = Buffer.concat([
    Buffer.from([0, 0]),
    time,
    Buffer.from([0, 1]),
    sha256(issuerKey),
    number(tbs.length, 3),
    tbs,
    Buffer.from([0, 0]),
  ]);
  const signature = sign('sha256', signed, key);
  const sct = Buffer.concat([
    Buffer.from([0]),
    id,
    time,
    Buffer.from([0, 0, 4, 3]),
    number(signature.length, 2),
    signature,
  ]);
  return Buffer.concat([number(sct.length + 2, 2), number(sct.length, 2), sct]);
}

function logEntry(
  { body, integratedTime = new Date(), promise = true, proof = 'right', isSecond = false }: Logged,
  log: LogKeys,
): Record<string, unknown> {
  const bytes = Buffer.from(canonical(body));
  const seconds = Math.floor(integratedTime.getTime() / 1000);
  const logIndex = 1;
  const canonicalizedBody = bytes.toString('base64');
  const promised = { body: canonicalizedBody, integratedTime: seconds, logID: log.id.toString('hex'), logIndex };
  const set = sign('sha256', Buffer.from(canonical(promised)), log.key);
  // The second entry of two: the path to the root is the hash of the first.
  const first = sha256(Buffer.from([0]), Buffer.from('an entry of somebody else'));
  const own = sha256(Buffer.from([0]), proof === 'right' ? bytes : Buffer.from('another entry'));
  const rootHash = sha256(Buffer.from([1]), first, own);
  const origin = new URL(LOG_URL).host;
  // The first version of Rekor has several trees, which have numbers.
  const note = `${origin}${isSecond ? '' : ' - 1193050959916656506'}\n2\n${rootHash.toString('base64')}\n`;
  const hinted = Buffer.concat([log.id.subarray(0, 4), sign('sha256', Buffer.from(note), log.key)]);
  const { kind, apiVersion } = body as { kind: string; apiVersion: string };
  return {
    logIndex: String(logIndex),
    logId: { keyId: log.id.toString('base64') },
    kindVersion: { kind, version: apiVersion },
    ...(isSecond ? {} : { integratedTime: String(seconds) }),
    ...(promise && !isSecond ? { inclusionPromise: { signedEntryTimestamp: set.toString('base64') } } : {}),
    inclusionProof: {
      logIndex: '1',
      rootHash: rootHash.toString('base64'),
      treeSize: '2',
      hashes: [first.toString('base64')],
      checkpoint: { envelope: `${note}\n\u2014 ${origin} ${hinted.toString('base64')}\n` },
    },
    canonicalizedBody,
  };
}

/** An authority that gives timestamps by `openssl ts`. */
async function createTimestamps(
  authority: TestAuthority,
): Promise<{ certificate: Buffer; sign: (bytes: Uint8Array) => string }> {
  const keys = await generate();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '0a11',
    subject: 'CN=timestamps of a test,O=test',
    issuer: authority.name,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - 30 * DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.timeStamping], true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: Buffer.from(certificate.rawData),
    sign: (bytes) => {
      const folder = temporaryFolder();
      const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
      write('bytes', bytes);
      write('tsa.pem', certificate.toString('pem'));
      write('tsa.key', x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'));
      write('serial', '01');
      write(
        'ts.cnf',
        '[tsa]\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=1.2.3.4\n' +
          'digests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n',
      );
      const openssl = (...args: string[]): void => {
        const { status, stderr, error } = spawnSync('openssl', args, { cwd: folder });
        if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${error?.message ?? stderr.toString()}`);
      };
      openssl('ts', '-query', '-data', 'bytes', '-sha256', '-cert', '-out', 'query');
      openssl(
        'ts',
        '-reply',
        '-config',
        'ts.cnf',
        '-section',
        'tsa',
        '-queryfile',
        'query',
        '-signer',
        'tsa.pem',
        '-inkey',
        'tsa.key',
        '-out',
        'reply',
      );
      return readFileSync(join(folder, 'reply')).toString('base64');
    },
  };
}

async function generate(): Promise<webcrypto.CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** The SHA-256 of all parts together. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function number(value: number, bytes: number): Buffer {
  const all = Buffer.alloc(8);
  all.writeBigUInt64BE(BigInt(value));
  return all.subarray(8 - bytes);
}

/** A value with its tag and length, of at most 65535 bytes. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** JSON with sorted keys, as logs sign it. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
