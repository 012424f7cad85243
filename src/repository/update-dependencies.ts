/** Fetches the dependencies of a chart folder into its `charts/` (helm v4, pkg/downloader/manager.go, `Update`). */
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart, ChartDependency } from '../chart/chart.ts';
import { isAskedFor } from '../chart/dependencies.ts';
import type { LinkOptions } from '../chart/links.ts';
import { loadChart, readChartArchive } from '../chart/load.ts';
import { MAX_CHART, chartTooLarge } from '../chart/limits.ts';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { settleInParallel } from '../parallel.ts';
import { textOf } from '../chart/fields.ts';
import { declaredDependencies, declaresDependencies, lockDigest, lockText, readLocked } from './chart-lock.ts';
import type { Declared, Locked } from './chart-lock.ts';
import { OrderedLines } from './ordered-lines.ts';
import type { Freshness, Remotes } from './remotes.ts';
import { resolveDependency } from './resolve-dependency.ts';
import type { Archive, FetchedArchive, Resolved } from './resolve-dependency.ts';
import { shownText } from './urls.ts';
import { replaceArchives } from './replace-archives.ts';

/** How dependencies are fetched. */
export type UpdateOptions = {
  remotes: Remotes;
  /** Whether cached indexes are used, or servers are asked whether they have changed. */
  freshness?: Freshness;
  /** Fetch the versions of the lock file (`dependency build`). */
  locked?: boolean;
  /** Throws where a fetched archive is not signed as required. Not called for folders (`file://`). */
  verify?: (archive: FetchedArchive) => Promise<void>;
  /** Called with a warning about dependencies that may be loaded in another version than the chosen one. */
  warn?: (message: string) => void;
  /** Called with lines of progress in Helm's words. */
  say?: (line: string) => void;
  /** How links in folders of dependencies (`file://`) are treated. */
  links?: LinkOptions;
  /** The time of files in archives that are packed. */
  modified?: Date | undefined;
};

/**
 * Chooses the newest fitting version of each dependency (with `locked` that of the lock file) and fetches all of them.
 * Only then it writes the archives into `charts/`, removes older ones, and writes the lock file. After an error nothing
 * has changed.
 *
 * @param chart a chart folder that was loaded
 * @returns the charts that were fetched
 * @throws {PkgError} `PKG_CHART_DEPENDENCY_MISSING` for an archive; `PKG_CHART_UNSAFE` where it would write through a
 *   link; `PKG_LOCK_OUTDATED`; `PKG_SIGNATURE_INVALID` with `verify`; `PKG_USAGE` for one login and several registries;
 *   `PKG_FILE_UNWRITABLE`; errors of repositories; the errors of several dependencies together
 */
export async function updateDependencies(chart: Chart, options: UpdateOptions): Promise<Locked[]> {
  const { remotes, freshness = 'checked', links = {}, say = () => {} } = options;
  const lockName = lockNameOf(chart);
  checkChartFolder(chart, lockName);
  // As in Helm: a chart without a list of dependencies keeps the archives that were put into its charts/ by hand.
  if (options.locked !== true && !declaresDependencies(chart)) return [];
  const declared = declaredDependencies(chart);
  checkLogin(chart, declared, remotes);
  const wanted = options.locked === true ? lockedDependencies(chart, declared, remotes) : declared;
  const resolved = await forAll(chart, wanted, (dependency) =>
    resolveDependency(chart, dependency, { remotes, freshness, links }),
  );
  say(`Saving ${wanted.length} charts`);
  const lines = new OrderedLines(say);
  const archives = withDistinctNames(
    await forAll(chart, resolved, async (dependency, index) => {
      const { name, repository } = dependency;
      const isRemote = /^(?:https?|oci):/.test(repository);
      // One archive may be wanted under several aliases.
      const isRepeated = resolved.slice(0, index).some((one) => isSameArchive(one, dependency));
      const done = isRepeated ? 'Already downloaded' : 'Downloading';
      if (isRemote) lines.say(index, `${done} ${printable(name, 60)} from repo ${shownText(repository)}`);
      const archive = await fetchArchive(chart, dependency, options);
      for (const line of isRepeated ? [] : (archive?.pulled ?? [])) lines.say(index, line);
      lines.end(index);
      return archive;
    }),
    resolved,
  );
  checkSize(chart, archives);
  const named = declared.map((item, index) => ({ ...item, repository: resolved[index]?.repository ?? '' }));
  const locked = resolved.map(({ name, repository, version }) => ({ name, repository, version }));
  const digest = lockDigest(named, locked);
  const isLocked = options.locked === true || textOf(chart.lock?.get('digest') ?? null) === digest;
  say('Deleting outdated charts');
  await replaceArchives(chart.location, {
    archives: archives.filter((archive) => archive !== undefined),
    kept: new Set(resolved.filter(({ archive }) => archive === undefined).map(({ name }) => name)),
    lock: isLocked ? undefined : { name: lockName, text: lockText(locked, digest, new Date()) },
  });
  if (options.warn !== undefined)
    for (const conflict of await conflictsOf(chart, resolved, links)) options.warn(conflict);
  return locked.filter((_one, index) => archives[index] !== undefined);
}

