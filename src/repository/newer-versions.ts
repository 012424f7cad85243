/** Finds newer versions of a chart of a release, and decides which of them it should be updated to. */
import type { Chart, ChartSource } from '../chart/chart.ts';
import { readChartArchive } from '../chart/load.ts';
import { compareVersionTexts, parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { pickVersion } from './index-file.ts';
import { findChart, withAccess } from './find-chart.ts';
import type { FoundChart } from './found-chart.ts';
import type { ChartRequest } from './find-chart.ts';
import { taggedReference } from './registry.ts';
import type { Remotes } from './remotes.ts';
import type { Repository } from './repositories.ts';
import { bareUrl, isSameRepository, shownText } from './urls.ts';

/** Which versions are wanted, and how repositories are reached. */
export type NewerOptions = {
  /** What the fitting version has to satisfy; empty for the same major version. */
  constraint: string;
  /** Pre-releases count. */
  devel: boolean;
  access: ChartRequest['access'];
};

/** What repositories have beyond a version of a chart. Texts are empty where there is no such version. */
export type NewerVersions = {
  /** The newest version that fits. */
  fitting: string;
  /** The newest of all. */
  newest: string;
  /** The version to update to: the newest fitting one if it is newer, else the newest of all if that is newer. */
  next: string;
  /** Is the fitting version newer? */
  isOutdated: boolean;
};

/**
 * Looks for newer versions of a chart. Registries are asked only for the list of tags.
 *
 * @param version the one that is installed
 * @throws {PkgError} `PKG_CHART_VERSION_NOT_FOUND` where the repository no longer has the chart, `PKG_CHART_INVALID` for
 *   a constraint that cannot be read, and the errors of a repository that cannot be read
 */
export async function findNewerVersions(
  source: ChartSource,
  version: string,
  { constraint, devel, access }: NewerOptions,
  remotes: Remotes,
): Promise<NewerVersions> {
  const versions = await versionsAt(source, access, remotes);
  const fitting = pickVersion(versions, constraint || sameMajor(version, devel))?.version ?? '';
  const newest = pickVersion(versions, devel ? '>=0.0.0-0' : '')?.version ?? '';
  const isNewer = (one: string): boolean => compareVersionTexts(one, version) > 0;
  return { fitting, newest, next: [fitting, newest].find(isNewer) ?? '', isOutdated: isNewer(fitting) };
}

/** Fetches and loads a version of a chart. @throws {PkgError} as {@link findChart} and {@link readChartArchive} do */
export async function fetchVersion(
  source: ChartSource,
  version: string,
  access: ChartRequest['access'],
  remotes: Remotes,
): Promise<Chart> {
  const found = await findVersion(source, version, access, remotes);
  return await readChartArchive(await found.fetch(), found.location);
}

function findVersion(
  { repository, name }: ChartSource,
  version: string,
  access: ChartRequest['access'],
  remotes: Remotes,
): Promise<FoundChart> {
  const common = { version, devel: false, access };
  if (repository.startsWith('oci://')) return findChart({ reference: repository, repo: '', ...common }, remotes);
  const known = knownAt(repository, remotes);
  if (known === undefined) return findChart({ reference: name, repo: repository, ...common }, remotes);
  return findChart({ reference: `${known.name}/${name}`, repo: '', ...common }, remotes);
}

/** The server that a chart came from: a login from flags is used for one server only. */
export function serverOf({ repository }: ChartSource): string {
  return /^[a-z]+:\/\/[^/]*/.exec(repository)?.[0] ?? '';
}

/** All versions of a chart, the newest first. */
async function versionsAt(
  { repository, name }: ChartSource,
  access: ChartRequest['access'],
  remotes: Remotes,
): Promise<{ version: string }[]> {
  if (repository.startsWith('oci://')) {
    return (await remotes.registry().versions(taggedReference(repository))).map((version) => ({ version }));
  }
  const known = knownAt(repository, remotes);
  const from = known === undefined ? { ...access, name: '', url: repository } : withAccess(known, access);
  const { versions } = await remotes.versions(from, name, 'checked');
  if (versions !== undefined) return versions.filter(({ urls }) => urls.length > 0);
  const what = `${shownText(repository)} has no chart ${printable(name, 60)} any more`;
  throw new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
    hints: ['find out where the chart has moved, and upgrade from there'],
  });
}

/** The known repository with this address, since its entry has the login and query, which releases do not record. */
function knownAt(address: string, remotes: Remotes): Repository | undefined {
  return remotes.known().find(({ url }) => {
    const parsed = URL.parse(url);
    return parsed !== null && isSameRepository(bareUrl(parsed), address);
  });
}

/** The constraint for the versions with the major number of this one. */
function sameMajor(version: string, devel: boolean): string {
  const major = parseVersion(version)?.major ?? 0n;
  return devel ? `>=${major}.0.0-0 <${major + 1n}.0.0-0` : `${major}.x`;
}
