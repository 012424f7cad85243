/**
 * Makes certificates for servers and clients as Sprig does: X.509 version 3 (RFC 5280), with an RSA key of 2048 bits where
 * none is given. Keys and signatures are made by Node, which cannot write certificates. A package that can takes 25 ms to
 * load, as long as a chart takes to render: docs/decisions/certificates.md.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { bitString, decode, encode, fieldsOf, identifier, integer, ownTag, sequence, TAGS } from './der.ts';
import { decodeBase64, decodeText } from './encoding.ts';
import { FunctionFailure, shown } from './failure.ts';
import { charge, COSTS, LimitReached } from './limits.ts';
import { decodePem, encodePem } from './pem.ts';

/** A certificate and its private key, both in PEM. The names are those of Sprig's type. */
export type CertificatePair = { Cert: string; Key: string };

/** The contents of a certificate. */
export type CertificateRequest = {
  commonName: string;
  /** IP addresses; not for an authority. */
  addresses?: readonly string[];
  /** DNS names; not for an authority. */
  names?: readonly string[];
  days: number;
  /** The time from which it is valid. */
  now: Date;
  /** The private key in PEM; without it a new one is made. */
  key?: string | undefined;
};

/**
 * Makes a certificate authority that is signed by itself (`genCA`, `genCAWithKey`).
 *
 * @throws {FunctionFailure} for contents that a certificate cannot have, and a key that cannot be read
 */
export function makeAuthority(request: CertificateRequest): CertificatePair {
  return issue(request, undefined, true);
}

/**
 * Makes a certificate that is signed by itself (`genSelfSignedCert`, `genSelfSignedCertWithKey`).
 *
 * @throws {FunctionFailure} as {@link makeAuthority}
 */
export function makeSelfSigned(request: CertificateRequest): CertificatePair {
  return issue(request, undefined, false);
}

/**
 * Makes a certificate that is signed by an authority (`genSignedCert`, `genSignedCertWithKey`).
 *
 * @throws {FunctionFailure} as {@link makeAuthority}, and for an authority that cannot be read
 */
export function makeSigned(request: CertificateRequest, authority: CertificatePair): CertificatePair {
  return issue(request, readAuthority(authority), false);
}

/**
 * Decodes a certificate and a key that are given in base64 (`buildCustomCert`).
 *
 * @throws {FunctionFailure} for texts that are not base64, or not a certificate and a private key in PEM
 */
export function readPair(cert: string, key: string): CertificatePair {
  const pair = { Cert: decodeText(decodeBase64(cert)), Key: decodeText(decodeBase64(key)) };
  checkPair(pair);
  return pair;
}

/**
 * Checks that a pair is a certificate and a private key. The key need not be that of the certificate.
 *
 * @throws {FunctionFailure}
 */
export function checkPair({ Cert, Key }: CertificatePair): void {
  readCertificate(Cert, 'the certificate');
  readKey(Key, 'the key');
}

/** Who signs a certificate: the subject in DER, the private key, and the identifier of the key. */
type Authority = { subject: Buffer; key: KeyObject; keyId: Buffer | undefined };

/** Object identifiers (RFC 5280, 4.1 and 4.2; RFC 8017; RFC 8410; RFC 5758). */
const IDS = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
  ed25519: '1.3.101.112',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecdsaWithSha384: '1.2.840.10045.4.3.3',
  ecdsaWithSha512: '1.2.840.10045.4.3.4',
} as const;

const TRUE = encode(TAGS.boolean, Buffer.from([0xff]));

function issue(request: CertificateRequest, authority: Authority | undefined, isAuthority: boolean): CertificatePair {
  charge(COSTS.key);
  if (request.key === undefined) charge(COSTS.rsa2048);
  const key =
    request.key === undefined
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : readKey(request.key, 'the key');
  const publicInfo = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const subject = nameOf(request.commonName);
  const signer = authority ?? { subject, key, keyId: undefined };
  // As Go: without the identifier of the issuer's key where issuer and subject have the same name.
  const issuerKeyId = signer.subject.equals(subject) ? undefined : signer.keyId;
  const algorithm = algorithmOf(signer.key);
  const extensions = [
    ...usageExtensions(isAuthority),
    ...keyExtensions(isAuthority ? publicInfo : undefined, issuerKeyId),
    ...nameExtensions(request),
  ];
  // Version 3 is written as 2.
  const body = sequence(
    encode(ownTag(0, true), integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm.identifier,
    signer.subject,
    validityOf(request),
    subject,
    publicInfo,
    encode(ownTag(3, true), sequence(...extensions)),
  );
  const signature = sign(algorithm.digest, body, signer.key);
  const der = sequence(body, algorithm.identifier, bitString(signature));
  return { Cert: encodePem('CERTIFICATE', der), Key: printKey(key) };
}

function nameOf(commonName: string): Buffer {
  if (commonName === '') return sequence();
  // Go uses PrintableString where it can.
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName) ? TAGS.printable : TAGS.utf8;
  const attribute = sequence(identifier(IDS.commonName), encode(tag, Buffer.from(commonName)));
  return sequence(encode(TAGS.set, attribute));
}

