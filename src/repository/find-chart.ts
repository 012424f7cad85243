/** Finds the archive of a chart by the reference that a user typed (helm v4, pkg/action/install.go, `LocateChart`). */
import type { Chart } from '../chart/chart.ts';
import { readChartArchive } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { digestOf, isOtherDigest } from './digest.ts';
import { describeInRegistry, findInRegistry, resolveInRegistry } from './find-in-registry.ts';
import { noVersion } from './found-chart.ts';
import type { FoundChart } from './found-chart.ts';
import { pickVersion } from './index-file.ts';
import type { IndexEntry } from './index-file.ts';
import { tagOf } from './oci.ts';
import type { Freshness, Remotes } from './remotes.ts';
import { archiveInRepository, namesAtAddress, namesInRepository } from './remote-archive.ts';
import type { RepositoryLocation } from './remote-archive.ts';
import { taggedReference } from './registry.ts';
import type { ChartManifest } from './registry.ts';
import type { Repository } from './repositories.ts';
import { bareUrl, chartUrl, fileNameIn, isRegistryAddress, repositoryUrl, shownUrl } from './urls.ts';

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

/**
 * Finds the archive of a chart that does not lie on this machine.
 *
 * @throws {PkgError} `PKG_CHART_NOT_FOUND`, `PKG_CHART_AMBIGUOUS`, `PKG_CHART_VERSION_NOT_FOUND`,
 *   `PKG_REPOSITORY_UNKNOWN`, and the errors of a repository that cannot be read
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
  if (url !== null) return findAtAddress(url, wanted, remotes);
  // Other schemes are refused here, since `file:` cannot be the name of a repository.
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
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `there is no repository named '${printable(name, 60)}'`, {
    notes: [known.length === 0 ? 'no repositories are known' : `these are known: ${names}`],
    hints: [
      `add it with \`pkg repo add ${printable(name, 60)} URL\``,
      'to name a chart folder, begin the path with ./ or /',
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

/** Looks for a chart in all known repositories, where only its name is given. */
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
        'give a folder with a Chart.yaml, a .tgz archive, an address, oci://HOST/PATH, or REPOSITORY/NAME',
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
  // As in Helm, the index of a known repository is that of the last `repo update`; that of --repo is fetched.
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
    throw noVersion(name, wanted, where, addressed, { hints: refresh });
  }
  return describeInRepository({ repository, name, entry, url }, remotes);
}

function noAddress(name: string, version: string, where: string, hints: readonly string[]): PkgError {
  const what = `${where} has no address to fetch ${printable(name, 60)} ${printable(version, 60)} from`;
  return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
    hints: [...hints, 'ask the operator of the repository: its index has the version without `urls`'],
  });
}

/** A version that the index of a repository names; `url` is that of the repository. */
type IndexedVersion = { repository: Repository; name: string; entry: IndexEntry; url: URL };

async function describeInRepository(indexed: IndexedVersion, remotes: Remotes): Promise<FoundChart> {
  const { repository, name, entry, url } = indexed;
  if (isRegistryAddress(entry.urls[0] ?? '')) return await findCurrentInRegistry(indexed, remotes);
  const from = chartUrl(url, entry.urls[0] ?? '');
  const { version } = entry;
  const digest = digestIn(entry);
  const fileName = archiveName(from) ?? `${name}-${version}.tgz`;
  const location = shownUrl(from);
  const names = (): string[] => namesInRepository(repository, name, remotes);
  const newer: RepositoryLocation['newer'] = async () => {
    const current = await newerArchive(indexed, remotes);
    if (current === undefined) return undefined;
    found.digest = digestIn(current);
    found.source = { ...found.source, digest: found.digest };
    return current;
  };
  const found: FoundChart = {
    ...archiveInRepository(
      {
        chart: { name, tag: tagOf(version) },
        repository,
        url: from,
        digest: entry.digest,
        newer,
        names,
        fileName,
        location,
      },
      remotes,
    ),
    fileName,
    location,
    version,
    digest,
    source: { reference: bareUrl(from), digest, version, repository: bareUrl(url), name },
    inRegistry: undefined,
  };
  return found;
}

