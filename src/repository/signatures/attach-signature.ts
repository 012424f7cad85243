/**
 * Signs charts in registries with a key of cosign, and puts signatures beside them, as cosign 3 does.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
import { randomInt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { goJson } from '../../yaml/json.ts';
import { asObject, equalJson, listField } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { digestOf } from '../digest.ts';
import { pushManifest, putManifest } from '../registry-push.ts';
import { nameOf } from '../registry-session.ts';
import type { ChartReference } from '../registry-session.ts';
import type { Remotes } from '../remotes.ts';
import { keyHint, publicPart, signBytes } from './cosign-key.ts';
import { SIGN_PREDICATE, STATEMENT_TYPE } from './cosign-signature.ts';
import { BUNDLE_TYPE, EMPTY_TYPE, parsed } from './signature-artifact.ts';
import type { SignatureArtifact } from './signature-artifact.ts';
import { INDEX_TYPE, MANIFEST_TYPE, referrersTag, signatureTag } from './find-signatures.ts';
import { judgeSignatures } from './judge-chart.ts';

/** The config of an artifact that has none. */
const EMPTY = Buffer.from('{}');

/** So often the list of referrers is written anew when others write it, too. */
const MOST_TRIES = 8;
/** The longest pause before it is looked at again, in milliseconds; each has another, so that writers part. */
const PAUSE = 400;

/** A manifest in a registry, of which something is written. */
export type Subject = { reference: ChartReference; digest: string; size: number };

/**
 * Signs a manifest, unless there is a signature of the key already.
 *
 * @returns whether one was added
 * @throws {PkgError} `PKG_REPOSITORY_UNAUTHORIZED`, `PKG_REPOSITORY_UNREACHABLE`, `PKG_REPOSITORY_INVALID`
 */
export async function signInRegistry(
  subject: Subject,
  key: KeyObject,
  created: Date,
  remotes: Remotes,
): Promise<boolean> {
  const finder = await remotes.signatures();
  const there = await finder.find(subject.reference, subject.digest);
  const own = judgeSignatures(there, subject.digest, { key: publicPart(key), root: undefined });
  if (own.signers.length > 0) return false;
  const bundle = Buffer.from(JSON.stringify(bundleToJSON(signedStatement(subject.digest, key))));
  const layer = { mediaType: BUNDLE_TYPE, digest: digestOf(bundle), size: bundle.length };
  const manifest: JsonObject = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: BUNDLE_TYPE,
    config: { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [layer],
    subject: { mediaType: MANIFEST_TYPE, digest: subject.digest, size: subject.size },
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': SIGN_PREDICATE,
      'org.opencontainers.image.created': created.toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  };
  await attachReferrer(subject, Buffer.from(goJson(manifest)), [EMPTY, bundle], remotes);
  return true;
}

function signedStatement(digest: string, key: KeyObject): ReturnType<typeof toDSSEBundle> {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.replace(/^sha256:/, '') } }],
    predicateType: SIGN_PREDICATE,
    predicate: {},
  };
  const artifact = Buffer.from(JSON.stringify(statement));
  const signature = signBytes(dsse.preAuthEncoding(STATEMENT_TYPE, artifact), key);
  const bundle = toDSSEBundle({ artifact, artifactType: STATEMENT_TYPE, signature, keyHint: keyHint(key) });
  // The hint would become the name of the key in the envelope, too, and cosign takes no signature of a key with a name.
  for (const one of bundle.content.dsseEnvelope.signatures) one.keyid = '';
  return bundle;
}

/**
 * Writes a manifest that refers to another, with its blobs. A registry without the Referrers API gets it into the list
 * that a tag stands for.
 *
 * @throws {PkgError} as {@link signInRegistry} does
 */
export async function attachReferrer(
  subject: Subject,
  manifest: Buffer,
  blobs: readonly Uint8Array[],
  remotes: Remotes,
): Promise<void> {
  const session = remotes.session();
  const { reference } = subject;
  await pushManifest(session, reference, digestOf(manifest), manifest, blobs, remotes.tell);
  const { hasApi } = await (await remotes.signatures()).referrers(reference, subject.digest);
  if (!hasApi) await list(subject, manifest, remotes);
}

/**
 * Puts a manifest into the list of referrers. Registries have no way to say "unless it changed": whoever read the list
 * at the same time writes over ours. So it is read again after a pause, until it holds what was written.
 */
async function list(subject: Subject, manifest: Buffer, remotes: Remotes): Promise<void> {
  const { reference, digest } = subject;
  const finder = await remotes.signatures();
  const { artifactType = '', annotations = {} } = JSON.parse(manifest.toString('utf8')) as Record<string, Json>;
  const entry: JsonObject = {
    mediaType: MANIFEST_TYPE,
    digest: digestOf(manifest),
    size: manifest.length,
    annotations,
    artifactType,
  };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { referrers } = await finder.referrers(reference, digest);
    if (referrers.some((one) => one.digest === entry['digest'])) return;
    const manifests = [...referrers.map(({ json }) => json), entry];
    const bytes = Buffer.from(goJson({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }));
    await putManifest(
      remotes.session(),
      reference,
      referrersTag(digest),
      { mediaType: INDEX_TYPE, bytes },
      remotes.tell,
    );
    await sleep(randomInt(PAUSE / 4, PAUSE));
  }
  throw new PkgError(
    'PKG_REPOSITORY_UNREACHABLE',
    `the signature of oci://${printable(nameOf(reference))} is not listed`,
    {
      notes: [`others write the list ${referrersTag(digest)} at the same time`],
      hints: ['give the command again'],
    },
  );
}

/**
 * Copies signatures to a manifest that is there; those that it has already stay.
 *
 * @returns whether one was added
 * @throws {PkgError} as {@link signInRegistry} does
 */
export async function copySignatures(
  subject: Subject,
  artifacts: readonly SignatureArtifact[],
  remotes: Remotes,
): Promise<boolean> {
  const there = (await (await remotes.signatures()).find(subject.reference, subject.digest)).artifacts;
  let changed = false;
  for (const { form, manifest, blobs } of artifacts) {
    if (there.some((one) => one.form === form && one.manifest.equals(manifest))) continue;
    if (form === 'referrer') await attachReferrer(subject, manifest, [...blobs.values()], remotes);
    else {
      const merged = mergedLayers(there.find((one) => one.form === 'tag')?.manifest, manifest);
      if (merged === undefined) continue;
      const tag = signatureTag(subject.digest);
      await pushManifest(remotes.session(), subject.reference, tag, merged, [...blobs.values()], remotes.tell);
    }
    changed = true;
  }
  return changed;
}

/** One manifest with the signatures of both; undefined where the first has all of the second. */
function mergedLayers(first: Buffer | undefined, second: Buffer): Buffer | undefined {
  if (first === undefined) return second;
  const known = listField(parsed(first), 'layers');
  const added = listField(parsed(second), 'layers').filter((one) => !known.some((layer) => equalJson(layer, one)));
  if (added.length === 0) return undefined;
  return Buffer.from(goJson({ ...asObject(parsed(first)), layers: [...known, ...added] }));
}
