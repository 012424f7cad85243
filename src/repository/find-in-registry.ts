/** Finds charts in OCI registries: the manifest that a reference and a version lead to. */
import { posix } from 'node:path';
import { parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { algorithmOf, digestOf } from './digest.ts';
import { noVersion } from './found-chart.ts';
import type { FoundChart } from './found-chart.ts';
import { pickVersion } from './index-file.ts';
import { tagOf, versionOfTag } from './oci.ts';
import { archiveInRegistry, namedInRegistry } from './remote-archive.ts';
import type { RegistryLocation } from './remote-archive.ts';
import { ifFound, tagsNote, taggedVersions } from './registry.ts';
import type { ChartManifest, TaggedReference } from './registry.ts';
import type { Remotes } from './remotes.ts';
import { shownText } from './urls.ts';

/**
 * Finds the chart of a reference in a registry.
 *
 * @param wanted a version, or a constraint; empty for any
 * @throws {PkgError} `PKG_CHART_VERSION_NOT_FOUND`, `PKG_DIGEST_MISMATCH`, `PKG_USAGE` for a version that contradicts the
 *   tag, and the errors of a registry that cannot be read
 */
export async function findInRegistry(
  reference: TaggedReference,
  wanted: string,
  remotes: Remotes,
): Promise<FoundChart> {
  const { version, manifest } = await resolveInRegistry(reference, wanted, remotes);
  return describeInRegistry(reference, namedInRegistry(reference, tagOf(version)), manifest, remotes);
}

/** A chart in a registry, found by its manifest. */
export function describeInRegistry(
  reference: TaggedReference,
  chart: RegistryLocation['chart'],
  manifest: ChartManifest,
  remotes: Remotes,
): FoundChart {
  const { digest } = reference;
  const { tag, name } = chart;
  const version = versionOfTag(tag);
  const shownTag = reference.tag || tag;
  const shown = `oci://${reference.host}/${reference.path}${shownTag === '' ? '' : `:${shownTag}`}`;
  const fileName = tag === '' ? `${name}@${manifest.root.digest.replace(':', '-')}.tgz` : `${name}-${version}.tgz`;
  const location = printable(shown + (digest === '' ? '' : `@${digest}`));
  const archive = archiveInRegistry({ reference, manifest, chart, fileName, location }, remotes);
  const repository = `oci://${reference.host}/${reference.path}`;
  return {
    fetch: archive.fetch,
    fetchProvenance: archive.fetchProvenance,
    inRegistry: { ...archive, manifest, byDigest: digest !== '' },
    fileName,
    location,
    version,
    digest: manifest.root.digest,
    source: { reference: shown, digest: manifest.root.digest, version, repository, name },
  };
}

/** A manifest and its version, which is empty where only a digest was given. */
type InRegistry = { version: string; manifest: ChartManifest };

/**
 * Resolves a reference to a manifest. A digest decides; a tag or version beside it only has to lead to the same manifest.
 * As in Helm, an exact version is used as the tag without listing tags, which registries do not allow to everybody.
 *
 * @throws {PkgError} as {@link findInRegistry} does
 */
export async function resolveInRegistry(
  reference: TaggedReference,
  wanted: string,
  remotes: Remotes,
): Promise<InRegistry> {
  const registry = remotes.registry();
  const { digest } = reference;
  const tag = tagFor(reference, wanted);
  const version = versionOfTag(tag);
  if (digest !== '') {
    const named = tag === '' ? undefined : await ifFound(registry.resolve(reference, tag));
    // As in Helm the tag may be gone. Then the version is unknown.
    if (named === undefined) return { version: '', manifest: await registry.resolve(reference, digest) };
    checkTag(tag, named, digest);
    return { version, manifest: named };
  }
  if (reference.tag !== '') return { version, manifest: await registry.resolve(reference, tag) };
  const manifest = tag === '' ? undefined : await ifFound(registry.resolve(reference, tag));
  if (manifest !== undefined) return { version, manifest };
  // `1.2` may be the tag of a version; if there is no such tag, it is a range.
  const listed = await listedVersion(reference, wanted, tag, remotes);
  return { version: listed, manifest: await registry.resolve(reference, tagOf(listed)) };
}

/** The tag of a reference or exact version; empty where tags have to be listed to find it. */
function tagFor({ host, path, tag }: TaggedReference, wanted: string): string {
  if (tag === '') return parseVersion(wanted) === undefined ? '' : tagOf(wanted);
  const tagged = versionOfTag(tag);
  if (wanted === '' || wanted === tagged || pickVersion([{ version: tagged }], wanted) !== undefined) return tag;
  const shown = shownText(`oci://${host}/${path}`);
  throw new PkgError(
    'PKG_USAGE',
    `${shown} has the tag ${printable(tag, 60)}, and --version is ${printable(wanted, 60)}`,
    { hints: ['give the version once'] },
  );
}

/** @param tag the tag of an exact version, which the registry does not have; empty for a range */
async function listedVersion(
  reference: TaggedReference,
  wanted: string,
  tag: string,
  remotes: Remotes,
): Promise<string> {
  const name = posix.basename(reference.path);
  const shown = shownText(`oci://${reference.host}/${reference.path}`);
  let tags: string[];
  try {
    tags = await remotes.registry().tags(reference);
  } catch (error) {
    // A login may be allowed to read a chart and not to list its tags.
    const isMissing = tag !== '' && error instanceof PkgError && error.code !== 'PKG_CHART_VERSION_NOT_FOUND';
    throw isMissing ? noVersion(name, wanted, shown, []) : error;
  }
  const versions = taggedVersions(tags).map((version) => ({ version }));
  const found = pickVersion(versions, wanted);
  if (found !== undefined) return found.version;
  throw noVersion(name, wanted, shown, versions, { notes: tagsNote(tags) });
}

/** Checks that a tag beside a digest has this digest: people read the tag, but the digest is what is fetched. */
function checkTag(tag: string, { root }: ChartManifest, digest: string): void {
  const named = digestOf(root.bytes, algorithmOf(digest));
  if (named === digest) return;
  throw new PkgError('PKG_DIGEST_MISMATCH', `the tag ${printable(tag, 60)} does not name this digest`, {
    notes: [`expected ${digest}`, `got      ${named}`],
    hints: ['leave out the digest to take what the tag names now, or leave out the tag: it was moved'],
  });
}