function validityOf({ now, days }: CertificateRequest): Buffer {
  const start = Math.floor(now.getTime() / 1000) * 1000;
  // Go computes a duration in int64 nanoseconds, which wraps around beyond 292 years.
  const length = BigInt.asIntN(64, BigInt(Math.trunc(days)) * 86_400_000_000_000n);
  const end = Math.floor((start + Number(length / 1_000_000n)) / 1000) * 1000;
  return sequence(timeOf(start), timeOf(end));
}

/** A time in DER. By RFC 5280, 4.1.2.5, the years 1950 to 2049 have two digits (UTCTime), others four (GeneralizedTime). */
function timeOf(milliseconds: number): Buffer {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  const digits = `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  if (year >= 1950 && year < 2050) return encode(TAGS.utcTime, Buffer.from(digits.slice(2)));
  return encode(TAGS.generalizedTime, Buffer.from(digits));
}

function usageExtensions(isAuthority: boolean): Buffer[] {
  // digitalSignature and keyEncipherment, and for an authority keyCertSign: bits 0, 2 and 5 from the left.
  const usage = isAuthority ? bitString(Buffer.from([0b1010_0100]), 2) : bitString(Buffer.from([0b1010_0000]), 5);
  return [
    extension(IDS.keyUsage, usage, true),
    extension(IDS.extKeyUsage, sequence(identifier(IDS.serverAuth), identifier(IDS.clientAuth))),
    extension(IDS.basicConstraints, isAuthority ? sequence(TRUE) : sequence(), true),
  ];
}

/** An authority has the identifier of its own key, a signed certificate that of the authority's key. */
function keyExtensions(own: Buffer | undefined, signer: Buffer | undefined): Buffer[] {
  if (own !== undefined) {
    const [, key] = fieldsOf(own);
    // RFC 7093, section 2, method 1, as in Go: the hash of the key without the byte that counts unused bits.
    const digest = createHash('sha256')
      .update(key?.contents.subarray(1) ?? '')
      .digest()
      .subarray(0, 20);
    return [extension(IDS.subjectKeyIdentifier, encode(TAGS.octets, digest))];
  }
  if (signer === undefined) return [];
  return [extension(IDS.authorityKeyIdentifier, sequence(encode(ownTag(0, false), signer)))];
}

function nameExtensions({ commonName, names = [], addresses = [] }: CertificateRequest): Buffer[] {
  const all = [
    ...names.map((name) => encode(ownTag(2, false), Buffer.from(checkName(name)))),
    ...addresses.map((address) => encode(ownTag(7, false), bytesOfAddress(address))),
  ];
  // The extension is critical where the subject is empty (RFC 5280, 4.2.1.6).
  return all.length === 0 ? [] : [extension(IDS.subjectAltName, sequence(...all), commonName === '')];
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(identifier(id), ...(critical ? [TRUE] : []), encode(TAGS.octets, value));
}

function checkName(name: string): string {
  if (!/^[\x00-\x7f]*$/.test(name)) throw new FunctionFailure(`takes DNS names in ASCII, not ${shown(name)}`);
  return name;
}

function bytesOfAddress(address: string): Buffer {
  if (isIP(address) === 0 || address.includes('%')) {
    throw new FunctionFailure(`takes IP addresses, not ${shown(address)}`);
  }
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // WHATWG's URL writes the address in hexadecimal, with `::` once at most.
  const [high = '', low] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = [high, low ?? ''].map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - groups.flat().length }, () => '0');
  const bytes = Buffer.from([...(groups[0] ?? []), ...zeros, ...(groups[1] ?? [])].map(fourDigits).join(''), 'hex');
  // As in Go, an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`) is an IPv4 address.
  return bytes.subarray(0, 12).equals(MAPPED) ? bytes.subarray(12) : bytes;
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

function fourDigits(group: string): string {
  return group.padStart(4, '0');
}

