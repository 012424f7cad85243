/**
 * Terms of the OCI specifications that charts, images and signatures share: media types, descriptors, tags.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/media-types.md
 */

/** A blob or a manifest as another manifest names it. */
export type Descriptor = { digest: string; size: number };

/** Media types of a manifest, and of an index of manifests. */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** All media types of manifests, and of indexes, which hold the manifests of an image for several platforms. */
export const MANIFEST_TYPES: readonly string[] = [OCI_MANIFEST, 'application/vnd.docker.distribution.manifest.v2+json'];
export const INDEX_TYPES: readonly string[] = [OCI_INDEX, 'application/vnd.docker.distribution.manifest.list.v2+json'];

/** Media types of the parts of a chart. */
export const CHART_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
export const CHART_CONTENT = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
export const CHART_PROVENANCE = 'application/vnd.cncf.helm.chart.provenance.v1.prov';

/** The most bytes of a manifest; registries take no larger ones. */
export const MAX_MANIFEST: number = 4 << 20;

/** The tag of a version: `_` in place of `+`, which tags cannot hold. */
export function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

/**
 * What Helm prints of a chart that it took from a registry or put there.
 *
 * @param reference `HOST/PATH:TAG` or `HOST/PATH@DIGEST`
 */
export function transferredText(done: 'Pulled' | 'Pushed', reference: string, digest: string): string {
  const text = `${done}: ${reference}\nDigest: ${digest}\n`;
  const explained = done === 'Pulled' ? reference : reference.slice(reference.lastIndexOf('/'));
  return explained.includes('_') ? `${text}${reference} contains an underscore.\n${ABOUT_UNDERSCORES}` : text;
}

const ABOUT_UNDERSCORES = `
OCI artifact references (e.g. tags) do not support the plus sign (+). To support
storing semantic versions, Helm adopts the convention of changing plus (+) to
an underscore (_) in chart version tags when pushing to a registry and back to
a plus (+) when pulling from a registry.
`;

/** The version that a tag stands for: the inverse of {@link tagOf}. */
export function versionOfTag(tag: string): string {
  return tag.replaceAll('_', '+');
}
