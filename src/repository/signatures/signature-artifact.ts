/** Artifacts in registries that may be signatures, before anything of them is verified. */
import { tryParseJson } from '../../yaml/json.ts';
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Descriptor } from '../oci.ts';

/** The media type of a Sigstore bundle, as cosign writes it. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const BUNDLE_TYPES: readonly string[] = [BUNDLE_TYPE, 'application/vnd.dev.sigstore.bundle+json;version=0.3'];

/** The media type of a signed text, whose signature is in annotations. */
export const SIMPLE_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** The media type of the config of an artifact that has none. */
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/** Is this the media type of a bundle, by one of its names? */
export function isBundleType(type: string): boolean {
  return BUNDLE_TYPES.includes(type);
}

/** The most bytes that a bundle or a signed text may have. */
export const MAX_SIGNATURE: number = 1 << 20;
/** How many signatures of one artifact are read: a tag holds all signatures of the older form, a bundle one. */
export const MAX_LAYERS: Readonly<Record<SignatureArtifact['form'], number>> = { tag: 64, referrer: 4 };

/** An artifact beside a chart: its manifest, and the blobs that it names. */
export type SignatureArtifact = {
  /** Whether it was found by the tag `sha256-HEX.sig` or as a referrer of the chart. */
  form: 'tag' | 'referrer';
  manifest: Buffer;
  /** The blobs by their digests, which were checked. */
  blobs: ReadonlyMap<string, Buffer>;
};

/** Digests and sizes of a manifest's config and of those of its layers that are read. */
export function blobsOf(manifest: Buffer, form: SignatureArtifact['form']): Descriptor[] {
  const json = tryParseJson(manifest);
  const all = [fieldOf(json, 'config'), ...listField(json, 'layers').slice(0, MAX_LAYERS[form])];
  return all.flatMap((item) => {
    const size = fieldOf(item, 'size');
    const digest = textField(item, 'digest');
    return digest === '' ? [] : [{ digest, size: typeof size === 'number' ? size : 0 }];
  });
}

/** Does a manifest name a signature? Other artifacts refer to charts too, such as SBOMs and scan results. */
export function namesSignature(manifest: Buffer): boolean {
  const types = listField(tryParseJson(manifest), 'layers').map((layer) => textField(layer, 'mediaType'));
  return types.some((type) => type === SIMPLE_TYPE || isBundleType(type));
}

/** Are all blobs of the manifest here, so that it can be copied? */
export function isWhole({ manifest, blobs }: SignatureArtifact): boolean {
  const json = tryParseJson(manifest);
  const named = [fieldOf(json, 'config'), ...listField(json, 'layers')];
  return named.every((one) => blobs.has(textField(one, 'digest')));
}
