/** Finds the archive of a chart by the reference that a user typed (helm v4, pkg/action/install.go, `LocateChart`). */
import { posix } from 'node:path';
import type { Chart, ChartSource } from '../chart/chart.ts';
import { readChartArchive } from '../chart/load.ts';
import { parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { algorithmOf, digestOf } from './digest.ts';
import { pickVersion } from './index-file.ts';
import type { IndexEntry } from './index-file.ts';
import type { Freshness, Remotes } from './remotes.ts';
import { archiveInRegistry, archiveInRepository, namedInRegistry, namesInRepository } from './remote-archive.ts';
import type { RegistryArchive, RegistryPlace, RemoteArchive } from './remote-archive.ts';
import { taggedReference } from './registry.ts';
import type { ChartManifest, TaggedReference } from './registry.ts';
import type { Repository } from './repositories.ts';
import { bareUrl, chartUrl, isRegistryAddress, repositoryUrl, shownText, shownUrl } from './urls.ts';

/** A reference to a chart with the flags that belong to it; texts that were not given are empty. */
export type ChartRequest = {
  /** `oci://HOST/PATH[:TAG][@DIGEST]`, an address of an archive, `REPOSITORY/NAME`, or a name alone. */
  reference: string;
  /** The address of the repository that the name is looked up in. */
  repo: string;
  /** A version, or a constraint. */
  version: string;
  /** Pre-releases count, where no version is given. */
  devel: boolean;
  /** Login and TLS settings for repositories that are not in repositories.yaml; they also fill the gaps of known ones. */
  access: Omit<Repository, 'name' | 'url'>;
};

/** An archive that was found and is not fetched yet. */
export type FoundChart = RemoteArchive & {
  /** What the archive is called as a file. */
  fileName: string;
  /** Where it is, for messages and records. */
  location: string;
  /** The version that was chosen; empty for an address of an archive. */
  version: string;
  /** The digest of the manifest in a registry, or of the archive in a repository; empty where it is unknown. */
  digest: string;
  /** What is recorded in the release of where the chart came from, as far as it is known before the archive is read. */
  source: ChartSource;
  /** Manifest and signatures of a chart in a registry; undefined for other charts. */
  inRegistry: (RegistryArchive & { manifest: ChartManifest }) | undefined;
};

/**
 * Finds the archive of a chart that does not lie on this machine.
 *
 * @throws {PkgError} `PKG_CHART_NOT_FOUND`, `PKG_CHART_AMBIGUOUS`, `PKG_CHART_VERSION_NOT_FOUND`,
 *   `PKG_REPOSITORY_UNKNOWN`, and what keeps from a repository
 */
export async function findChart(request: ChartRequest, remotes: Remotes): Promise<FoundChart> {
  const { reference, repo } = request;
  const version = request.version === '' && request.devel ? '>0.0.0-0' : request.version;
  const wanted = { ...request, version };
  if (reference.startsWith('oci://')) return findInRegistry(taggedReference(reference), version, remotes);
  if (repo.startsWith('oci://')) {
    return findInRegistry(taggedReference(`${repo.replace(/\/$/, '')}/${reference}`), version, remotes);
  }
  if (repo !== '') return findInRepository({ ...request.access, name: '', url: repo }, reference, wanted, remotes);
  const url = /^https?:\/\//i.test(reference) ? URL.parse(reference) : null;
  if (url !== null) return atAddress(url, wanted, remotes);
  // Other schemes are refused here, since `file:` is no name of a repository.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) repositoryUrl(reference);
  const slash = reference.indexOf('/');
  if (slash === -1) return findByName(wanted, remotes);
  const repository = knownRepository(reference.slice(0, slash), remotes);
  return findInRepository(withAccess(repository, request.access), reference.slice(slash + 1), wanted, remotes);
}

/**
 * Loads a chart that was found, with where it came from.
 *
 * @throws {PkgError} as `readChartArchive` does
 */
export async function loadFound({ source, location }: FoundChart, archive: Uint8Array): Promise<Chart> {
  const chart = await readChartArchive(archive, location);
  const { name, version } = chart.metadata;
  const digest = source.digest || digestOf(archive);
  return { ...chart, source: { ...source, digest, version: source.version || version, name: source.name || name } };
}

function knownRepository(name: string, remotes: Remotes): Repository {
  const known = remotes.known();
  const found = known.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = known.map((one) => printable(one.name, 60)).join(', ');
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `there is no repository of the name '${printable(name, 60)}'`, {
    hints: [
      `add it with \`pkg repo add ${printable(name, 60)} URL\``,
      known.length === 0 ? 'no repositories are known' : `these are known: ${names}`,
      'a path to a chart folder begins with ./ or /',
    ],
  });
}

