/**
 * Where images are read from: registries, or a folder that is an OCI image layout.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { fullImageName, parseImageName } from '../image-name.ts';
import type { ImageName } from '../image-name.ts';
import { FileReadError, openRegularFile, readRegularFile } from '../read-file.ts';
import { tryParseJson } from '../yaml/json.ts';
import { fieldOf, getOwn, isJsonObject, listField, textField } from '../yaml/value.ts';
import type { JsonObject } from '../yaml/value.ts';
import { unreachable } from './connect-errors.ts';
import { checkDigest, digestOf, isDigest } from './digest.ts';
import { INDEX_TYPES, MANIFEST_TYPES, MAX_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './oci.ts';
import type { Descriptor } from './oci.ts';
import { notCached } from './offline.ts';
import { refused } from './registry-session.ts';
import type { Remotes } from './remotes.ts';
import { shownUrl } from './urls.ts';

const ACCEPT = [...INDEX_TYPES, ...MANIFEST_TYPES].join(', ');

/** A manifest, checked against its digest. */
export type Manifest = { mediaType: string; digest: string; bytes: Buffer };

/** Reads images. All functions throw {@link PkgError}s: `PKG_DIGEST_MISMATCH`, and those of the registry or folder. */
export type ImageSource = {
  /** The digest of the manifest that a name stands for. */
  resolve: (name: ImageName) => Promise<string>;
  /** The manifest that a name stands for. */
  manifest: (name: ImageName) => Promise<Manifest>;
  /** A blob from a byte on. The caller checks its digest when it has read all of it. */
  blob: (name: ImageName, blob: Descriptor, from: number) => Promise<AsyncIterable<Buffer>>;
};

/** Images in the registries that their names say, with the stored logins of these. */
export function registrySource(remotes: Remotes): ImageSource {
  const ask = async (name: ImageName, method: 'GET' | 'HEAD'): Promise<Manifest | string> => {
    const full = fullImageName(name);
    if (remotes.offline) throw notCached(`the image ${printable(full, 300)}`);
    const session = remotes.session();
    const repository = { host: name.host, path: name.path };
    const url = session.urlOf(repository, `manifests/${name.digest || name.tag || 'latest'}`);
    remotes.tell(`asking for ${printable(full, 300)}`);
    const answer = await session.send(url, repository, 'pull', {
      method,
      headers: { accept: ACCEPT },
      limit: MAX_MANIFEST,
    });
    const stated = String(answer.headers['docker-content-digest'] ?? '');
    if (method === 'HEAD' && answer.status !== 429) return answer.status === 200 ? stated : '';
    if (answer.status === 404) throw noImage(full, `${name.host} does not have it`);
    if (answer.status !== 200) throw refused(answer, url, repository);
    const expected = name.digest || stated;
    if (expected !== '') checkDigest(answer.body, expected, shownUrl(url));
    const mediaType = String(answer.headers['content-type'] ?? '').split(';')[0] ?? '';
    return manifestOf(answer.body, mediaType.trim(), name.digest, full);
  };
  const manifest = async (name: ImageName): Promise<Manifest> => (await ask(name, 'GET')) as Manifest;
  return {
    manifest,
    async resolve(name) {
      const stated = await ask(name, 'HEAD');
      // Not every registry gives the digest in its answer to HEAD, and some refuse HEAD.
      return typeof stated === 'string' && isDigest(stated) ? stated : (await manifest(name)).digest;
    },
    async blob(name, { digest, size }, from) {
      const session = remotes.session();
      const repository = { host: name.host, path: name.path };
      const url = session.urlOf(repository, `blobs/${digest}`);
      const range: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
      const headers = { 'accept-encoding': 'identity', ...range };
      const download = await session.open(url, repository, 'pull', { headers, limit: size });
      const { status, url: last } = download;
      if (status === 404) {
        throw new PkgError('PKG_IMAGE_INVALID', `the image ${printable(fullImageName(name), 300)} is incomplete`, {
          notes: [`the registry does not have ${digest}`],
          hints: ['push the image again'],
        });
      }
      if (status !== 200 && status !== 206) {
        throw refused({ status, headers: {}, url: last, body: Buffer.alloc(0) }, url, repository);
      }
      const body = withTranslatedErrors(download.body, (error) => unreachable(error, last));
      return status === 206 ? body : skipBytes(body, from);
    },
  };
}

/** The same stream, with its errors as {@link PkgError}s. */
async function* withTranslatedErrors(
  body: AsyncIterable<Buffer>,
  translate: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw translate(error);
  }
}

