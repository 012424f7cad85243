/**
 * Writes charts into OCI registries, as Helm does: the same manifest and annotations for the same archive.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#push
 * @see helm v4, pkg/registry/client.go `Push`, pkg/registry/chart.go
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChartMetadata } from '../chart/chart.ts';
import { Fields } from '../chart/fields.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { isTransient } from '../network/http.ts';
import { retryAfter } from '../network/retry-after.ts';
import { goJson } from '../yaml/json.ts';
import type { JsonObject } from '../yaml/value.ts';
import { digestOf } from './digest.ts';
import type { Answer, Request } from './http.ts';
import { CHART_CONFIG, CHART_CONTENT, CHART_PROVENANCE, OCI_MANIFEST } from './oci.ts';
import { nameOf, refused } from './registry-session.ts';
import type { ChartReference, RegistrySession } from './registry-session.ts';
import type { Tell } from './change-file.ts';

/** A chart to be written. */
export type PushedChart = {
  metadata: ChartMetadata;
  /** Chart.yaml as JSON, in the order of Helm's fields. */
  config: JsonObject;
  archive: Uint8Array;
  provenance: Uint8Array | undefined;
  /** When the archive was made. */
  created: Date;
};

/** Blobs larger than this are sent in parts of this size; a part that is lost is sent again. */
const PART = 8 << 20;
/** So many bytes are read from a blob at a time. */
const PIECE = 1 << 16;
/** How often parts of a blob may be lost before it is sent in one request, as Helm sends all blobs. */
const MAX_LOST = 5;
/** How often the upload of a blob is started again. */
const MAX_RESTARTS = 2;
/** The longest pause before a part is sent again, in seconds, whatever Retry-After says. */
const MAX_PAUSE = 30;
const MAX_ANSWER = 4 << 20;

/** A blob to upload. It is read in pieces, since layers of images can be larger than memory. */
export type BlobToUpload = {
  mediaType: string;
  digest: string;
  size: number;
  read: (at: number, length: number) => Uint8Array;
};

/**
 * Uploads in parallel the blobs that the registry does not have, then writes the manifest under its tag. A run that is
 * killed in between leaves unreferenced blobs, which the next run finds and does not send again.
 *
 * @returns the manifest's digest and size
 * @throws {PkgError} `PKG_REPOSITORY_UNAUTHORIZED`, `PKG_REPOSITORY_UNREACHABLE`
 */
