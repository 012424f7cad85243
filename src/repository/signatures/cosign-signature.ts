/**
 * Reads cosign's signatures: a Sigstore bundle with a signed in-toto statement, and the older form, a signed text with its
 * signature in annotations of the layer.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
import { createHash, X509Certificate } from 'node:crypto';
import { bundleFromJSON, toMessageSignatureBundle, ValidationError } from '@sigstore/bundle';
import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { tryParseJson } from '../../yaml/json.ts';
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { isBundleType, MAX_LAYERS, SIMPLE_TYPE } from './signature-artifact.ts';
import type { SignatureArtifact } from './signature-artifact.ts';

/** The media type of an in-toto statement. */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
/** The predicate type of a signature. Statements of other types name the same digest, such as a scan that found flaws. */
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';
const STATEMENTS: readonly string[] = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];

/** The most log entries and timestamps of a signature: verifying each takes public key operations. */
const MAX_ENTRIES = 16;

/** A signature that was parsed, and is not verified yet. */
export type CosignSignature = {
  /** The certificate or key hint, log entries, timestamps. */
  bundle: Bundle;
  /** The bytes that were signed. */
  signed: Buffer;
  /** The reason why the signed bytes are not a signature of a digest; undefined where they are one. */
  claimProblem: (digest: string) => string | undefined;
};

/** The signatures in an artifact, and for each that cannot be parsed the reason. */
export function signaturesIn({ manifest, blobs, form }: SignatureArtifact): (CosignSignature | { problem: string })[] {
  const layers = listField(tryParseJson(manifest), 'layers');
  const found: (CosignSignature | { problem: string })[] = [];
  for (const layer of layers.slice(0, MAX_LAYERS[form])) {
    const type = textField(layer, 'mediaType');
    const read = form === 'tag' ? (type === SIMPLE_TYPE ? readSimple : undefined) : readerOfReferrer(type);
    if (read === undefined) continue;
    const bytes = blobs.get(textField(layer, 'digest'));
    try {
      if (bytes === undefined) throw new Error('its content is missing or too large');
      found.push(read(bytes, fieldOf(layer, 'annotations')));
    } catch (error) {
      const where = error instanceof ValidationError ? ` (${error.fields.join(', ')})` : '';
      found.push({ problem: `it cannot be read: ${(error as Error).message}${where}` });
    }
  }
  if (layers.length > MAX_LAYERS[form]) {
    found.push({ problem: `only the first ${MAX_LAYERS[form]} signatures of ${layers.length} are looked at` });
  }
  return found;
}

function readerOfReferrer(type: string): typeof readSimple | undefined {
  return isBundleType(type) ? readBundle : undefined;
}

function readBundle(bytes: Buffer): CosignSignature {
  const bundle = bundleFromJSON(JSON.parse(bytes.toString('utf8')));
  checkCounts(bundle);
  if (bundle.content.$case !== 'dsseEnvelope') throw new Error('it is not a signed statement');
  const { payload, payloadType } = bundle.content.dsseEnvelope;
  return {
    bundle,
    signed: dsse.preAuthEncoding(payloadType, payload),
    claimProblem: (digest) => statementProblem(payloadType, payload, digest),
  };
}

function statementProblem(payloadType: string, payload: Buffer, digest: string): string | undefined {
  const statement = tryParseJson(payload);
  if (payloadType !== STATEMENT_TYPE || !STATEMENTS.includes(textField(statement, '_type'))) {
    return 'the signed text is not an in-toto statement';
  }
  const predicate = textField(statement, 'predicateType');
  if (predicate !== SIGN_PREDICATE) return `it is not a signature: it states ${predicate || 'nothing'}`;
  const digests = listField(statement, 'subject').map(
    (subject) => `sha256:${textField(fieldOf(subject, 'digest'), 'sha256')}`,
  );
  return digests.includes(digest) ? undefined : `it was made for ${digests[0] ?? 'nothing'}`;
}

/** The older form: a signed text, with `dev.cosignproject.cosign/signature` and others in annotations. */
function readSimple(payload: Buffer, annotations: Json | undefined): CosignSignature {
  const text = (name: string): string => textField(annotations, name);
  const signature = Buffer.from(text('dev.cosignproject.cosign/signature'), 'base64');
  const pem = text('dev.sigstore.cosign/certificate');
  const digest = createHash('sha256').update(payload).digest();
  const bundle: Bundle = toMessageSignatureBundle({
    digest,
    signature,
    ...(pem === '' ? { keyHint: '' } : { certificate: new X509Certificate(pem).raw }),
  });
  const entry = text('dev.sigstore.cosign/bundle');
  if (entry !== '') bundle.verificationMaterial.tlogEntries = [logEntry(JSON.parse(entry) as Json)];
  const timestamp = text('dev.sigstore.cosign/rfc3161timestamp');
  if (timestamp !== '') {
    const signedTimestamp = Buffer.from(textField(JSON.parse(timestamp) as Json, 'SignedRFC3161Timestamp'), 'base64');
    bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
  }
  return { bundle, signed: payload, claimProblem: (wanted) => simpleProblem(payload, wanted) };
}

/** As in cosign, the reference in the text is not checked: a chart may have been copied to a mirror. */
function simpleProblem(payload: Buffer, digest: string): string | undefined {
  const critical = fieldOf(tryParseJson(payload), 'critical');
  if (textField(critical, 'type') !== 'cosign container image signature')
    return 'the signed text is not a signature of cosign';
  const found = textField(fieldOf(critical, 'image'), 'docker-manifest-digest');
  return found === digest ? undefined : `it was made for ${found || 'nothing'}`;
}

/** The entry of a log as cosign wrote it into an annotation. */
function logEntry(json: Json): TransparencyLogEntry {
  const payload = fieldOf(json, 'Payload');
  const canonicalizedBody = Buffer.from(textField(payload, 'body'), 'base64');
  const body = tryParseJson(canonicalizedBody);
  return {
    logIndex: String(fieldOf(payload, 'logIndex') ?? ''),
    logId: { keyId: Buffer.from(textField(payload, 'logID'), 'hex') },
    kindVersion: { kind: textField(body, 'kind'), version: textField(body, 'apiVersion') },
    integratedTime: String(fieldOf(payload, 'integratedTime') ?? ''),
    inclusionPromise: { signedEntryTimestamp: Buffer.from(textField(json, 'SignedEntryTimestamp'), 'base64') },
    inclusionProof: undefined,
    canonicalizedBody,
  };
}

function checkCounts({ verificationMaterial: { tlogEntries, timestampVerificationData } }: Bundle): void {
  const count = Math.max(tlogEntries.length, timestampVerificationData?.rfc3161Timestamps.length ?? 0);
  if (count > MAX_ENTRIES) throw new Error(`it has ${count} entries of logs or timestamps, more than ${MAX_ENTRIES}`);
}
