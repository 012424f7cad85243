/** Signatures as cosign writes them, made by hand, so that each part can be wrong. */
import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BUNDLE } from './oci.ts';
import { canonical, sha256 } from './sigstore.ts';
import type { Issued, Leaf, Logged, Sigstore } from './sigstore.ts';

const STATEMENT = 'application/vnd.in-toto+json';

/** The statement of a signature. */
export function statementOf(digest: string, more: object = {}): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.replace('sha256:', '') } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
    ...more,
  };
}

/** A signed statement. */
export type Envelope = { payload: string; payloadType: string; signatures: { sig: string }[] };

/** Signs a statement. */
export function envelopeOf(statement: object, key: KeyObject): Envelope {
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign('sha256', encoded(payload), key);
  return {
    payload: payload.toString('base64'),
    payloadType: STATEMENT,
    signatures: [{ sig: sig.toString('base64') }],
  };
}

/** The bytes of an envelope that are signed. */
function encoded(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${STATEMENT.length} ${STATEMENT} ${payload.length} `), payload]);
}

/** A bundle of a signature by a key. */
export function keyBundle(statement: object, key: KeyObject): Record<string, unknown> {
  return {
    mediaType: BUNDLE,
    verificationMaterial: { publicKey: { hint: '' }, tlogEntries: [] },
    dsseEnvelope: envelopeOf(statement, key),
  };
}

/** Which parts of a keyless signature are wrong. */
export type Keyless = {
  leaf?: Leaf;
  /** The bundle holds the certificate of another key than the one that signed. */
  shown?: Issued;
  statement?: object;
  /** The bundle holds another envelope than the log. */
  logged?: Partial<Logged> & { envelope?: Envelope; by?: Issued; isOldest?: boolean };
  timestamp?: boolean;
  /** The bundle has no log entry. */
  unlogged?: boolean;
};

/** A bundle of a signature by a certificate. */
export async function keylessBundle(
  sigstore: Sigstore,
  digest: string,
  made: Keyless = {},
): Promise<Record<string, unknown>> {
  const issued = await sigstore.issue(made.leaf);
  const envelope = envelopeOf(made.statement ?? statementOf(digest), issued.key);
  const { envelope: other, by, isOldest, ...more } = made.logged ?? {};
  const bodyOf = more.isSecond === true ? secondBody : isOldest === true ? intotoBody : dsseBody;
  const entry = sigstore.log({ body: bodyOf(other ?? envelope, by ?? issued), ...more });
  const signature = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
  return {
    mediaType: BUNDLE,
    verificationMaterial: {
      certificate: { rawBytes: (made.shown ?? issued).der.toString('base64') },
      tlogEntries: made.unlogged === true ? [] : [entry],
      ...(made.timestamp === true
        ? { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: sigstore.timestamp(signature) }] } }
        : {}),
    },
    dsseEnvelope: envelope,
  };
}

/** The entry that the second version of Rekor stores for an envelope. */
function secondBody({ payload, signatures }: Envelope, { der }: Issued): object {
  const x509Certificate = { rawBytes: der.toString('base64') };
  const verifier = { keyDetails: 'PKIX_ECDSA_P256_SHA_256', x509Certificate };
  const digest = sha256(encoded(Buffer.from(payload, 'base64'))).toString('base64');
  const signature = { content: signatures[0]?.sig ?? '', verifier };
  const hashedRekordV002 = { data: { algorithm: 'SHA2_256', digest }, signature };
  return { apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002 } };
}

/** The entry that Rekor stored for an envelope in older versions. */
function intotoBody(envelope: Envelope, { certificate }: Issued): object {
  const hash = (bytes: Uint8Array): object => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') });
  const twice = (text: string): string => Buffer.from(text).toString('base64');
  const signatures = [{ publicKey: twice(certificate), sig: twice(envelope.signatures[0]?.sig ?? '') }];
  const content = {
    envelope: { payloadType: STATEMENT, signatures },
    hash: hash(Buffer.from(canonical(envelope))),
    payloadHash: hash(Buffer.from(envelope.payload, 'base64')),
  };
  return { apiVersion: '0.0.2', kind: 'intoto', spec: { content } };
}

/** The entry that the first version of Rekor stores for an envelope. */
function dsseBody(envelope: Envelope, { certificate }: Issued): object {
  const hash = (bytes: Uint8Array): object => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') });
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hash(Buffer.from(canonical(envelope))),
      payloadHash: hash(Buffer.from(envelope.payload, 'base64')),
      signatures: [
        { signature: envelope.signatures[0]?.sig ?? '', verifier: Buffer.from(certificate).toString('base64') },
      ],
    },
  };
}

/** The text that the older form signs. */
export function simplePayload(digest: string, reference = 'registry.example.com/web', type = ''): string {
  return JSON.stringify({
    critical: {
      identity: { 'docker-reference': reference },
      image: { 'docker-manifest-digest': digest },
      type: type || 'cosign container image signature',
    },
    optional: null,
  });
}

/** A signature of the older form, by a key. */
export function simpleSignature(
  payload: string,
  key: KeyObject,
): { payload: string; annotations: Record<string, string> } {
  const signature = sign('sha256', Buffer.from(payload), key).toString('base64');
  return { payload, annotations: { 'dev.cosignproject.cosign/signature': signature } };
}

/** A signature of the older form, by a certificate, with its log entry. */
export async function simpleKeyless(
  sigstore: Sigstore,
  payload: string,
  leaf: Leaf = {},
): Promise<{ payload: string; annotations: Record<string, string> }> {
  const issued = await sigstore.issue(leaf);
  const signed = simpleSignature(payload, issued.key);
  const entry = sigstore.log({
    body: {
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: sha256(Buffer.from(payload)).toString('hex') } },
        signature: {
          content: signed.annotations['dev.cosignproject.cosign/signature'],
          publicKey: { content: Buffer.from(issued.certificate).toString('base64') },
        },
      },
    },
  }) as { logId: { keyId: string }; inclusionPromise: { signedEntryTimestamp: string } } & Record<string, string>;
  const bundle = {
    SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
    Payload: {
      body: entry['canonicalizedBody'],
      integratedTime: Number(entry['integratedTime']),
      logIndex: Number(entry['logIndex']),
      logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
    },
  };
  return {
    payload,
    annotations: {
      ...signed.annotations,
      'dev.sigstore.cosign/certificate': issued.certificate,
      'dev.sigstore.cosign/bundle': JSON.stringify(bundle),
    },
  };
}
