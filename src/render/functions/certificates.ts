/**
 * Certificates for servers and clients as Sprig makes them: X.509 version 3 (RFC 5280), keys of RSA with
 * 2048 bits where none is given. The structures are asn1-x509's, the keys and signatures Node's.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import * as asn1 from './asn1.ts';
import { decodeBase64, decodeText } from './encoding.ts';
import { FunctionFailure, shown } from './failure.ts';
import { charge, COSTS, LimitReached } from './limits.ts';
import { decodePem, encodePem } from './pem.ts';

/** A certificate and its private key, both in PEM: what Sprig's functions give and take. */
export type CertificatePair = { Cert: string; Key: string };

/** What a certificate is to say. */
export type CertificateRequest = {
  commonName: string;
  /** IP addresses, for certificates that are no authority's. */
  addresses?: readonly string[];
  /** DNS names, likewise. */
  names?: readonly string[];
  days: number;
  /** When it begins. */
  now: Date;
  /** The private key in PEM; a new one when it is missing. */
  key?: string | undefined;
};

/** A certificate authority that signs itself (`genCA`, `genCAWithKey`). Fails for what cannot be in a certificate. */
export function makeAuthority(request: CertificateRequest): CertificatePair {
  return issue(request, undefined, true);
}

/** A certificate that signs itself (`genSelfSignedCert`, `genSelfSignedCertWithKey`). Fails as {@link makeAuthority}. */
export function makeSelfSigned(request: CertificateRequest): CertificatePair {
  return issue(request, undefined, false);
}

/** A certificate signed by an authority (`genSignedCert`, `genSignedCertWithKey`). Fails also for an authority that is none. */
export function makeSigned(request: CertificateRequest, authority: CertificatePair): CertificatePair {
  return issue(request, readAuthority(authority), false);
}

/** A certificate and a key that somebody made, given in base64 (`buildCustomCert`). Fails for what is neither. */
export function readPair(cert: string, key: string): CertificatePair {
  const pair = { Cert: decodeText(decodeBase64(cert)), Key: decodeText(decodeBase64(key)) };
  checkPair(pair);
  return pair;
}

/** Fails when the parts of a pair are no certificate and no private key; they need not fit to each other. */
export function checkPair({ Cert, Key }: CertificatePair): void {
  readCertificate(Cert, 'the certificate');
  readKey(Key, 'the key');
}

/** Who signs: the name as it stands in the certificate, the key, and the key's identifier. */
type Authority = { subject: asn1.Name; key: KeyObject; keyId: asn1.OctetString | undefined };

function issue(request: CertificateRequest, authority: Authority | undefined, isAuthority: boolean): CertificatePair {
  charge(COSTS.key);
  if (request.key === undefined) charge(COSTS.rsa2048);
  const key =
    request.key === undefined
      ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
      : readKey(request.key, 'the key');
  const publicDer = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const publicInfo = asn1.AsnConvert.parse(publicDer, asn1.SubjectPublicKeyInfo);
  const subject = nameOf(request.commonName);
  const signer = authority ?? { subject, key, keyId: undefined };
  const issuerKeyId = isSameName(signer.subject, subject) ? undefined : signer.keyId;
  const algorithm = algorithmOf(signer.key);
  const body = new asn1.TBSCertificate({
    version: 2,
    serialNumber: serialNumber(),
    signature: algorithm.identifier,
    issuer: signer.subject,
    validity: validityOf(request),
    subject,
    subjectPublicKeyInfo: publicInfo,
    extensions: new asn1.Extensions([
      ...usageExtensions(isAuthority),
      ...keyExtensions(isAuthority ? publicInfo : undefined, issuerKeyId),
      ...nameExtensions(request),
    ]),
  });
  const certificate = new asn1.Certificate({
    tbsCertificate: body,
    signatureAlgorithm: algorithm.identifier,
    signatureValue: toBuffer(sign(algorithm.digest, Buffer.from(asn1.AsnConvert.serialize(body)), signer.key)),
  });
  const der = Buffer.from(asn1.AsnConvert.serialize(certificate));
  return { Cert: encodePem('CERTIFICATE', der), Key: printKey(key) };
}