function isSameArchive(a: Resolved, b: Resolved): boolean {
  const [left, right] = [a, b].map(({ repository }) => repository.replace(/\/$/, ''));
  return left === right && a.name === b.name && a.version === b.version;
}

/**
 * Finds dependencies of one chart in several versions (under aliases) where more than one version in `charts/` fits a
 * range. pkg then loads the first by file name, and Helm any of them (its loader iterates over a Go map), so it may not be
 * the chosen one. No other conflict is possible, since each chart has its own `charts/`.
 *
 * @returns a warning for each such dependency, with the versions that fit it and what asked for them
 */
async function conflictsOf({ location }: Chart, resolved: readonly Resolved[], links: LinkOptions): Promise<string[]> {
  const isShared = resolved.some(({ name, version }) =>
    resolved.some((other) => other.name === name && other.version !== version),
  );
  if (!isShared) return [];
  const { metadata, dependencies } = await loadChart(location, links);
  const nameOf = ({ alias, name }: ChartDependency): string => printable(alias || name, 60);
  return metadata.dependencies.flatMap((dependency, index) => {
    const fitting = dependencies
      .filter((child) => isAskedFor(dependency, child))
      .map((child) => child.metadata.version);
    const [taken = '', second] = fitting;
    const chosen = resolved[index];
    if (second === undefined || chosen?.archive === undefined) return [];
    const others = metadata.dependencies.filter((_other, at) => {
      const { name, version = '' } = resolved[at] ?? {};
      return at !== index && name === chosen.name && fitting.includes(version);
    });
    const asked = others.map((other) => `${nameOf(other)} asks for '${printable(other.version, 60)}'`).join(', ');
    const fits = `${printable(fitting.join(' and '), 200)} of ${printable(chosen.name, 60)}`;
    const range = `'${printable(dependency.version, 60)}', which ${nameOf(dependency)} asks for`;
    const taking = `${printable(chosen.version, 60)} was chosen for it, pkg takes ${printable(taken, 60)}, helm any of them`;
    return [`${fits} in charts/ fit ${range}: ${taking} (${asked}); narrow the range of ${nameOf(dependency)}`];
  });
}

/** The file name of a chart's lock file. */
export function lockNameOf(chart: Chart): string {
  return chart.metadata.apiVersion === 'v1' ? 'requirements.lock' : 'Chart.lock';
}

/** Checks that the lock file was made for the declared dependencies. @throws {PkgError} `PKG_LOCK_OUTDATED` */
export function checkLock(chart: Chart, remotes: Remotes): void {
  lockedDependencies(chart, declaredDependencies(chart), remotes);
}

/**
 * The dependencies with the versions of the lock file.
 *
 * @throws {PkgError} `PKG_LOCK_OUTDATED` where it does not belong to what Chart.yaml declares
 */
function lockedDependencies(chart: Chart, declared: readonly Declared[], remotes: Remotes): Declared[] {
  const lockName = lockNameOf(chart);
  const locked = readLocked(chart);
  const named = declared.map((item) => ({ ...item, repository: lockedRepository(item.repository, remotes) }));
  const digest = textOf(chart.lock?.get('digest') ?? null);
  if (locked.length === declared.length && lockDigest(named, locked) === digest) {
    return locked.map((item, index) => ({ ...(declared[index] as Declared), ...item }));
  }
  const file = chart.metadata.apiVersion === 'v1' ? 'requirements.yaml' : 'Chart.yaml';
  // "out of sync" is what other tools look for.
  const message = `the lock file (${lockName}) is out of sync with the dependencies file (${file})`;
  throw new PkgError('PKG_LOCK_OUTDATED', message, {
    at: { file: join(chart.location, lockName) },
    hints: [`update it: pkg dependency update ${printable(chart.location)}`],
  });
}