/** Skips the first bytes of a stream, for servers that send the whole blob where a part was asked for. */
async function* skipBytes(body: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const chunk of body) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/**
 * Images of a layout folder, by the names that its index gives them in `io.containerd.image.name` or
 * `org.opencontainers.image.ref.name`, or by digest.
 *
 * @throws {PkgError} `PKG_FILE_UNREADABLE`, `PKG_IMAGE_INVALID` for a folder that is not a layout
 */
export function layoutSource(folder: string): ImageSource {
  const index = jsonObject(readPart(folder, 'index.json', MAX_MANIFEST), join(folder, 'index.json'));
  const version = jsonObject(readPart(folder, 'oci-layout', 1 << 16), join(folder, 'oci-layout'));
  if (textField(version, 'imageLayoutVersion') !== '1.0.0') {
    throw new PkgError('PKG_IMAGE_INVALID', `${printable(folder)} is not an OCI image layout of version 1.0.0`, {
      hints: ['give the folder of such a layout'],
    });
  }
  const named = new Map<string, string>();
  for (const item of listField(index, 'manifests')) {
    const annotations = fieldOf(item, 'annotations');
    for (const key of ['org.opencontainers.image.ref.name', 'io.containerd.image.name']) {
      const name = parseImageName(textField(annotations, key));
      if (name !== undefined) named.set(fullImageName(name), textField(item, 'digest'));
    }
  }
  const resolve = async (name: ImageName): Promise<string> => {
    const full = fullImageName(name);
    const digest = name.digest || named.get(full);
    if (digest !== undefined && isDigest(digest)) return digest;
    const has = [...named.keys()].slice(0, 20).map((one) => `it has ${printable(one, 300)}`);
    throw noImage(full, `${folder} does not have it`, has);
  };
  return {
    resolve,
    async manifest(name) {
      const digest = await resolve(name);
      const bytes = readPart(folder, blobPath(digest), MAX_MANIFEST);
      checkDigest(bytes, digest, join(folder, blobPath(digest)));
      return manifestOf(bytes, '', digest, fullImageName(name));
    },
    async blob(_name, { digest }, from) {
      const path = join(folder, blobPath(digest));
      return withTranslatedErrors(createReadStream(path, { fd: openBlob(path), start: from }), (cause) =>
        unreadable(path, `cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause),
      );
    },
  };
}

/** Where a layout has a blob. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function readPart(folder: string, name: string, limit: number): Buffer {
  const path = join(folder, name);
  try {
    return readRegularFile(path, limit);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw unreadable(path, cause.reason, cause);
  }
}

function openBlob(path: string): number {
  try {
    return openRegularFile(path);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw unreadable(path, cause.reason, cause);
  }
}

function unreadable(path: string, reason: string, cause: unknown): PkgError {
  return new PkgError('PKG_FILE_UNREADABLE', `${printable(path)} ${reason}`, {
    hints: ['give the folder of an OCI image layout that holds all parts of the images'],
    cause,
  });
}

function manifestOf(bytes: Buffer, stated: string, digest: string, location: string): Manifest {
  const json = jsonObject(bytes, location);
  // Manifests of the OCI specification need not have a media type.
  const own = textField(json, 'mediaType');
  const guessed = Array.isArray(getOwn(json, 'manifests')) ? OCI_INDEX : OCI_MANIFEST;
  const mediaType = own || (stated.includes('manifest') || stated.includes('index') ? stated : guessed);
  if (!INDEX_TYPES.includes(mediaType) && !MANIFEST_TYPES.includes(mediaType)) {
    throw new PkgError('PKG_IMAGE_INVALID', `${printable(location, 300)} is not an image`, {
      notes: [`its manifest is of the type ${printable(mediaType, 100)}`],
      hints: ['check that the name is that of an image'],
    });
  }
  return { mediaType, digest: digest || digestOf(bytes), bytes };
}

/** A JSON object. @throws {PkgError} `PKG_IMAGE_INVALID` for anything else */
export function jsonObject(bytes: Uint8Array, location: string): JsonObject {
  const value = tryParseJson(bytes);
  if (isJsonObject(value)) return value;
  throw new PkgError('PKG_IMAGE_INVALID', `${printable(location, 300)} is not a JSON object`, {
    hints: ['check that the name is that of an image'],
  });
}

function noImage(name: string, why: string, notes: readonly string[] = []): PkgError {
  return new PkgError('PKG_IMAGE_NOT_FOUND', `there is no image ${printable(name, 300)}: ${printable(why, 200)}`, {
    notes,
    hints: ['check the name and the tag'],
  });
}
