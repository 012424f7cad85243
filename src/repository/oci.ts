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

/** The version that a tag stands for: the inverse of {@link tagOf}. */
export function versionOfTag(tag: string): string {
  return tag.replaceAll('_', '+');
}