/** A repository with the login and TLS settings of flags where its entry in repositories.yaml has none. */
export function withAccess(repository: Repository, access: ChartRequest['access']): Repository {
  const hasLogin = repository.username !== '' || repository.password !== '';
  return {
    ...repository,
    username: hasLogin ? repository.username : access.username,
    password: hasLogin ? repository.password : access.password,
    passCredentials: repository.passCredentials || access.passCredentials,
    caFile: access.caFile || repository.caFile,
    certFile: access.certFile || repository.certFile,
    keyFile: access.keyFile || repository.keyFile,
    insecure: repository.insecure || access.insecure,
  };
}

/** Finds a chart by its name alone, in all known repositories. */
async function findByName(request: ChartRequest, remotes: Remotes): Promise<FoundChart> {
  const { reference: name } = request;
  const known = remotes.known();
  const found = await Promise.all(
    known.map(async (repository) => {
      const { versions } = await remotes.versions(withAccess(repository, request.access), name, 'cached');
      return versions === undefined ? [] : [{ repository, versions }];
    }),
  );
  const [first, second] = found.flat();
  if (first === undefined) {
    const where = known.length === 0 ? 'and no repositories are known' : 'and no known repository has it';
    throw new PkgError('PKG_CHART_NOT_FOUND', `there is no chart ${printable(name, 100)} here, ${where}`, {
      hints: [
        known.length === 0
          ? 'add a repository with `pkg repo add NAME URL`'
          : 'download the newest indexes with `pkg repo update`',
        'a chart is a folder with a Chart.yaml, a .tgz archive, an address, oci://HOST/PATH, or REPOSITORY/NAME',
      ],
    });
  }
  if (second !== undefined) {
    const lines = found.flat().map(({ repository, versions }) => {
      const has = pickVersion(versions, request.version)?.version ?? `no version that fits '${request.version}'`;
      return `${printable(`${repository.name}/${name}`, 100)}: ${printable(has, 60)}`;
    });
    throw new PkgError('PKG_CHART_AMBIGUOUS', `${lines.length} repositories have a chart ${printable(name, 60)}`, {
      notes: lines,
      hints: [`write the repository too: ${printable(`${first.repository.name}/${name}`, 100)}`],
    });
  }
  return findInRepository(withAccess(first.repository, request.access), name, request, remotes);
}

async function findInRepository(
  repository: Repository,
  name: string,
  { version: wanted }: ChartRequest,
  remotes: Remotes,
): Promise<FoundChart> {
  // As in Helm, a known repository is read from the index of the last `repo update`; one given by --repo is asked.
  const freshness: Freshness = repository.name === '' ? 'checked' : 'cached';
  const { url, versions } = await remotes.versions(repository, name, freshness);
  const where = repository.name === '' ? shownUrl(url) : `the repository ${printable(repository.name, 60)}`;
  const refresh =
    repository.name === '' ? [] : [`fetch its newest index: pkg repo update ${printable(repository.name, 60)}`];
  if (versions === undefined) {
    throw new PkgError('PKG_CHART_VERSION_NOT_FOUND', `${where} has no chart ${printable(name, 60)}`, {
      hints: refresh,
    });
  }
  const addressed = versions.filter(({ urls }) => urls.length > 0);
  const entry = pickVersion(addressed, wanted);
  if (entry === undefined) {
    const nowhere = pickVersion(versions, wanted);
    if (nowhere !== undefined) throw noAddress(name, nowhere.version, where, refresh);
    throw noVersion(name, wanted, where, addressed, refresh);
  }
  return await inRepository({ repository, name, entry, url }, remotes);
}

function noAddress(name: string, version: string, where: string, hints: readonly string[]): PkgError {
  const what = `${where} has no address to fetch ${printable(name, 60)} ${printable(version, 60)} from`;
  return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
    hints: [...hints, 'ask the operator of the repository: its index has the version without `urls`'],
  });
}

function noVersion(
  name: string,
  wanted: string,
  where: string,
  versions: readonly { version: string }[],
  hints: readonly string[],
): PkgError {
  const newest = versions[0]?.version;
  const what =
    wanted === ''
      ? `${where} has no stable version of ${printable(name, 60)}`
      : `no version of ${printable(name, 60)} in ${where} fits '${printable(wanted, 60)}'`;
  return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
    notes: newest === undefined ? [] : [`the newest there is ${printable(newest, 60)}`],
    hints: wanted === '' ? ['use --devel for pre-releases, or name one with --version', ...hints] : hints,
  });
}

/** A version that the index of a repository names; `url` is that of the repository. */
type IndexedVersion = { repository: Repository; name: string; entry: IndexEntry; url: URL };

