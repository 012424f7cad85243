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
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { isSignatureOf, keyHint } from './cosign-key.ts';
import type { CosignSignature } from './cosign-signature.ts';
import { parsed } from './signature-artifact.ts';

/** Whose signature counts. */
export type CosignTrust =
  /** That of a key; with a root, it has to be in one of its logs, too. */
  | { key: KeyObject; root: TrustMaterial | undefined }
  /** That of whom a certificate of the root names. */
  | { identity: TextTest; issuer: TextTest; root: TrustMaterial };

/** Does a text fit? `shown` is what it is held against. */
export type TextTest = { shown: string; fits: (text: string) => boolean };

/** Who signed: the fingerprint of a key (SHA-256, base64), or an identity and who vouches for it. */
export type CosignSigner = { key: string } | { identity: string; issuer: string };

/** For code signing, which is what Fulcio's certificates are for. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/**
 * Judges a signature.
 *
 * @param digest of the manifest that it has to be of
 * @returns who signed it; for a signature that does not count, why
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
    // Of the library: what is wrong with the signature, in its words.
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
  // The library asks about the chain, and not what the certificate is for.
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
 * The library compares what a log says of signature and content, and not by whom. Throws where it is not by this
 * certificate or key.
 */
function checkLogged({ bundle }: CosignSignature, signer: Uint8Array): void {
  for (const { canonicalizedBody } of bundle.verificationMaterial.tlogEntries) {
    if (signerIn(fieldOf(parsed(canonicalizedBody), 'spec')).equals(signer)) continue;
    throw new Error('its log has the signature of another certificate or key');
  }
}

/** The certificate or key by which an entry of Rekor says that something is signed, in DER; empty for none. */
function signerIn(spec: Json | undefined): Buffer {
  // The second version of Rekor has fields of their own for kinds of entries, its oldest kind an envelope.
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
  // The first version has PEM, in base64 once more.
  const key = fieldOf(signature, 'publicKey');
  const pem = [verifier, key, fieldOf(key, 'content')].find((one) => typeof one === 'string') ?? '';
  const text = Buffer.from(String(pem), 'base64').toString('latin1');
  return Buffer.from(text.replaceAll(/-----[^-]*-----|\s/g, ''), 'base64');
}

/** What a root names is asked for: where it has no log, its authorities vouch by timestamps alone. */
function thresholdsOf({ ctlogs, tlogs }: TrustMaterial): { ctlogThreshold: number; tlogThreshold: number } {
  return { ctlogThreshold: ctlogs.length > 0 ? 1 : 0, tlogThreshold: tlogs.length > 0 ? 1 : 0 };
}

/** What the library verifies, with the signature checked by the hash that belongs to the key. */
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
 * Reads a trust root: whose certificates, logs and timestamps count, as `trusted_root.json` says it.
 *
 * @throws {PkgError} `PKG_KEY_INVALID`, `PKG_FILE_UNREADABLE`
 */
export function readTrustRoot(file: string): TrustMaterial {
  const invalid = (message: string, cause?: unknown): PkgError =>
    new PkgError('PKG_KEY_INVALID', message, {
      at: { file: printable(file, 300) },
      hints: [
        '`cosign trusted-root create` writes one; that of the public Sigstore is trusted_root.json of its TUF repository',
      ],
      ...(cause === undefined ? {} : { cause }),
    });
  let text: string;
  try {
    text = readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `the trust root ${printable(file, 300)} ${cause.reason}`, { cause });
  }
  let root: TrustMaterial;
  try {
    root = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(text)));
  } catch (cause) {
    throw invalid(`this is no trust root: ${printable((cause as Error).message, 200)}`, cause);
  }
  if (root.certificateAuthorities.length + root.tlogs.length > 0) return root;
  throw invalid('this trust root names neither a certificate authority nor a log');
}