/** The address of a repository as the lock file has it: `@NAME` is replaced by its address in repositories.yaml. */
function lockedRepository(repository: string, remotes: Remotes): string {
  return /^(?:@|alias:)/.test(repository) ? remotes.repository(repository).url : repository;
}

/**
 * Refuses a name and password on the command line where dependencies are in several registries: it is not known to which
 * one they belong, and the others must not get them.
 */
function checkLogin({ location }: Chart, declared: readonly Declared[], remotes: Remotes): void {
  if (!remotes.hasOpenLogin) return;
  const hosts = new Set(
    declared.flatMap(({ repository }) => /^oci:\/\/([^/]+)/.exec(repository)?.[1]?.toLowerCase() ?? []),
  );
  if (hosts.size < 2) return;
  const names = printable([...hosts].join(', '), 500);
  throw new PkgError('PKG_USAGE', `--username and --password are for one registry, and dependencies are in ${names}`, {
    at: { file: `${location}/Chart.yaml` },
    hints: ['leave both out, and log in to each with `pkg registry login` or `docker login`'],
  });
}

function checkChartFolder({ location }: Chart, lockName: string): void {
  if (statSync(location, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new PkgError('PKG_CHART_DEPENDENCY_MISSING', 'dependencies can be fetched for a chart folder only', {
      at: { file: location },
      hints: ['unpack the archive first'],
    });
  }
  for (const [name, isRight] of [
    ['charts', 'isDirectory'],
    [lockName, 'isFile'],
  ] as const) {
    const stat = lstatSync(join(location, name), { throwIfNoEntry: false });
    if (stat === undefined || stat[isRight]()) continue;
    const what = stat.isSymbolicLink()
      ? 'is a link, and nothing is written through links'
      : `is not a ${isRight === 'isFile' ? 'file' : 'folder'}`;
    throw new PkgError('PKG_CHART_UNSAFE', `${name} ${what}`, {
      at: { file: join(location, name) },
      hints: [`replace it by a ${isRight === 'isFile' ? 'file' : 'folder'}, or remove it`],
    });
  }
}

/** The most dependencies that are fetched at the same time. */
const AT_ONCE = 8;

/** Runs `work` for all items and throws all errors together. */
async function forAll<T, R>(
  chart: Chart,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const { results, errors: found } = await settleInParallel(items, AT_ONCE, work);
  // Several dependencies of one unreachable repository give one error.
  const errors = new Map(found.map((error) => [error.message, error]));
  const location = printable(chart.location);
  throwTogether([...errors.values()], (count) => `${count} dependencies of ${location} cannot be fetched`);
  return results;
}

async function fetchArchive(
  chart: Chart,
  { name, archive }: Resolved,
  { modified, verify }: UpdateOptions,
): Promise<Archive | undefined> {
  const fetched = await archive?.(modified);
  if (fetched === undefined) return undefined;
  if ('fetchProvenance' in fetched) await verify?.(fetched);
  const { metadata } = await readChartArchive(fetched.bytes, fetched.location);
  if (metadata.name === name) return fetched;
  const found = printable(metadata.name, 60);
  throw new PkgError(
    'PKG_CHART_INVALID',
    `the archive of the dependency ${printable(name, 60)} holds the chart ${found}`,
    {
      at: { file: fetched.location },
      hints: [
        `write name: ${found} in ${printable(chart.location)}/Chart.yaml, with an alias if it is to go by another`,
      ],
    },
  );
}

/**
 * Gives each archive a file name of its own: some repositories serve every archive under one name, and they would
 * overwrite each other in `charts/`.
 */
function withDistinctNames(
  archives: readonly (Archive | undefined)[],
  resolved: readonly Resolved[],
): (Archive | undefined)[] {
  return archives.map((archive, index) => {
    const isShared = archives.some((other) => other?.name === archive?.name && other?.bytes !== archive?.bytes);
    const { name = '', version = '' } = resolved[index] ?? {};
    return archive !== undefined && isShared ? { ...archive, name: `${name}-${version}.tgz` } : archive;
  });
}

/** The most bytes of all dependencies: a larger chart cannot be loaded. */
function checkSize(chart: Chart, archives: readonly (Archive | undefined)[]): void {
  const sizes = new Map(archives.map((archive) => [archive?.name, archive?.bytes.length ?? 0]));
  const size = [...sizes.values()].reduce((sum, one) => sum + one, 0);
  if (size > MAX_CHART) throw chartTooLarge(chart.location);
}
