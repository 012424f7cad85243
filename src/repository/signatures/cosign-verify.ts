/**
 * Verifies signatures of cosign, by a key or by the identity that a certificate holds.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 * @see https://docs.sigstore.dev/certificate_authority/certificate-issuing-overview/
 */
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { SignedEntity, TrustMaterial } from '@sigstore/verify';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';
import { tryParseJson } from '../../yaml/json.ts';
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { isSignatureOf, keyHint } from './cosign-key.ts';
import type { CosignSignature } from './cosign-signature.ts';

/** Whose signatures are accepted. */
export type CosignTrust =
  /** Those of a key. With a trust root they also need an entry in one of its logs. */
  | { key: KeyObject; root: TrustMaterial | undefined }
  /** Those by a certificate of the trust root for this identity and issuer. */
  | { identity: TextTest; issuer: TextTest; root: TrustMaterial };

/** A test of a text; `shown` is the expected text or pattern, for messages. */
export type TextTest = { shown: string; fits: (text: string) => boolean };

/** Who signed: the fingerprint of a key (SHA-256, base64), or an identity and its issuer. */
export type CosignSigner = { key: string } | { identity: string; issuer: string };

/** The extended key usage "code signing", which Fulcio's certificates have. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/**
 * Verifies a signature.
 *
 * @param digest the digest of the manifest that has to be signed
 * @returns who signed it, or why the signature is not accepted
 */
export function judgeSignature(
  signature: CosignSignature,
  digest: string,
  trust: CosignTrust,
): { signer: CosignSigner } | { problem: string } {
  try {
    const signer = 'key' in trust ? verifyByKey(signature, trust) : verifyByCertificate(signature, trust);
    const problem = signature.claimProblem(digest);
    return problem === undefined ? { signer } : { problem: printable(problem, 300) };
  } catch (error) {
    // The library's message says what is wrong with the signature.
    return { problem: printable((error as Error).message, 300) };
  }
}

function verifyByKey(
  signature: CosignSignature,
  { key, root }: Extract<CosignTrust, { key: KeyObject }>,
): CosignSigner {
  const entity = entityOf(signature);
  if (!entity.signature.verifySignature(key)) throw new Error(`it was not made with the key ${keyHint(key)}`);
  if (root !== undefined) {
    const material = { ...root, publicKey: () => ({ publicKey: key, validFor: () => true }) };
    const options = { ...thresholdsOf(root), timestampThreshold: 0 };
    new Verifier(material, options).verify({ ...entity, key: { $case: 'public-key', hint: '' } });
    checkLogged(signature, key.export({ format: 'der', type: 'spki' }));
  }
  return { key: keyHint(key) };
}

function verifyByCertificate(
  signature: CosignSignature,
  { identity, issuer, root }: Extract<CosignTrust, { identity: TextTest }>,
): CosignSigner {
  const leaf = certificateOf(signature.bundle);
  if (leaf === undefined) throw new Error('it was made with a key, and holds no certificate');
  const found = new Verifier(root, thresholdsOf(root)).verify(entityOf(signature)).identity;
  checkLogged(signature, leaf);
  // The library verifies the certificate chain, but not the key usage.
  if (!(new X509Certificate(leaf).keyUsage ?? []).includes(CODE_SIGNING)) {
    throw new Error('its certificate is not for code signing');
  }
  const signer = { identity: found?.subjectAlternativeName ?? '', issuer: found?.extensions?.issuer ?? '' };
  for (const [name, test] of [
    ['identity', identity],
    ['issuer', issuer],
  ] as const) {
    if (signer[name] === '' || !test.fits(signer[name])) {
      throw new Error(`its certificate has the ${name} '${signer[name]}', and '${test.shown}' is asked for`);
    }
  }
  return signer;
}

/**
 * Checks that an entry of the log was made by this certificate or key: the library compares only signature and content of
 * the entry.
 *
 * @throws where it was made by another one
 */