function digestIn({ digest }: { digest: string }): string {
  return digest === '' ? '' : `sha256:${digest.replace(/^sha256:/, '')}`;
}

/**
 * The entry of a version in the index as it is on the server, where the cached one has another digest: the version was
 * published again since the last `repo update`. Helm takes it without a look at the digest.
 */
async function newerEntry(indexed: IndexedVersion, remotes: Remotes): Promise<IndexedVersion | undefined> {
  const { repository, name, entry } = indexed;
  try {
    const { versions = [] } = await remotes.refreshVersions(repository, name);
    const current = versions.find(({ version, urls }) => version === entry.version && urls.length > 0);
    return current === undefined || current.digest === entry.digest ? undefined : { ...indexed, entry: current };
  } catch (error) {
    if (error instanceof PkgError) return undefined;
    throw error;
  }
}

/** The archive that {@link newerEntry} names, if it is in a repository. */
export async function newerArchive(
  indexed: IndexedVersion,
  remotes: Remotes,
): Promise<{ url: URL; digest: string } | undefined> {
  const { entry: { urls: [address = ''] = [], digest = '' } = {} } = (await newerEntry(indexed, remotes)) ?? {};
  return address === '' || isRegistryAddress(address) ? undefined : { url: chartUrl(indexed.url, address), digest };
}

/** As {@link findIndexedInRegistry}; asks for the entry again where the registry has another digest. */
export async function findCurrentInRegistry(indexed: IndexedVersion, remotes: Remotes): Promise<FoundChart> {
  try {
    return await findIndexedInRegistry(indexed, remotes);
  } catch (error) {
    const current = isOtherDigest(error) ? await newerEntry(indexed, remotes) : undefined;
    if (current === undefined) throw error;
    return await findIndexedInRegistry(current, remotes);
  }
}

/**
 * Finds a version whose address in an index is one of a registry (`oci://HOST/PATH:TAG`), as in Bitnami's. The trust policy
 * knows it by the names of the repository, like an archive at any other address.
 *
 * @throws {PkgError} as {@link findChart} does, `PKG_DIGEST_MISMATCH` for another digest than that of the index
 */
async function findIndexedInRegistry(
  { repository, name, entry, url }: IndexedVersion,
  remotes: Remotes,
): Promise<FoundChart> {
  const { version } = entry;
  const named = { ...taggedReference(entry.urls[0] ?? ''), byIndex: true };
  const reference = named.tag === '' && named.digest === '' ? { ...named, tag: tagOf(version) } : named;
  const { manifest } = await resolveInRegistry(reference, '', remotes);
  // Most indexes have the digest of the archive; that of the manifest names the same bytes.
  const digests = [manifest.chart.digest, manifest.digest, manifest.root.digest].map((digest) =>
    digest.replace(/^sha256:/, ''),
  );
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
    hints: ['ask the operator of the repository: the chart was replaced after the index was made'],
  });
}

/** An archive by its address. If it is below the address of a known repository, the login of that is used. */
function findAtAddress(url: URL, request: ChartRequest, remotes: Remotes): FoundChart {
  const home = remotes.known().find((repository) => {
    const base = URL.parse(`${repository.url.replace(/\/$/, '')}/`);
    return base !== null && base.origin === url.origin && url.pathname.startsWith(base.pathname);
  });
  const unknown: Repository = { ...request.access, name: '', url: url.origin };
  const repository = home === undefined ? unknown : withAccess(home, request.access);
  const fileName = archiveName(url) ?? 'chart.tgz';
  const location = shownUrl(url);
  const names = (): string[] => namesAtAddress(url, fileName, remotes);
  return {
    ...archiveInRepository({ repository, url, digest: '', chart: undefined, names, fileName, location }, remotes),
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

/** The last name of an address, where that is the name of an archive. */
function archiveName(url: URL): string | undefined {
  const name = fileNameIn(url);
  return /^[^_.\\][^\\]*\.(?:tgz|tar\.gz)$/.test(name) && printable(name) === name ? name : undefined;
}