/** Go leaves the key of an issuer out where it takes the certificate to sign itself. */
function isSameName(a: asn1.Name, b: asn1.Name): boolean {
  return Buffer.from(asn1.AsnConvert.serialize(a)).equals(Buffer.from(asn1.AsnConvert.serialize(b)));
}

function nameOf(commonName: string): asn1.Name {
  if (commonName === '') return new asn1.Name([]);
  // Go's choice of the two kinds of text.
  const value = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName)
    ? new asn1.AttributeValue({ printableString: commonName })
    : new asn1.AttributeValue({ utf8String: commonName });
  return new asn1.Name([
    new asn1.RelativeDistinguishedName([new asn1.AttributeTypeAndValue({ type: '2.5.4.3', value })]),
  ]);
}

/** 128 random bits. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  // The shortest form of a number that is not negative.
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start < 0 ? 15 : start);
  return toBuffer((short[0] ?? 0) < 0x80 ? short : Buffer.concat([Buffer.from([0]), short]));
}

function validityOf({ now, days }: CertificateRequest): asn1.Validity {
  const start = Math.floor(now.getTime() / 1000) * 1000;
  // As Go's durations: beyond 292 years they go round to the other side.
  const length = BigInt.asIntN(64, BigInt(Math.trunc(days)) * 86_400_000_000_000n);
  const end = Math.floor((start + Number(length / 1_000_000n)) / 1000) * 1000;
  const validity = new asn1.Validity();
  validity.notBefore = timeOf(start);
  validity.notAfter = timeOf(end);
  return validity;
}

/** RFC 5280, 4.1.2.5: two digits for the years that they can show. */
function timeOf(milliseconds: number): asn1.Time {
  const time = new asn1.Time();
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  if (year >= 1950 && year < 2050) time.utcTime = date;
  else time.generalTime = date;
  return time;
}

function usageExtensions(isAuthority: boolean): asn1.Extension[] {
  const { digitalSignature, keyEncipherment, keyCertSign } = asn1.KeyUsageFlags;
  const usage = digitalSignature | keyEncipherment | (isAuthority ? keyCertSign : 0);
  return [
    extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(usage), true),
    extension(asn1.id_ce_extKeyUsage, new asn1.ExtendedKeyUsage([asn1.id_kp_serverAuth, asn1.id_kp_clientAuth])),
    extension(asn1.id_ce_basicConstraints, new asn1.BasicConstraints({ cA: isAuthority }), true),
  ];
}

/** An authority names its own key, what it signs names the authority's. */
function keyExtensions(
  own: asn1.SubjectPublicKeyInfo | undefined,
  signer: asn1.OctetString | undefined,
): asn1.Extension[] {
  if (own !== undefined) {
    // RFC 7093, section 2, method 1, as Go has it.
    const digest = createHash('sha256').update(Buffer.from(own.subjectPublicKey)).digest().subarray(0, 20);
    return [extension(asn1.id_ce_subjectKeyIdentifier, new asn1.SubjectKeyIdentifier(toBuffer(digest)))];
  }
  if (signer === undefined) return [];
  const identifier = new asn1.AuthorityKeyIdentifier({ keyIdentifier: new asn1.KeyIdentifier(signer.buffer) });
  return [extension(asn1.id_ce_authorityKeyIdentifier, identifier)];
}

function nameExtensions({ commonName, names = [], addresses = [] }: CertificateRequest): asn1.Extension[] {
  const all = [
    ...names.map((name) => new asn1.GeneralName({ dNSName: checkName(name) })),
    ...addresses.map((address) => new asn1.GeneralName({ iPAddress: plainAddress(address) })),
  ];
  // Where the subject says nothing, they must be understood.
  const critical = commonName === '';
  return all.length === 0 ? [] : [extension(asn1.id_ce_subjectAltName, new asn1.SubjectAlternativeName(all), critical)];
}