function checkLogged({ bundle }: CosignSignature, signer: Uint8Array): void {
  for (const { canonicalizedBody } of bundle.verificationMaterial.tlogEntries) {
    if (signerIn(fieldOf(tryParseJson(canonicalizedBody), 'spec')).equals(signer)) continue;
    throw new Error('its log has the signature of another certificate or key');
  }
}

/** The certificate or key in an entry of Rekor, in DER; empty for none. */
function signerIn(spec: Json | undefined): Buffer {
  // Version 2 of Rekor has a field for each kind of entry; the oldest kind, intoto, holds an envelope.
  const places = [
    fieldOf(spec, 'hashedRekordV002'),
    fieldOf(spec, 'dsseV002'),
    fieldOf(fieldOf(spec, 'content'), 'envelope'),
    spec,
  ];
  const place = places.find((one) => one !== undefined);
  const signature = fieldOf(place, 'signature') ?? listField(place, 'signatures')[0];
  const verifier = fieldOf(signature, 'verifier');
  const der = ['x509Certificate', 'publicKey'].map((kind) => textField(fieldOf(verifier, kind), 'rawBytes')).join('');
  if (der !== '') return Buffer.from(der, 'base64');
  // Version 1 has PEM, encoded in base64.
  const key = fieldOf(signature, 'publicKey');
  const pem = [verifier, key, fieldOf(key, 'content')].find((one) => typeof one === 'string') ?? '';
  const text = Buffer.from(String(pem), 'base64').toString('latin1');
  return Buffer.from(text.replaceAll(/-----[^-]*-----|\s/g, ''), 'base64');
}

/** What a signature needs: log entries where the root names logs, else timestamps of its authorities. */
function thresholdsOf({ ctlogs, tlogs }: TrustMaterial): { ctlogThreshold: number; tlogThreshold: number } {
  return { ctlogThreshold: ctlogs.length > 0 ? 1 : 0, tlogThreshold: tlogs.length > 0 ? 1 : 0 };
}

/** The signature in the form that the library verifies; the hash is chosen by the kind of the key. */
function entityOf({ bundle, signed }: CosignSignature): SignedEntity {
  const entity = toSignedEntity(bundle, signed);
  const { signature } = entity;
  return {
    ...entity,
    signature: {
      signature: signature.signature,
      compareSignature: (other) => signature.compareSignature(other),
      compareDigest: (other) => signature.compareDigest(other),
      compareSignedDigest: (other) => signature.compareSignedDigest(other),
      verifySignature: (key) => isSignatureOf(signature.signature, signed, key),
    },
  };
}

function certificateOf({ verificationMaterial: { content } }: Bundle): Uint8Array | undefined {
  if (content.$case === 'certificate') return content.certificate.rawBytes;
  return content.$case === 'x509CertificateChain' ? content.x509CertificateChain.certificates[0]?.rawBytes : undefined;
}

/**
 * Reads a trust root (`trusted_root.json`): the authorities, logs and timestamp authorities to trust.
 *
 * @throws {PkgError} `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`
 */
export function readTrustRoot(file: string): TrustMaterial {
  const invalid = (message: string, cause?: unknown): PkgError =>
    new PkgError('PKG_KEY_INVALID', message, {
      at: { file: printable(file, 300) },
      hints: [
        'make one with `cosign trusted-root create`, or take trusted_root.json from the TUF repository of Sigstore',
      ],
      ...(cause === undefined ? {} : { cause }),
    });
  let text: string;
  try {
    text = readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `the trust root ${printable(file, 300)} ${cause.reason}`, {
      hints: ['correct the path that the trust policy or the flag gives'],
      cause,
    });
  }
  let root: TrustMaterial;
  try {
    root = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(text)));
  } catch (cause) {
    throw invalid(`this is not a trust root: ${printable((cause as Error).message, 200)}`, cause);
  }
  if (root.certificateAuthorities.length + root.tlogs.length > 0) return root;
  throw invalid('this trust root names neither a certificate authority nor a log');
}