async function inRepository(indexed: IndexedVersion, remotes: Remotes): Promise<FoundChart> {
  const { repository, name, entry, url } = indexed;
  if (isRegistryAddress(entry.urls[0] ?? '')) return await inRegistryOfIndex(indexed, remotes);
  const from = chartUrl(url, entry.urls[0] ?? '');
  const { version } = entry;
  const digest = entry.digest === '' ? '' : `sha256:${entry.digest.replace(/^sha256:/, '')}`;
  const fileName = archiveName(from) ?? `${name}-${version}.tgz`;
  const location = shownUrl(from);
  const names = (): string[] => namesInRepository(repository, name, remotes);
  return {
    ...archiveInRepository({ repository, url: from, digest: entry.digest, names, fileName, location }, remotes),
    fileName,
    location,
    version,
    digest,
    source: { reference: bareUrl(from), digest, version, repository: bareUrl(url), name },
    inRegistry: undefined,
  };
}

/**
 * A version whose archive an index places in a registry (`oci://HOST/PATH:TAG`), as that of Bitnami does. The trust policy
 * knows it by the names of the repository, as it does an archive at any other address.
 *
 * @throws {PkgError} as {@link findChart} does, `PKG_DIGEST_MISMATCH` for another digest than that of the index
 */
export async function inRegistryOfIndex(
  { repository, name, entry, url }: IndexedVersion,
  remotes: Remotes,
): Promise<FoundChart> {
  const { version } = entry;
  const named = { ...taggedReference(entry.urls[0] ?? ''), byIndex: true };
  const reference = named.tag === '' && named.digest === '' ? { ...named, tag: tagOf(version) } : named;
  const { manifest } = await resolveInRegistry(reference, '', remotes);
  // Most indexes have the digest of the archive; that of the manifest names the same bytes.
  const digests = [manifest.chart.digest, manifest.digest].map((digest) => digest.replace(/^sha256:/, ''));
  const wanted = entry.digest.replace(/^sha256:/i, '').toLowerCase();
  const names = (): string[] => namesInRepository(repository, name, remotes);
  const found = describeInRegistry(reference, { name, tag: tagOf(version), names }, manifest, remotes);
  if (wanted !== '' && !digests.includes(wanted)) throw otherDigest(found.location, entry.digest, manifest);
  return { ...found, version, source: { ...found.source, version, repository: bareUrl(url), name } };
}

function otherDigest(location: string, expected: string, { chart }: ChartManifest): PkgError {
  return new PkgError('PKG_DIGEST_MISMATCH', 'the registry has another archive than the index of the repository says', {
    at: { file: location },
    notes: [`expected ${printable(expected, 150)}`, `got      ${chart.digest}`],
    hints: ['the chart was replaced after the index was made: ask the operator of the repository'],
  });
}

/** An archive by its address. If it is below the address of a known repository, the login of that is used. */
function atAddress(url: URL, request: ChartRequest, remotes: Remotes): FoundChart {
  const home = remotes.known().find((repository) => {
    const base = URL.parse(`${repository.url.replace(/\/$/, '')}/`);
    return base !== null && base.origin === url.origin && url.pathname.startsWith(base.pathname);
  });
  const unknown: Repository = { ...request.access, name: '', url: url.origin };
  const repository = home === undefined ? unknown : withAccess(home, request.access);
  const fileName = archiveName(url) ?? 'chart.tgz';
  const location = shownUrl(url);
  // The name of the chart is known only from the archive, which is not verified yet, so rules match the address.
  const names = (): string[] => [bareUrl(url), ...(home === undefined ? [] : [`${home.name}/${fileName}`])];
  return {
    ...archiveInRepository({ repository, url, digest: '', names, fileName, location }, remotes),
    fileName,
    location,
    version: '',
    digest: '',
    source: {
      reference: bareUrl(url),
      digest: '',
      version: '',
      repository: home === undefined ? '' : bareUrl(repositoryUrl(home.url)),
      name: '',
    },
    inRegistry: undefined,
  };
}

async function findInRegistry(reference: TaggedReference, wanted: string, remotes: Remotes): Promise<FoundChart> {
  const { version, manifest } = await resolveInRegistry(reference, wanted, remotes);
  return describeInRegistry(reference, namedInRegistry(reference, tagOf(version)), manifest, remotes);
}

