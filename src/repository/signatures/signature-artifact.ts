/** What registries hold that may be a signature, before anything of it is verified. */
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';

export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const BUNDLE_TYPES: readonly string[] = [BUNDLE_TYPE, 'application/vnd.dev.sigstore.bundle+json;version=0.3'];

/** Of a signed text, with the signature in annotations. */
export const SIMPLE_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** What the config of an artifact is that has none. */
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/** Is this the media type of a bundle, by one of its names? */
export function isBundleType(type: string): boolean {
  return BUNDLE_TYPES.includes(type);
}

/** The most bytes that a bundle or a signed text may have. */
export const MAX_SIGNATURE: number = 1 << 20;
/** So many signatures of one artifact are looked at: a tag has all that there are, a bundle stands alone. */
export const MOST_LAYERS: Readonly<Record<SignatureArtifact['form'], number>> = { tag: 64, referrer: 4 };

/** What lies in a registry beside a chart: a manifest, and the content that it names. */
export type SignatureArtifact = {
  /** Is it found by the tag `sha256-HEX.sig`, or as what refers to the chart? */
  form: 'tag' | 'referrer';
  manifest: Buffer;
  /** By their digests, which were checked. */
  blobs: ReadonlyMap<string, Buffer>;
};

/** The content that a manifest names: its config, and as many of its layers as are looked at. */
export function blobsOf(manifest: Buffer, form: SignatureArtifact['form']): { digest: string; size: number }[] {
  const json = parsed(manifest);
  const all = [fieldOf(json, 'config'), ...listField(json, 'layers').slice(0, MOST_LAYERS[form])];
  return all.flatMap((item) => {
    const size = fieldOf(item, 'size');
    const digest = textField(item, 'digest');
    return digest === '' ? [] : [{ digest, size: typeof size === 'number' ? size : 0 }];
  });
}

/** Is a signature among what a manifest names? Much else refers to charts: lists of their parts, results of scans. */
export function namesSignature(manifest: Buffer): boolean {
  const types = listField(parsed(manifest), 'layers').map((layer) => textField(layer, 'mediaType'));
  return types.some((type) => type === SIMPLE_TYPE || isBundleType(type));
}

/** Is all there that a manifest names, so that it can be written elsewhere? */
export function isWhole({ manifest, blobs }: SignatureArtifact): boolean {
  const json = parsed(manifest);
  const named = [fieldOf(json, 'config'), ...listField(json, 'layers')];
  return named.every((one) => blobs.has(textField(one, 'digest')));
}

/** JSON that somebody else wrote; undefined for what is none. */
export function parsed(bytes: Buffer): Json | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}
