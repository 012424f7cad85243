/** Fetches the dependencies of a chart folder into its `charts/` (helm v4, pkg/downloader/manager.go, `Update`). */
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { readChartArchive } from '../chart/load.ts';
import { MAX_CHART, chartTooLarge } from '../chart/limits.ts';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { textOf } from '../chart/fields.ts';
import { declaredDependencies, lockDigest, lockText } from './lock.ts';
import type { Locked } from './lock.ts';
import { Remotes } from './remotes.ts';
import type { Tell } from './remotes.ts';
import { resolveDependency } from './sources.ts';
import type { Archive, Resolved } from './sources.ts';
import { replaceArchives } from './vendor.ts';

/** What an update needs to know of where it runs. */
export type UpdateOptions = {
  env: NodeJS.ProcessEnv;
  /** Told what begins that may take time. */
  tell?: Tell;
};

/**
 * Chooses the newest version of each dependency that fits, fetches all of them, and only then puts their archives
 * into `charts/`, takes older ones away and writes the lock file. What fails on the way changes nothing.
 *
 * @param chart a chart folder that was loaded
 * @returns the charts that were chosen
 * @throws {PkgError} `PKG_CHART_DEPENDENCY_MISSING` for an archive; `PKG_CHART_UNSAFE` where it would write through a
 *   link; `PKG_FILE_UNWRITABLE`; what keeps from a repository; all that is wrong with several dependencies at once
 */
export async function updateDependencies(chart: Chart, { env, tell = () => {} }: UpdateOptions): Promise<Locked[]> {
  const lockName = chart.metadata.apiVersion === 'v1' ? 'requirements.lock' : 'Chart.lock';
  checkPlace(chart, lockName);
  const declared = declaredDependencies(chart);
  const remotes = new Remotes(env, tell);
  try {
    const resolved = await all(
      chart,
      declared.map((dependency) => resolveDependency(chart, dependency, remotes)),
    );
    const archives = await all(
      chart,
      resolved.map((dependency) => fetchArchive(chart, dependency)),
    );
    checkSize(chart, archives);
    const named = declared.map((item, index) => ({ ...item, repository: resolved[index]?.repository ?? '' }));
    const locked = resolved.map(({ name, repository, version }) => ({ name, repository, version }));
    const digest = lockDigest(named, locked);
    const isLocked = textOf(chart.lock?.get('digest') ?? null) === digest;
    await replaceArchives(chart.location, {
      archives: archives.filter((archive) => archive !== undefined),
      kept: new Set(resolved.filter(({ archive }) => archive === undefined).map(({ name }) => name)),
      lock: isLocked ? undefined : { name: lockName, text: lockText(locked, digest, new Date()) },
    });
    return locked;
  } finally {
    remotes.close();
  }
}

function checkPlace({ location }: Chart, lockName: string): void {
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
    const what = stat.isSymbolicLink() ? 'is a link, and nothing is written through links' : 'is in the way';
    throw new PkgError('PKG_CHART_UNSAFE', `${name} ${what}`, { at: { file: join(location, name) } });
  }
}

/** Waits for all, and tells all that is wrong. */
async function all<T>(chart: Chart, work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  const defect = failures.find((failure) => !(failure instanceof PkgError));
  if (defect !== undefined) throw defect;
  const location = printable(chart.location);
  throwTogether(distinct(failures as PkgError[]), (count) => `${count} dependencies of ${location} cannot be had`);
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}

/** Dependencies of one repository that is not there are one error. */
function distinct(errors: readonly PkgError[]): PkgError[] {
  return [...new Map(errors.map((error) => [error.message, error])).values()];
}

async function fetchArchive(chart: Chart, { name, archive }: Resolved): Promise<Archive | undefined> {
  const fetched = await archive?.();
  if (fetched === undefined) return undefined;
  const { metadata } = await readChartArchive(fetched.bytes, fetched.location);
  if (metadata.name === name) return fetched;
  const found = printable(metadata.name, 60);
  throw new PkgError('PKG_CHART_INVALID', `the dependency ${printable(name, 60)} turns out to be the chart ${found}`, {
    at: { file: fetched.location },
    hints: [`write name: ${found} in ${printable(chart.location)}/Chart.yaml, with an alias if it is to go by another`],
  });
}

/** The chart could not be loaded with more. */
function checkSize(chart: Chart, archives: readonly (Archive | undefined)[]): void {
  const size = archives.reduce((sum, archive) => sum + (archive?.bytes.length ?? 0), 0);
  if (size > MAX_CHART) throw chartTooLarge(chart.location);
}