function extension(id: string, value: object, critical = false): asn1.Extension {
  const content = new asn1.OctetString(asn1.AsnConvert.serialize(value));
  return new asn1.Extension({ extnID: id, critical, extnValue: content });
}

function checkName(name: string): string {
  if (!/^[\x00-\x7f]*$/.test(name)) throw new FunctionFailure(`takes DNS names in ASCII, not ${shown(name)}`);
  return name;
}

function plainAddress(address: string): string {
  if (isIP(address) === 0 || address.includes('%')) {
    throw new FunctionFailure(`takes IP addresses, not ${shown(address)}`);
  }
  // An address of version 4 in the clothes of version 6 is one of version 4, as in Go.
  const canonical = isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

type Algorithm = { identifier: asn1.AlgorithmIdentifier; digest: string | null };

function algorithmOf(key: KeyObject): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return signature('1.2.840.113549.1.1.11', 'sha256', null);
  if (type === 'ed25519') return signature('1.3.101.112', null);
  const curve = type === 'ec' ? CURVES.get(details?.namedCurve ?? '') : undefined;
  if (curve !== undefined) return signature(curve.id, curve.digest);
  throw new FunctionFailure('signs with RSA, ECDSA and Ed25519 keys, and this key is none of them');
}

/** The digest that goes with a curve, and the two's identifier. */
const CURVES: ReadonlyMap<string, { id: string; digest: string }> = new Map([
  ['secp224r1', { id: '1.2.840.10045.4.3.2', digest: 'sha256' }],
  ['prime256v1', { id: '1.2.840.10045.4.3.2', digest: 'sha256' }],
  ['secp384r1', { id: '1.2.840.10045.4.3.3', digest: 'sha384' }],
  ['secp521r1', { id: '1.2.840.10045.4.3.4', digest: 'sha512' }],
]);

function signature(algorithm: string, digest: string | null, parameters?: null): Algorithm {
  return {
    identifier: new asn1.AlgorithmIdentifier({ algorithm, ...(parameters === null ? { parameters } : {}) }),
    digest,
  };
}

/** Bytes of an RSA key of 2048 bits. */
const RSA2048_LENGTH = 1200;

/** A certificate authority as {@link makeAuthority} gives it. */
function readAuthority({ Cert, Key }: CertificatePair): Authority {
  const certificate = readCertificate(Cert, "the CA's Cert");
  const key = readKey(Key, "the CA's Key");
  if (!certificate.checkPrivateKey(key)) throw new FunctionFailure("finds that the CA's Key is not that of its Cert");
  const { subject, extensions = [] } = asn1.AsnConvert.parse(certificate.raw, asn1.Certificate).tbsCertificate;
  const own = [...extensions].find(({ extnID }) => extnID === asn1.id_ce_subjectKeyIdentifier);
  const keyId = own && asn1.AsnConvert.parse(own.extnValue.buffer, asn1.SubjectKeyIdentifier);
  return { subject, key, keyId };
}

function readCertificate(text: string, what: string): X509Certificate {
  const block = decodePem(text);
  try {
    if (block !== undefined) return new X509Certificate(block.der);
  } catch {
    // It is said below.
  }
  throw new FunctionFailure(`cannot read ${what}: it is no certificate in PEM`);
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
      // What is done with it takes the cube of its length.
      charge(COSTS.key * Math.max(1, (block.der.length / RSA2048_LENGTH) ** 3));
      return createPrivateKey({ key: block.der, format: 'der', type });
    }
  } catch (error) {
    if (error instanceof LimitReached) throw error;
  }
  throw new FunctionFailure(`cannot read ${what}: it is no private key in PEM`);
}

/** A private key in the form that Go prefers for its type. */
function printKey(key: KeyObject): string {
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs8';
  return key.export({ type, format: 'pem' }).toString();
}

function toBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
