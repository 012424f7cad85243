/**
 * Reads bundles: a tar file with charts, and images as an OCI image layout. `docs/air-gap.md` describes the format.
 * Nothing is unpacked: each part is read at its offset in the file and checked against its digest.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { MAX_CHART } from '../chart/limits.ts';
import { readChartArchive } from '../chart/load.ts';
import { scanTar } from '../chart/tar.ts';
import type { TarSpan } from '../chart/tar.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseImageName } from '../image-name.ts';
import { FileReadError, openRegularFile } from '../read-file.ts';
import { tryParseJson } from '../yaml/json.ts';
import { getOwn, isJsonObject, listField, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import { BUNDLE_FILE } from './bundle-file.ts';
import { digestOf } from './digest.ts';
import { readImage } from './image-content.ts';
import type { ImageContent } from './image-content.ts';
import { blobPath } from './image-source.ts';
import type { Manifest } from './image-source.ts';
import { INDEX_TYPES, MANIFEST_TYPES, MAX_MANIFEST, OCI_MANIFEST } from './oci.ts';
import { chartManifest } from './registry.ts';
import type { ChartManifest } from './registry.ts';
import { MAX_PROVENANCE } from './remotes.ts';
import { blobsOf, MAX_SIGNATURE } from './signatures/signature-artifact.ts';
import type { SignatureArtifact } from './signatures/signature-artifact.ts';
import type { Tell } from './change-file.ts';

/** The version of the format of bundles, which a bundle names. */
export const BUNDLE_FORMAT = 1;

/** The only names that files of a bundle may have: none of them leads out of a folder. */
export const BUNDLE_NAMES: RegExp =
  /^(?:bundle\.json|oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64}|charts\/[\w.+-]+\.tgz(?:\.prov)?)$/;
const MAX_FILES = 100_000;
const MAX_CONTENTS = 16 << 20;
const PIECE = 1 << 20;

/** A chart of a bundle. `provenance` is empty without one, and `manifest` if the bundle has no signatures of the chart. */
export type BundleChart = {
  name: string;
  version: string;
  file: string;
  digest: string;
  provenance: string;
  manifest: string;
  signatures: readonly { form: SignatureArtifact['form']; digest: string }[];
};

/** An image of a bundle, by its whole name, and its manifest. */
export type BundleImage = { name: string; mediaType: string; digest: string };

/** A bundle that is open for reading. */
export class Bundle {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #files: ReadonlyMap<string, TarSpan>;
  readonly charts: readonly BundleChart[];
  readonly images: readonly BundleImage[];
  /** When it was made: the creation time of charts that are pushed from it. */
  readonly created: Date;

