/** Writes bundles. The same charts and images give the same bytes. */
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { TAR_END, tarHeader, tarPadding } from '../chart/tar.ts';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { removeAtEnd } from '../ending.ts';
import { refuseDevice, removeAbandoned, TEMPORARY, temporaryName, unwritable } from '../files.ts';
import { makeFolder } from '../folders.ts';
import { fullImageName } from '../image-name.ts';
import type { ImageName } from '../image-name.ts';
import { printJson } from '../yaml/json.ts';
import { toPlain } from '../yaml/value.ts';
import type { JsonObject } from '../yaml/value.ts';
import { BUNDLE_FILE } from './bundle-file.ts';
import { BUNDLE_FORMAT, BUNDLE_NAMES } from './bundle.ts';
import { digestOf } from './digest.ts';
import { addBlob, readImage } from './image-content.ts';
import { blobPath } from './image-source.ts';
import type { ImageSource, Manifest } from './image-source.ts';
import { OCI_INDEX } from './oci.ts';
import type { Descriptor } from './oci.ts';
import type { SignatureArtifact } from './signatures/signature-artifact.ts';
import type { Tell } from './change-file.ts';

/** A chart that goes into a bundle, and where it came from. */
export type ChartToBundle = {
  chart: Chart;
  archive: Uint8Array;
  provenance: Uint8Array | undefined;
  origin: string;
  /** The manifest that is signed in a registry, and its signatures; undefined for a chart without signatures. */
  signed: SignedManifest | undefined;
};

/** The bytes of a chart's manifest and config in the registry, and the signatures of the manifest. */
export type SignedManifest = { manifest: Buffer; config: Buffer; signatures: readonly SignatureArtifact[] };

/** What a bundle is made of. */
export type BundleInput = {
  charts: readonly ChartToBundle[];
  images: readonly ImageName[];
  source: ImageSource;
  /** The time of all files. */
  modified: Date;
  tell: Tell;
};

/** The images that were written, and the size of the bundle in bytes. */
export type Written = { images: { name: string; digest: string }[]; size: number };

/** How often in a row a download may fail without receiving a byte. */
const MAX_LOST = 5;

const MIB = 2 ** 20;

type FoundImage = { name: ImageName; root: Manifest };
type BlobToCopy = Descriptor & { name: ImageName };

/**
 * Writes a bundle under a temporary name and renames it when it is complete. Images are copied piece by piece, and never
 * held in memory whole. A run that is ended leaves nothing, and what killed ones left is removed by a later one.
 *
 * @throws {PkgError} what reading the images throws, the errors of several together; `PKG_DIGEST_MISMATCH`;
 *   `PKG_FILE_UNWRITABLE`
 */
