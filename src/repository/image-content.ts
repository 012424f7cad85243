/** What images are made of: manifests, lists of manifests, and the blobs that they name. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { fieldOf, listField, textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import { isDigest } from './digest.ts';
import { jsonObject } from './image-source.ts';
import type { Manifest } from './image-source.ts';
import { INDEX_TYPES } from './oci.ts';
import type { Descriptor } from './oci.ts';

/** The most manifests of an image, and how deep lists of manifests may be nested. */
const MAX_MANIFESTS = 500;
const MAX_DEPTH = 4;

/**
 * Media types of layers that may not be distributed, such as those of Windows. Registries do not have them; a node gets them
 * from the addresses that the manifest names.
 */
const FOREIGN =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.diff\.|oci\.image\.layer\.nondistributable\.v1\.)tar\b/;

/** All manifests of an image, each after those that it names, and all blobs that registries have. */
export type ImageContent = { manifests: Manifest[]; blobs: Descriptor[] };

/**
 * Reads all manifests of an image.
 *
 * @param root the manifest that the image's name leads to
 * @param read reads the manifest with a digest
 * @throws {PkgError} `PKG_IMAGE_INVALID`, and what `read` throws
 */
export async function readImage(
  root: Manifest,
  location: string,
  read: (digest: string) => Promise<Manifest>,
): Promise<ImageContent> {
  const manifests = new Map<string, Manifest>();
  const blobs = new Map<string, Descriptor>();
  const visited = new Set<string>();
  const visit = async (manifest: Manifest, depth: number): Promise<void> => {
    if (visited.has(manifest.digest)) return;
    visited.add(manifest.digest);
    if (!manifest.digest.startsWith('sha256:')) {
      throw invalid(location, 'has a manifest with another digest than a SHA-256');
    }
    if (depth > MAX_DEPTH || visited.size > MAX_MANIFESTS) {
      throw invalid(location, 'has too many manifests, or manifests that are nested too deeply');
    }
    const json = jsonObject(manifest.bytes, location);
    if (INDEX_TYPES.includes(manifest.mediaType)) {
      for (const { digest } of partsOf(listField(json, 'manifests'), location))
        await visit(await read(digest), depth + 1);
    } else {
      const layers = listField(json, 'layers').filter((layer) => !FOREIGN.test(textField(layer, 'mediaType')));
      const parts = partsOf([fieldOf(json, 'config') ?? null, ...layers], location);
      for (const part of parts) addBlob(blobs, part, location);
    }
    manifests.set(manifest.digest, manifest);
  };
  await visit(root, 0);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()] };
}

/**
 * Adds a blob to those that are known.
 *
 * @throws {PkgError} `PKG_IMAGE_INVALID` where two manifests give different sizes for it
 */
export function addBlob(blobs: Map<string, Descriptor>, blob: Descriptor, location: string): void {
  const known = blobs.get(blob.digest);
  if (known !== undefined && known.size !== blob.size) {
    throw invalid(location, 'has two sizes for one blob', [`${blob.digest}: ${known.size} and ${blob.size}`]);
  }
  blobs.set(blob.digest, blob);
}

function partsOf(items: readonly Json[], location: string): Descriptor[] {
  return items.map((item) => {
    const digest = textField(item, 'digest');
    const size = fieldOf(item, 'size');
    const isWhole = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
    // The specification allows SHA-512 too, but no image in use has it.
    if (isWhole && isDigest(digest) && digest.startsWith('sha256:')) return { digest, size };
    throw invalid(location, 'has content without a digest or size');
  });
}

function invalid(location: string, what: string, notes: readonly string[] = []): PkgError {
  return new PkgError('PKG_IMAGE_INVALID', `the image ${printable(location, 300)} ${what}`, {
    notes,
    hints: ['build and push the image again'],
  });
}