  /**
   * Opens a bundle, reads its table of contents, and checks that every file that it names is in the bundle.
   *
   * @throws {PkgError} `PKG_BUNDLE_INVALID`, `PKG_FILE_UNREADABLE`
   */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openFile(path);
    try {
      this.#files = this.#scan();
      const contents = this.#contents();
      const version = getOwn(contents, 'formatVersion');
      if (version !== BUNDLE_FORMAT) {
        throw invalid(path, `its format is ${printable(String(version), 20)}, and this pkg knows ${BUNDLE_FORMAT}`);
      }
      this.created = new Date(textField(contents, 'created'));
      if (Number.isNaN(this.created.getTime())) throw invalid(path, 'it does not say when it was made');
      this.charts = listField(contents, 'charts').map((item) => this.#chartOf(item));
      this.images = listField(contents, 'images').map((item) => this.#imageOf(item));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * The archive of a chart. Name and version in the table of contents are not signed, and are compared with those in the
   * archive: a signed chart could go by the name of another, or an old version by that of a new one.
   *
   * @throws {PkgError} `PKG_BUNDLE_INVALID` where it is not what its digest says, or another chart; as `readChartArchive`
   */
  async archive({ file, digest, name, version }: BundleChart): Promise<Buffer> {
    const bytes = this.#whole(file, MAX_CHART);
    if (digestOf(bytes) !== digest) throw invalid(this.#path, `${printable(file)} is not what its digest says`);
    const { metadata } = await readChartArchive(bytes, file);
    if (metadata.name !== name || metadata.version !== version) {
      const held = printable(`${metadata.name} ${metadata.version}`, 200);
      throw invalid(this.#path, `${printable(file)} holds ${held}, and not ${printable(`${name} ${version}`, 200)}`);
    }
    return bytes;
  }

  /** The provenance of a chart; undefined where there is none. It has no digest, since it is signed itself. */
  provenance({ provenance }: BundleChart): Buffer | undefined {
    return provenance === '' ? undefined : this.#whole(provenance, MAX_PROVENANCE);
  }

  /**
   * The manifest and config that a chart had in its registry, with the signatures in the bundle, which are not verified
   * yet; undefined where the bundle has none.
   *
   * @throws {PkgError} `PKG_BUNDLE_INVALID` for content that does not match its digest, and a manifest of another archive
   */
  signed({
    file,
    digest,
    manifest,
    signatures,
  }: BundleChart): { manifest: ChartManifest; config: Buffer; artifacts: SignatureArtifact[] } | undefined {
    if (manifest === '') return undefined;
    const found = this.#manifest(manifest, file);
    if (found.chart.digest !== digest)
      throw invalid(this.#path, `the manifest of ${printable(file)} is of another archive`);
    const artifacts = signatures.map((one) => {
      const bytes = this.#checked(one.digest, MAX_MANIFEST);
      const names = blobsOf(bytes, one.form).filter((blob) => this.#files.has(blobPath(blob.digest)));
      const blobs = new Map(names.map((blob) => [blob.digest, this.#checked(blob.digest, MAX_SIGNATURE)]));
      return { form: one.form, manifest: bytes, blobs };
    });
    return { manifest: found, config: this.#checked(found.config.digest, MAX_MANIFEST), artifacts };
  }

  #manifest(digest: string, file: string): ChartManifest {
    const bytes = this.#checked(digest, MAX_MANIFEST);
    try {
      return chartManifest(bytes, new URL(`file:///${file}`));
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      throw invalid(this.#path, `${printable(digest, 100)} is not the manifest of a chart`);
    }
  }

  /** The bytes of a blob, checked against its digest. */
  #checked(digest: string, limit: number): Buffer {
    const bytes = this.#whole(blobPath(digest), limit);
    if (digestOf(bytes) !== digest) throw invalid(this.#path, `${printable(digest, 100)} is not what its digest says`);
    return bytes;
  }

  /** Reads a part of a blob. */
  readBlob(digest: string, at: number, length: number): Buffer {
    const place = this.#place(blobPath(digest));
    return this.#read(place.at + at, Math.min(length, place.size - at));
  }

  /**
   * An image, with all its manifests.
   *
   * @throws {PkgError} `PKG_BUNDLE_INVALID` for a missing part, or one that does not match its digest or size
   */
  async image({ name, mediaType, digest }: BundleImage): Promise<ImageContent & { root: Manifest }> {
    const manifest = (one: string, type: string): Manifest => {
      const bytes = this.#checked(one, MAX_MANIFEST);
      const own = /"mediaType"\s*:/.test(bytes.toString('latin1')) ? textField(tryParseJson(bytes), 'mediaType') : '';
      const known = [...INDEX_TYPES, ...MANIFEST_TYPES].find((one) => one === (own || type));
      if (known === undefined) throw invalid(this.#path, `${one} is not the manifest of an image`);
      return { mediaType: known, digest: one, bytes };
    };
    const root = manifest(digest, mediaType);
    const content = await readImage(root, name, async (one) => manifest(one, OCI_MANIFEST));
    for (const blob of content.blobs) {
      const { size } = this.#place(blobPath(blob.digest));
      if (size !== blob.size) throw invalid(this.#path, `${blob.digest} has another size than its manifest says`);
    }
    return { ...content, root };
  }

  /**
   * Checks that no part is missing and that every part matches its digest.
   *
   * @throws {PkgError} `PKG_BUNDLE_INVALID`
   */
  async check(tell: Tell): Promise<void> {
    for (const chart of this.charts) await this.archive(chart);
    for (const [name, { size }] of this.#files) {
      const expected = /^blobs\/sha256\/(.*)$/.exec(name)?.[1];
      if (expected === undefined) continue;
      tell(`checking ${name}`);
      const hash = createHash('sha256');
      for (let at = 0; at < size; at += PIECE) hash.update(this.readBlob(`sha256:${expected}`, at, PIECE));
      if (hash.digest('hex') !== expected) throw invalid(this.#path, `${name} is not what its digest says`);
    }
    for (const image of this.images) await this.image(image);
    for (const chart of this.charts) this.signed(chart);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #scan(): Map<string, TarSpan> {
    const files = new Map<string, TarSpan>();
    const { size } = fstatSync(this.#descriptor);
    const damaged = (reason: string): PkgError => invalid(this.#path, reason);
    for (const place of scanTar({ size, read: (at, length) => this.#read(at, length) }, damaged)) {
      const shown = printable(place.name, 100);
      if (files.size === 0 && place.name !== BUNDLE_FILE) throw damaged(`it does not begin with ${BUNDLE_FILE}`);
      if (place.type !== '0') throw damaged(`${shown} is not a plain file`);
      if (!BUNDLE_NAMES.test(place.name)) throw damaged(`${shown} does not belong in a bundle`);
      if (files.has(place.name)) throw damaged(`${shown} is in it twice`);
      if (files.size === MAX_FILES) throw damaged(`it holds more than ${MAX_FILES} files`);
      files.set(place.name, place);
    }
    return files;
  }

  #contents(): JsonObject {
    const bytes = this.#whole(BUNDLE_FILE, MAX_CONTENTS);
    const value = tryParseJson(bytes);
    if (isJsonObject(value)) return value;
    throw invalid(this.#path, `${BUNDLE_FILE} is not a JSON object`);
  }

  #chartOf(item: Json): BundleChart {
    const [name, version, file] = ['name', 'version', 'file'].map((key) => textField(item, key));
    const digest = textField(item, 'digest');
    const provenance = textField(item, 'provenance');
    if (!name || !version || !file?.startsWith('charts/') || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
      throw invalid(this.#path, `${BUNDLE_FILE} names a chart without name, version, file or digest`);
    }
    for (const one of [file, ...(provenance === '' ? [] : [provenance])]) this.#place(one);
    const manifest = textField(item, 'manifest');
    const signatures = listField(item, 'signatures').map((one) => ({
      form: textField(one, 'form') === 'tag' ? ('tag' as const) : ('referrer' as const),
      digest: textField(one, 'digest'),
    }));
    if (manifest !== '')
      for (const one of [manifest, ...signatures.map((each) => each.digest)]) this.#place(blobPath(one));
    return { name, version, file, digest, provenance, manifest, signatures };
  }

  #imageOf(item: Json): BundleImage {
    const [name = '', mediaType = '', digest = ''] = ['name', 'mediaType', 'digest'].map((key) => textField(item, key));
    if (parseImageName(name) === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
      throw invalid(this.#path, `${BUNDLE_FILE} names an image without a valid name or digest`);
    }
    this.#place(blobPath(digest));
    return { name, mediaType, digest };
  }

  #place(name: string): TarSpan {
    const place = this.#files.get(name);
    if (place === undefined) throw invalid(this.#path, `${printable(name, 100)} is missing`);
    return place;
  }

  #whole(name: string, limit: number): Buffer {
    const { at, size } = this.#place(name);
    if (size > limit) throw invalid(this.#path, `${printable(name, 100)} is larger than ${limit >> 20} MiB`);
    return this.#read(at, size);
  }

  #read(at: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const got = readSync(this.#descriptor, buffer, done, length - done, at + done);
      // The file became shorter while it was read.
      if (got === 0) return buffer.subarray(0, done);
      done += got;
    }
    return buffer;
  }
}

function openFile(path: string): number {
  try {
    return openRegularFile(path);
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(path)} ${cause.reason}`, {
      hints: ['give the file that `pkg bundle create` wrote'],
      cause,
    });
  }
}

function invalid(path: string, reason: string): PkgError {
  return new PkgError('PKG_BUNDLE_INVALID', `this bundle cannot be used: ${reason}`, {
    at: { file: path },
    hints: ['copy it again, or create it again with `pkg bundle`'],
  });
}