export async function pushChart(
  session: RegistrySession,
  target: ChartReference,
  tag: string,
  chart: PushedChart,
  tell: Tell,
): Promise<{ digest: string; size: number }> {
  const config = blobOf(CHART_CONFIG, Buffer.from(goJson(chart.config)));
  const layers = [blobOf(CHART_CONTENT, chart.archive)];
  if (chart.provenance !== undefined) layers.push(blobOf(CHART_PROVENANCE, chart.provenance));
  layers.sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const results = await Promise.allSettled([config, ...layers].map((blob) => uploadBlob(session, target, blob, tell)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  const manifest = Buffer.from(
    goJson({
      schemaVersion: 2,
      config: descriptorOf(config),
      layers: layers.map(descriptorOf),
      annotations: annotationsOf(chart.metadata, chart.created),
    }),
  );
  await putManifest(session, target, tag, { mediaType: OCI_MANIFEST, bytes: manifest }, tell);
  return { digest: digestOf(manifest), size: manifest.length };
}

/**
 * Uploads the blobs of a manifest whose bytes exist already, then the manifest.
 *
 * @param name a tag, or the digest of the manifest
 * @throws {PkgError} as {@link pushChart} does
 */
export async function pushManifest(
  session: RegistrySession,
  target: ChartReference,
  name: string,
  { bytes, blobs }: { bytes: Uint8Array; blobs: readonly Uint8Array[] },
  tell: Tell,
): Promise<void> {
  for (const blob of blobs) await uploadBytes(session, target, blob, tell);
  await putManifest(session, target, name, { mediaType: OCI_MANIFEST, bytes }, tell);
}

/**
 * Writes bytes as a blob, unless the registry has them.
 *
 * @throws {PkgError} as {@link pushChart} does
 */
export async function uploadBytes(
  session: RegistrySession,
  target: ChartReference,
  bytes: Uint8Array,
  tell: Tell,
): Promise<void> {
  await uploadBlob(session, target, blobOf('', bytes), tell);
}

/**
 * Writes a manifest. The blobs that it names have to be in the registry.
 *
 * @param name a tag, or the digest of the manifest
 * @throws {PkgError} as {@link pushChart} does
 */
export async function putManifest(
  session: RegistrySession,
  target: ChartReference,
  name: string,
  { mediaType, bytes }: { mediaType: string; bytes: Uint8Array },
  tell: Tell,
): Promise<void> {
  const url = session.urlOf(target, `manifests/${name}`);
  tell(`writing the manifest ${name} of oci://${printable(nameOf(target))}`);
  const answer = await session.send(url, target, 'pull,push', {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: bytes,
    limit: MAX_ANSWER,
  });
  if (answer.status !== 201) throw refused(answer, url, target, 'write');
}

function blobOf(mediaType: string, bytes: Uint8Array): BlobToUpload {
  const read = (at: number, length: number): Uint8Array => bytes.subarray(at, at + length);
  return { mediaType, digest: digestOf(bytes), size: bytes.length, read };
}

function descriptorOf({ mediaType, digest, size }: BlobToUpload): JsonObject {
  return { mediaType, digest, size };
}

/** Helm's annotations: those of the image specification, overridden by the chart's own except for title and version. */
function annotationsOf(metadata: ChartMetadata, created: Date): JsonObject {
  const fields = new Fields(metadata.all, [], []);
  const authors = fields
    .maps('maintainers', '')
    .map((one) => {
      const email = one.exactText('email');
      return one.exactText('name') + (email === '' ? '' : ` (${email})`);
    })
    .join(', ');
  const standard: Record<string, string> = {
    description: fields.exactText('description'),
    title: metadata.name,
    version: metadata.version,
    url: fields.exactText('home'),
    created: created.toISOString().replace(/\.\d+Z$/, 'Z'),
    source: fields.texts('sources')[0] ?? '',
    authors,
  };
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(standard)) {
    if (value.trim() !== '') found.set(`org.opencontainers.image.${key}`, value);
  }
  for (const [key, value] of fields.textMap('annotations')) {
    if (!/^org\.opencontainers\.image\.(?:title|version)$/.test(key)) found.set(key, value);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Uploads a blob unless the registry has it. A failed upload is started again, which also finds the blob if only the
 * answer was lost. The last time it is sent in one request, as Helm sends all blobs.
 *
 * @param other a repository of the same registry that has the blob, to mount it from; empty for none
 * @throws {PkgError} as {@link pushChart} does
 */
export async function uploadBlob(
  session: RegistrySession,
  target: ChartReference,
  blob: BlobToUpload,
  tell: Tell,
  other = '',
): Promise<void> {
  let takesParts = true;
  for (let failed = 0; ; failed++) {
    const failure = await tryUpload(session, target, blob, tell, { other, takesParts });
    if (failure === undefined) return;
    if (failed >= MAX_RESTARTS) throw failure.error;
    takesParts = failure.takesParts && failed === 0;
  }
}

/** An upload that may succeed if it is started again: in one request, if the registry takes no parts. */
type Failure = { error: PkgError; takesParts: boolean };

/** Uploads a blob. */
async function tryUpload(
  session: RegistrySession,
  target: ChartReference,
  blob: BlobToUpload,
  tell: Tell,
  { other, takesParts }: { other: string; takesParts: boolean },
): Promise<Failure | undefined> {
  const known = session.urlOf(target, `blobs/${blob.digest}`);
  const head = await session.send(known, target, 'pull,push', { method: 'HEAD', limit: MAX_ANSWER });
  if (head.status === 200) return undefined;
  if (isTransient(head.status)) throw refused(head, known, target, 'write');
  // Some registries and firewalls refuse HEAD. The next request decides, whose answer also says why.
  const start = session.urlOf(target, 'blobs/uploads/');
  const begun = await beginUpload(session, target, start, { digest: blob.digest, other });
  if (begun === undefined) return undefined;
  if (begun.status !== 202) throw refused(begun, start, target, 'write');
  const first = locationOf(begun, start);
  const location = takesParts ? await uploadParts(session, target, blob, first, tell) : { url: first, offset: 0 };
  if ('error' in location) return location;
  const end = new URL(location.url);
  end.searchParams.set('digest', blob.digest);
  let done: Answer;
  try {
    done = await session.send(end, target, 'pull,push', {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: partOf(blob, location.offset, blob.size - location.offset, target, tell),
      limit: MAX_ANSWER,
    });
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_REPOSITORY_UNREACHABLE') return { error, takesParts };
    throw error;
  }
  if (done.status === 201) return undefined;
  const error = refused(done, end, target, 'write');
  if (done.status === 429) throw error;
  const isPart = location.offset > 0;
  // 404: the upload was completed and the answer lost, or the registry knows it no more.
  if (done.status === 404 || done.status >= 500 || isPart) {
    return { error, takesParts: takesParts && (!isPart || done.status === 404) };
  }
  throw error;
}

/** Begins an upload; undefined where the blob was mounted from another repository, so that nothing is to be sent. */
async function beginUpload(
  session: RegistrySession,
  target: ChartReference,
  start: URL,
  { digest, other }: { digest: string; other: string },
): Promise<Answer | undefined> {
  const begin = (url: URL): Promise<Answer> =>
    session.send(url, target, 'pull,push', {
      method: 'POST',
      body: '',
      limit: MAX_ANSWER,
      // May be repeated: registries drop uploads that are started and not continued.
      repeatable: true,
    });
  if (other === '') return await begin(start);
  const mount = new URL(start);
  mount.searchParams.set('mount', digest);
  mount.searchParams.set('from', other);
  const mounted = await begin(mount);
  if (mounted.status === 201) return undefined;
  // Registries that cannot mount begin an upload, or refuse the request in many ways: Harbor answered 401.
  return mounted.status === 202 ? mounted : await begin(start);
}

/**
 * Sends all parts but the last; gives the address for the last one, and its offset. Fails if the registry does not know the
 * upload: it has dropped it, or, as Distribution 2.8 does, refuses the old address of an upload whose part arrived while the
 * answer, which has the new address, was lost. Also fails for every other answer, except that the registry is busy: some
 * registries take no parts, only one, or none of this size, and some firewalls refuse `PATCH`. They say so in many ways.
 */
async function uploadParts(
  session: RegistrySession,
  target: ChartReference,
  blob: BlobToUpload,
  first: URL,
  tell: Tell,
): Promise<{ url: URL; offset: number } | Failure> {
  let url = first;
  let offset = 0;
  for (let lost = 0; blob.size - offset > PART;) {
    let answer: Answer | undefined;
    let error: PkgError;
    try {
      answer = await session.send(url, target, 'pull,push', {
        method: 'PATCH',
        headers: {
          'content-type': 'application/octet-stream',
          'content-range': `${offset}-${offset + PART - 1}`,
        },
        body: partOf(blob, offset, PART, target, tell),
        limit: MAX_ANSWER,
      });
      if (answer.status === 202) {
        offset += PART;
        url = answer.headers.location === undefined ? url : locationOf(answer, url);
        continue;
      }
      error = refused(answer, url, target, 'write');
    } catch (cause) {
      if (!(cause instanceof PkgError) || cause.code !== 'PKG_REPOSITORY_UNREACHABLE') throw cause;
      error = cause;
    }
    const { status = 0, headers = {} } = answer ?? {};
    const isLost = answer === undefined || isTransient(status) || status === 416;
    if (!isLost || ++lost > MAX_LOST) {
      if (status === 429) throw error;
      return { error, takesParts: status === 404 };
    }
    // After a lost connection the registry may still be writing what it received, so its offset is asked after a pause.
    await sleep(pauseOf(headers['retry-after'], lost));
    const progress = await readProgress(session, target, url, offset + PART);
    if ('error' in progress) return progress;
    // Another offset was not the reason why this part was refused.
    if (status === 416 && progress.offset === offset) return { error, takesParts: false };
    ({ url, offset } = progress);
  }
  return { url, offset };
}

/** A part of a blob as the body of a request that reports progress while it is sent. */
function partOf(
  { size, read }: BlobToUpload,
  offset: number,
  length: number,
  target: ChartReference,
  tell: Tell,
): NonNullable<Request['body']> {
  if (length <= PIECE) return read(offset, length);
  const name = printable(nameOf(target));
  return {
    length,
    open: async function* () {
      for (let at = 0; at < length; at += PIECE) {
        tell(`sent ${inMiB(offset + at)} of ${inMiB(size)} MiB to oci://${name}`);
        yield read(offset + at, Math.min(PIECE, length - at));
      }
      // Everything is in the socket's buffer, but not yet received.
      tell(`sending ${inMiB(size)} MiB to oci://${name}`);
    },
  };
}

function inMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

/** The pause before a part is sent again, in milliseconds: that of Retry-After, else doubled with each loss. */
function pauseOf(header: string | string[] | undefined, lost: number): number {
  return Math.min(retryAfter(header) ?? 125 * 2 ** lost, MAX_PAUSE * 1000);
}

/**
 * Asks the registry how many bytes of an upload it has; fails if it does not know the upload.
 *
 * @param sent the most that it can have
 */
async function readProgress(
  session: RegistrySession,
  target: ChartReference,
  url: URL,
  sent: number,
): Promise<{ url: URL; offset: number } | Failure> {
  const answer = await session.send(url, target, 'pull,push', { limit: MAX_ANSWER });
  if (answer.status !== 204) return { error: refused(answer, url, target, 'write'), takesParts: answer.status === 404 };
  const range = /^0-(\d+)$/.exec(String(answer.headers['range'] ?? ''))?.[1];
  const offset = range === undefined || range === '0' ? 0 : Number(range) + 1;
  if (offset <= sent) return { url: locationOf(answer, url), offset };
  throw new PkgError('PKG_REPOSITORY_INVALID', `${printable(url.origin)} says that it has more than was sent to it`, {
    hints: ['try again, then ask the operator of the registry'],
  });
}

/**
 * The address for the next request of an upload. A registry behind a proxy that ends TLS may name itself by plain HTTP: it is
 * reached as before, so that neither login nor chart is sent in the clear.
 */
function locationOf({ headers, url }: Answer, asked: URL): URL {
  const { location } = headers;
  const next = typeof location === 'string' ? URL.parse(location, url) : null;
  if (next?.protocol === 'http:' && url.protocol === 'https:' && next.hostname === url.hostname) {
    return new URL(`${next.pathname}${next.search}`, url);
  }
  if (next !== null && /^https?:$/.test(next.protocol)) return next;
  throw new PkgError('PKG_REPOSITORY_INVALID', `${printable(asked.origin)} starts an upload without a location`, {
    hints: ['check that the address is that of an OCI registry'],
  });
}
