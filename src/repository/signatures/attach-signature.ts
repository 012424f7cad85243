/**
 * Signs charts in registries with a cosign key, as cosign 3 does, and copies signatures.
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
import { goJson, tryParseJson } from '../../yaml/json.ts';
import { asObject, equalJson, listField, textField } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { digestOf } from '../digest.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../oci.ts';
import { pushManifest, putManifest, uploadBytes } from '../registry-push.ts';
import { nameOf } from '../registry-session.ts';
import type { ChartReference } from '../registry-session.ts';
import type { Remotes } from '../remotes.ts';
import { keyHint, publicPart, signBytes } from './cosign-key.ts';
import { SIGN_PREDICATE, STATEMENT_TYPE } from './cosign-signature.ts';
import { BUNDLE_TYPE, EMPTY_TYPE } from './signature-artifact.ts';
import type { SignatureArtifact } from './signature-artifact.ts';
import { referrersTag, signatureTag } from './find-signatures.ts';
import { judgeSignatures } from './judge-chart.ts';

/** The content of an empty config. */
const EMPTY = Buffer.from('{}');

/** How often a tag is written while other processes write it too, before the command fails. */
const MAX_WRITES = 8;
/**
 * The longest pause between a write and reading it back, in milliseconds. Each pause is random, so that two processes
 * that write in step do not overwrite each other again and again.
 */
const MAX_PAUSE_MS = 400;

/** The manifest in a registry that a signature is of: its repository, digest and size in bytes. */
export type Subject = { reference: ChartReference; digest: string; size: number };

/**
 * Signs a manifest, unless it has a signature by this key.
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
    mediaType: OCI_MANIFEST,
    artifactType: BUNDLE_TYPE,
    config: { mediaType: EMPTY_TYPE, digest: digestOf(EMPTY), size: EMPTY.length },
    layers: [layer],
    subject: { mediaType: OCI_MANIFEST, digest: subject.digest, size: subject.size },
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
  // The library also sets the hint as `keyid`, and cosign rejects signatures with a `keyid`.
  for (const one of bundle.content.dsseEnvelope.signatures) one.keyid = '';
  return bundle;
}

/**
 * Writes a manifest that refers to another one, with its blobs. In a registry without the Referrers API it is added to the
 * list under the fallback tag.
 *
 * @throws {PkgError} as {@link signInRegistry} does
 */
async function attachReferrer(
  subject: Subject,
  manifest: Buffer,
  blobs: readonly Uint8Array[],
  remotes: Remotes,
): Promise<void> {
  const session = remotes.session();
  const { reference } = subject;
  await pushManifest(session, reference, digestOf(manifest), { bytes: manifest, blobs }, remotes.tell);
  const { hasApi } = await (await remotes.signatures()).referrers(reference, subject.digest);
  if (!hasApi) await addToReferrersTag(subject, manifest, remotes);
}

/**
 * Adds a manifest to the list of referrers under the fallback tag of its subject (`sha256-HEX`).
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
async function addToReferrersTag({ reference, digest }: Subject, manifest: Buffer, remotes: Remotes): Promise<void> {
  const finder = await remotes.signatures();
  const { artifactType = '', annotations = {} } = JSON.parse(manifest.toString('utf8')) as Record<string, Json>;
  const entry: JsonObject = {
    mediaType: OCI_MANIFEST,
    digest: digestOf(manifest),
    size: manifest.length,
    annotations,
    artifactType,
  };
  await writeUntilPresent(reference, referrersTag(digest), remotes, async () => {
    const { referrers } = await finder.referrers(reference, digest);
    if (referrers.some((one) => one.digest === entry['digest'])) return undefined;
    const manifests = [...referrers.map(({ json }) => json), entry];
    return {
      mediaType: OCI_INDEX,
      bytes: Buffer.from(goJson({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })),
    };
  });
}

/** What is written under a tag. */
type TagContent = { mediaType: string; bytes: Buffer };

/**
 * Adds something to a tag that other processes may write too. Registries have no conditional PUT: of two processes that
 * read the tag, add to it and write it, the second overwrites the first. So after each write the tag is read again, and
 * written again while the own addition is missing. What remains: a process that is suspended between its read and its
 * write for longer than the pauses of the others overwrites what they have already read back.
 *
 * @param merge reads the tag and gives its content with the addition; undefined where it holds the addition already
 * @returns whether the tag was written
 * @throws {PkgError} `PKG_REPOSITORY_UNREACHABLE` where the addition is still missing after the last write
 */
async function writeUntilPresent(
  reference: ChartReference,
  tag: string,
  remotes: Remotes,
  merge: () => Promise<TagContent | undefined>,
): Promise<boolean> {
  for (let writes = 0; ; writes++) {
    const content = await merge();
    if (content === undefined) return writes > 0;
    if (writes === MAX_WRITES) break;
    await putManifest(remotes.session(), reference, tag, content, remotes.tell);
    await sleep(randomInt(MAX_PAUSE_MS / 4, MAX_PAUSE_MS));
  }
  throw new PkgError(
    'PKG_REPOSITORY_UNREACHABLE',
    `the signature of oci://${printable(nameOf(reference))} could not be added to the tag ${tag}`,
    {
      notes: [`other processes overwrote the tag each of the ${MAX_WRITES} times that it was written`],
      hints: ['run the command again'],
    },
  );
}

/**
 * Copies signatures to a manifest that is in a registry already. Signatures that it has stay.
 *
 * @returns whether a signature was added
 * @throws {PkgError} as {@link signInRegistry} does
 */
export async function copySignatures(
  subject: Subject,
  artifacts: readonly SignatureArtifact[],
  remotes: Remotes,
): Promise<boolean> {
  const finder = await remotes.signatures();
  const present = (await finder.find(subject.reference, subject.digest)).artifacts;
  let changed = false;
  for (const { form, manifest, blobs } of artifacts) {
    if (present.some((one) => one.form === form && one.manifest.equals(manifest))) continue;
    if (form === 'referrer') await attachReferrer(subject, manifest, [...blobs.values()], remotes);
    else if (!(await copyToSignatureTag(subject, manifest, [...blobs.values()], remotes))) continue;
    changed = true;
  }
  return changed;
}

/**
 * Adds the layers of a manifest to those of the manifest under the tag `sha256-HEX.sig`.
 *
 * @returns whether one was missing there
 */
async function copyToSignatureTag(
  { reference, digest }: Subject,
  manifest: Buffer,
  blobs: readonly Uint8Array[],
  remotes: Remotes,
): Promise<boolean> {
  const finder = await remotes.signatures();
  for (const bytes of blobs) await uploadBytes(remotes.session(), reference, bytes, remotes.tell);
  return await writeUntilPresent(reference, signatureTag(digest), remotes, async () => {
    const merged = mergedLayers(await finder.signatureTagManifest(reference, digest), manifest);
    return merged && { mediaType: textField(tryParseJson(merged), 'mediaType') || OCI_MANIFEST, bytes: merged };
  });
}

/** The first manifest with the layers of the second added; undefined where it has all of them. */
function mergedLayers(first: Buffer | undefined, second: Buffer): Buffer | undefined {
  if (first === undefined) return second;
  const known = listField(tryParseJson(first), 'layers');
  const added = listField(tryParseJson(second), 'layers').filter(
    (one) => !known.some((layer) => equalJson(layer, one)),
  );
  if (added.length === 0) return undefined;
  return Buffer.from(goJson({ ...asObject(tryParseJson(first)), layers: [...known, ...added] }));
}