/** A chart in a registry, found by its manifest. */
function describeInRegistry(
  reference: TaggedReference,
  chart: RegistryPlace['chart'],
  manifest: ChartManifest,
  remotes: Remotes,
): FoundChart {
  const { digest } = reference;
  const { tag, name } = chart;
  const version = tag.replaceAll('_', '+');
  const shownTag = reference.tag || tag;
  const shown = `oci://${reference.host}/${reference.path}${shownTag === '' ? '' : `:${shownTag}`}`;
  const fileName = tag === '' ? `${name}@${manifest.digest.replace(':', '-')}.tgz` : `${name}-${version}.tgz`;
  const location = printable(shown + (digest === '' ? '' : `@${digest}`));
  const archive = archiveInRegistry({ reference, manifest, chart, fileName, location }, remotes);
  const repository = `oci://${reference.host}/${reference.path}`;
  return {
    fetch: archive.fetch,
    fetchProvenance: archive.fetchProvenance,
    inRegistry: { ...archive, manifest },
    fileName,
    location,
    version,
    digest: manifest.digest,
    source: { reference: shown, digest: manifest.digest, version, repository, name },
  };
}

/** The tag of a version: `_` in place of `+`, which tags cannot hold. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

/** A manifest and its version, which is empty where only a digest was given. */
type InRegistry = { version: string; manifest: ChartManifest };

/**
 * Resolves a reference to a manifest. A digest decides; a tag or version beside it only has to lead to the same manifest.
 * As in Helm, an exact version is used as the tag without listing tags, which registries do not allow to everybody.
 */
async function resolveInRegistry(reference: TaggedReference, wanted: string, remotes: Remotes): Promise<InRegistry> {
  const registry = remotes.registry();
  const { digest } = reference;
  const tag = tagFor(reference, wanted);
  const version = tag.replaceAll('_', '+');
  if (digest !== '') {
    const named = tag === '' ? undefined : await manifestIfThere(reference, tag, remotes);
    // As in Helm the tag may be gone. Then the version is unknown.
    if (named === undefined) return { version: '', manifest: await registry.resolve(reference, digest) };
    checkNamed(tag, named, digest);
    return { version, manifest: named };
  }
  if (reference.tag !== '') return { version, manifest: await registry.resolve(reference, tag) };
  const manifest = tag === '' ? undefined : await manifestIfThere(reference, tag, remotes);
  if (manifest !== undefined) return { version, manifest };
  // `1.2` may be the tag of a version; if there is no such tag, it is a range.
  const listed = await listedVersion(reference, wanted, tag, remotes);
  return { version: listed, manifest: await registry.resolve(reference, tagOf(listed)) };
}

/** The tag of a reference or exact version; empty where tags have to be listed to find it. */
function tagFor({ host, path, tag }: TaggedReference, wanted: string): string {
  if (tag === '') return parseVersion(wanted) === undefined ? '' : tagOf(wanted);
  const tagged = tag.replaceAll('_', '+');
  if (wanted === '' || wanted === tagged || pickVersion([{ version: tagged }], wanted) !== undefined) return tag;
  const shown = shownText(`oci://${host}/${path}`);
  throw new PkgError(
    'PKG_USAGE',
    `${shown} has the tag ${printable(tag, 60)}, and --version is ${printable(wanted, 60)}`,
    { hints: ['give the version once'] },
  );
}

/** The manifest of a tag; undefined where the registry has no such tag. */
async function manifestIfThere(
  reference: TaggedReference,
  tag: string,
  remotes: Remotes,
): Promise<ChartManifest | undefined> {
  try {
    return await remotes.registry().resolve(reference, tag);
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_CHART_VERSION_NOT_FOUND') return undefined;
    throw error;
  }
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
  let versions: { version: string }[];
  try {
    versions = (await remotes.registry().versions(reference)).map((version) => ({ version }));
  } catch (error) {
    // A login may be allowed to read a chart and not to list its tags.
    const isMissing = tag !== '' && error instanceof PkgError && error.code !== 'PKG_CHART_VERSION_NOT_FOUND';
    throw isMissing ? noVersion(name, wanted, shown, [], []) : error;
  }
  const found = pickVersion(versions, wanted);
  if (found !== undefined) return found.version;
  throw noVersion(name, wanted, shown, versions, []);
}

/** Checks that a tag beside a digest has this digest: people read the tag, but the digest is what is fetched. */
function checkNamed(tag: string, { bytes }: ChartManifest, digest: string): void {
  const named = digestOf(bytes, algorithmOf(digest));
  if (named === digest) return;
  throw new PkgError('PKG_DIGEST_MISMATCH', `the tag ${printable(tag, 60)} does not name this digest`, {
    notes: [`expected ${digest}`, `got      ${named}`],
    hints: ['the tag was moved: leave out the digest to take what it names now, or leave out the tag'],
  });
}

/** The last name of an address, where that is the name of an archive. */
function archiveName(url: URL): string | undefined {
  let path = url.pathname;
  try {
    path = decodeURIComponent(path);
  } catch {
    // It is not percent-encoded correctly, and is used unchanged.
  }
  const name = posix.basename(path);
  return /^[^_.\\][^\\]*\.(?:tgz|tar\.gz)$/.test(name) && printable(name) === name ? name : undefined;
}