/** How a key signs: the algorithm in DER, and the digest for Node. */
type Algorithm = { identifier: Buffer; digest: string | null };

function algorithmOf(key: KeyObject): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    return { identifier: sequence(identifier(IDS.rsaWithSha256), encode(TAGS.nothing)), digest: 'sha256' };
  }
  if (type === 'ed25519') return { identifier: sequence(identifier(IDS.ed25519)), digest: null };
  const curve = type === 'ec' ? CURVES.get(details?.namedCurve ?? '') : undefined;
  if (curve !== undefined) return { identifier: sequence(identifier(curve.id)), digest: curve.digest };
  throw new FunctionFailure('signs with RSA, ECDSA and Ed25519 keys, and this key is none of them');
}

/** For each curve the digest that Go uses with it, and the object identifier of both. */
const CURVES: ReadonlyMap<string, { id: string; digest: string }> = new Map([
  ['secp224r1', { id: IDS.ecdsaWithSha256, digest: 'sha256' }],
  ['prime256v1', { id: IDS.ecdsaWithSha256, digest: 'sha256' }],
  ['secp384r1', { id: IDS.ecdsaWithSha384, digest: 'sha384' }],
  ['secp521r1', { id: IDS.ecdsaWithSha512, digest: 'sha512' }],
]);

/** The length of an RSA key of 2048 bits in DER, in bytes. */
const RSA2048_LENGTH = 1200;

/** Reads an authority. @throws {FunctionFailure} */
function readAuthority({ Cert, Key }: CertificatePair): Authority {
  const certificate = readCertificate(Cert, "the CA's Cert");
  const key = readKey(Key, "the CA's Key");
  if (!certificate.checkPrivateKey(key)) throw new FunctionFailure("finds that the CA's Key is not that of its Cert");
  try {
    return { key, ...subjectOf(certificate.raw) };
  } catch (error) {
    // OpenSSL also reads BER, of which `der.ts` reads only DER.
    if (!(error instanceof RangeError)) throw error;
    throw new FunctionFailure("cannot read the CA's Cert: it is not written in DER");
  }
}

/** The subject of a certificate, and the identifier of its key if it has one. @throws {RangeError} for bytes that are not DER */
function subjectOf(der: Buffer): Pick<Authority, 'subject' | 'keyId'> {
  const [body] = fieldsOf(der);
  const fields = decode(body?.contents ?? der);
  // A certificate of version 1 has no field for the version, and no extensions.
  const serial = fields.findIndex(({ tag }) => tag === TAGS.integer);
  const subject = fields[serial + 4]?.whole ?? sequence();
  const all = fields.find(({ tag }) => tag === ownTag(3, true));
  const extensions = all === undefined ? [] : decode(all.contents).flatMap(({ contents }) => decode(contents));
  for (const { contents } of extensions) {
    const [id, ...rest] = decode(contents);
    if (id?.whole.equals(identifier(IDS.subjectKeyIdentifier)) !== true) continue;
    const [keyId] = decode(rest.at(-1)?.contents ?? Buffer.alloc(0));
    return { subject, keyId: keyId?.contents };
  }
  return { subject, keyId: undefined };
}

function readCertificate(text: string, what: string): X509Certificate {
  const block = decodePem(text);
  try {
    if (block !== undefined) return new X509Certificate(block.der);
  } catch {
    // Reported below.
  }
  throw new FunctionFailure(`cannot read ${what}: it is not a certificate in PEM`);
}

const KEY_FORMS: Readonly<Record<string, 'pkcs1' | 'pkcs8' | 'sec1'>> = {
  'PRIVATE KEY': 'pkcs8',
  'RSA PRIVATE KEY': 'pkcs1',
  'EC PRIVATE KEY': 'sec1',
};

function readKey(text: string, what: string): KeyObject {
  const block = decodePem(text);
  try {
    const type = block === undefined ? undefined : KEY_FORMS[block.type];
    if (block !== undefined && type !== undefined) {
      // Signing takes time in proportion to the cube of the key's length.
      charge(COSTS.key * Math.max(1, (block.der.length / RSA2048_LENGTH) ** 3));
      return createPrivateKey({ key: block.der, format: 'der', type });
    }
  } catch (error) {
    if (error instanceof LimitReached) throw error;
  }
  throw new FunctionFailure(`cannot read ${what}: it is not a private key in PEM`);
}

/** A private key in PEM, in the format in which Sprig writes a key of its type. */
function printKey(key: KeyObject): string {
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs8';
  return key.export({ type, format: 'pem' }).toString();
}