export async function writeBundle(path: string, input: BundleInput): Promise<Written> {
  const { charts, modified, tell } = input;
  checkNames(charts);
  refuseDevice(path);
  const { images, manifests, blobs } = await readImages(input);
  const files = charts.toSorted((a, b) => (fileOf(a) < fileOf(b) ? -1 : 1));
  const temporary = temporaryName(path);
  let handle: FileHandle | undefined;
  const keep = removeAtEnd(temporary);
  try {
    makeFolder(dirname(path));
    removeAbandoned(dirname(path), { test: (name) => TEMPORARY.exec(name)?.[1] === basename(path) });
    handle = await open(temporary, 'wx', 0o644);
    const tar = new TarFile(handle, modified);
    await tar.file(BUNDLE_FILE, jsonBytes(contentsOf(files, images, modified)));
    for (const one of files) {
      await tar.file(fileOf(one), one.archive);
      if (one.provenance !== undefined) await tar.file(`${fileOf(one)}.prov`, one.provenance);
    }
    if (images.length > 0) {
      await tar.file('oci-layout', jsonBytes({ imageLayoutVersion: '1.0.0' }));
      await tar.file('index.json', jsonBytes(indexOf(images)));
    }
    const signed = signedBlobs(files);
    for (const digest of [...manifests.keys(), ...blobs.keys()]) signed.delete(digest);
    const parts = [...manifests.values(), ...blobs.values(), ...signed.values()].sort((a, b) =>
      a.digest < b.digest ? -1 : 1,
    );
    for (const part of parts) {
      if ('bytes' in part) await tar.file(blobPath(part.digest), part.bytes);
      else await copyBlob(tar, part, input.source, tell);
    }
    const size = await tar.end();
    await handle.close();
    handle = undefined;
    await rename(temporary, path);
    return { images: images.map(({ name, root }) => ({ name: fullImageName(name), digest: root.digest })), size };
  } catch (cause) {
    await handle?.close().catch(() => undefined);
    await rm(temporary, { force: true }).catch(() => undefined);
    if (cause instanceof PkgError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw unwritable(path, cause);
  } finally {
    keep();
  }
}

/**
 * @throws {PkgError} `PKG_CHART_INVALID` for a name that no file of a bundle can have, `PKG_USAGE` for a chart that is
 *   given twice
 */
function checkNames(charts: readonly ChartToBundle[]): void {
  const seen = new Set<string>();
  for (const one of charts) {
    const file = fileOf(one);
    const shown = printable(file.slice('charts/'.length), 200);
    if (!BUNDLE_NAMES.test(file))
      throw new PkgError('PKG_CHART_INVALID', `a bundle cannot hold a file named ${shown}`, {
        hints: ['use letters, digits, `.`, `_`, `+` and `-` in the name of the chart'],
      });
    if (seen.has(file))
      throw new PkgError('PKG_USAGE', `two of the charts are ${shown}`, { hints: ['give each once'] });
    seen.add(file);
  }
}

/** Reads the manifests of all images. Errors are collected, so that all missing images are reported at once. */
async function readImages({
  images: names,
  source,
}: BundleInput): Promise<{ images: FoundImage[]; manifests: Map<string, Manifest>; blobs: Map<string, BlobToCopy> }> {
  const images: FoundImage[] = [];
  const manifests = new Map<string, Manifest>();
  const blobs = new Map<string, BlobToCopy>();
  const sizes = new Map<string, Descriptor>();
  const errors: PkgError[] = [];
  for (const name of names) {
    const full = fullImageName(name);
    try {
      const root = await source.manifest(name);
      const content = await readImage(root, full, (digest) => source.manifest({ ...name, tag: '', digest }));
      for (const manifest of content.manifests) manifests.set(manifest.digest, manifest);
      for (const blob of content.blobs) {
        addBlob(sizes, blob, full);
        if (!blobs.has(blob.digest)) blobs.set(blob.digest, { ...blob, name });
      }
      images.push({ name, root });
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      errors.push(error);
    }
  }
  throwTogether(errors, (count) => `${count} images cannot be read`);
  for (const digest of manifests.keys()) blobs.delete(digest);
  return { images, manifests, blobs };
}

/** Copies a blob into the archive; after a lost connection the download continues at the next byte. */
async function copyBlob(tar: TarFile, blob: BlobToCopy, source: ImageSource, tell: Tell): Promise<void> {
  const { name, digest, size } = blob;
  const shown = printable(fullImageName(name), 300);
  const hash = createHash('sha256');
  await tar.header(blobPath(digest), size);
  let at = 0;
  for (let lost = 0; at < size;) {
    const before = at;
    try {
      for await (const chunk of await source.blob(name, blob, at)) {
        at += chunk.length;
        if (at > size) break;
        hash.update(chunk);
        await tar.write(chunk);
        if (size >= MIB) tell(`${Math.floor(at / MIB)} of ${Math.floor(size / MIB)} MiB of ${shown}`);
      }
    } catch (error) {
      if (!(error instanceof PkgError) || error.code !== 'PKG_REPOSITORY_UNREACHABLE') throw error;
      lost = at > before ? 0 : lost + 1;
      if (lost > MAX_LOST) throw error;
      continue;
    }
    // The download ended without an error and without a new byte: the blob is shorter than its manifest says.
    if (at !== before && at < size) continue;
    break;
  }
  const found = `sha256:${hash.digest('hex')}`;
  if (at !== size || found !== digest) {
    throw new PkgError('PKG_DIGEST_MISMATCH', `a part of the image ${shown} is not what its manifest says`, {
      notes: at === size ? [`expected ${digest}`, `got      ${found}`] : [`${digest} has not ${size} bytes`],
      hints: ['try again, then ask the operator of the registry: it was damaged there or in transit'],
    });
  }
  await tar.write(tarPadding(size));
}

/** A tar archive that is written from its beginning to its end. */
class TarFile {
  readonly #handle: FileHandle;
  readonly #modified: Date;
  #size = 0;

  constructor(handle: FileHandle, modified: Date) {
    this.#handle = handle;
    this.#modified = modified;
  }

  async file(name: string, bytes: Uint8Array): Promise<void> {
    await this.header(name, bytes.length);
    await this.write(bytes);
    await this.write(tarPadding(bytes.length));
  }

  async header(name: string, size: number): Promise<void> {
    for (const part of tarHeader(name, size, this.#modified)) await this.write(part);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length;) at += (await this.#handle.write(bytes, at)).bytesWritten;
  }

  async end(): Promise<number> {
    await this.write(TAR_END);
    return this.#size;
  }
}

/** The manifests and blobs of all signatures, by their digests. */
function signedBlobs(charts: readonly ChartToBundle[]): Map<string, { digest: string; bytes: Buffer }> {
  const all = charts.flatMap(({ signed }) =>
    signed === undefined
      ? []
      : [
          signed.manifest,
          signed.config,
          ...signed.signatures.flatMap(({ manifest, blobs }) => [manifest, ...blobs.values()]),
        ],
  );
  return new Map(all.map((bytes) => [digestOf(bytes), { digest: digestOf(bytes), bytes }]));
}

/** Where a bundle has the archive of a chart. */
function fileOf({ chart }: ChartToBundle): string {
  return `charts/${chart.metadata.name}-${chart.metadata.version}.tgz`;
}

function contentsOf(charts: readonly ChartToBundle[], images: readonly FoundImage[], modified: Date): JsonObject {
  return {
    formatVersion: BUNDLE_FORMAT,
    created: modified.toISOString().replace('.000Z', 'Z'),
    charts: charts.map((one) => ({
      name: one.chart.metadata.name,
      version: one.chart.metadata.version,
      appVersion: one.chart.metadata.appVersion,
      file: fileOf(one),
      digest: digestOf(one.archive),
      ...(one.provenance === undefined ? {} : { provenance: `${fileOf(one)}.prov` }),
      origin: one.origin,
      ...(one.signed === undefined
        ? {}
        : {
            manifest: digestOf(one.signed.manifest),
            signatures: one.signed.signatures.map(({ form, manifest }) => ({ form, digest: digestOf(manifest) })),
          }),
      ...(one.chart.lock === null ? {} : { lock: toPlain(one.chart.lock) }),
    })),
    images: images.map(({ name, root }) => ({
      name: fullImageName(name),
      mediaType: root.mediaType,
      digest: root.digest,
    })),
  };
}

/** The index of the OCI layout, in which other programs, such as skopeo, find the images. */
function indexOf(images: readonly FoundImage[]): JsonObject {
  return {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: images.map(({ name, root }) => ({
      mediaType: root.mediaType,
      digest: root.digest,
      size: root.bytes.length,
      annotations: {
        'io.containerd.image.name': fullImageName(name),
        'org.opencontainers.image.ref.name': fullImageName(name),
      },
    })),
  };
}

function jsonBytes(value: JsonObject): Buffer {
  return Buffer.from(`${printJson(value, 2)}\n`);
}
