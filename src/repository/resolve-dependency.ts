/** Chooses the versions of a chart's dependencies, and fetches their archives. */
import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { fits, parseConstraint } from '../chart/constraint.ts';
import type { Constraint } from '../chart/constraint.ts';
import { isDeceptive } from '../chart/file.ts';
import { missingDependencies } from '../chart/dependencies.ts';
import type { LinkOptions } from '../chart/links.ts';
import { loadChart, readChartArchive } from '../chart/load.ts';
import { packChart } from '../chart/package.ts';
import { parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { declaredDependencies, readLocked } from './chart-lock.ts';
import type { Declared, Locked } from './chart-lock.ts';
import { findCurrentInRegistry, newerArchive } from './find-chart.ts';
import { tagOf, transferredText } from './oci.ts';
import { archiveInRegistry, archiveInRepository, namedInRegistry, namesInRepository } from './remote-archive.ts';
import type { Freshness, Remotes } from './remotes.ts';
import { chartReference, taggedVersions, tagsNote } from './registry.ts';
import { nameOf } from './registry-session.ts';
import { chartUrl, fileNameIn, isRegistryAddress, shownUrl, withoutLogin } from './urls.ts';

/**
 * A dependency with its chosen version. `archive` fetches it, or packs a folder with the given time for its files; it is
 * undefined for a chart that is in `charts/` as a folder.
 */
export type Resolved = Locked & {
  archive: ((modified: Date | undefined) => Promise<Archive | FetchedArchive>) | undefined;
};

/** An archive, and what it is called in `charts/`. `pulled`: what Helm says of one that a registry has. */
export type Archive = { name: string; bytes: Uint8Array; location: string; pulled?: readonly string[] };

/** An archive that was fetched, and not packed from a folder, so that it may have a provenance. */
export type FetchedArchive = Archive & { fetchProvenance: () => Promise<Buffer | undefined> };

/**
 * Chooses the version of a dependency.
 *
 * @throws {PkgError} `PKG_CHART_INVALID` for a version that is not a constraint, `PKG_CHART_NOT_FOUND` for a folder
 *   that does not exist, `PKG_CHART_VERSION_NOT_FOUND`, and the errors of repositories
 */
export async function resolveDependency(
  chart: Chart,
  dependency: Declared,
  context: ResolveContext,
): Promise<Resolved> {
  const { remotes, links = {}, above = [resolve(chart.location)] } = context;
  const constraint = constraintOf(chart, dependency);
  const { repository } = dependency;
  if (repository === '') return resolveLocal(chart, dependency, constraint, links);
  if (repository.startsWith('file://')) return resolveFolder(chart, dependency, constraint, { ...context, above });
  if (repository.startsWith('oci://')) return resolveRegistry(chart, dependency, constraint, remotes);
  return resolveIndex(chart, dependency, constraint, context);
}

function constraintOf(chart: Chart, { name, version }: Declared): Constraint {
  try {
    return parseConstraint(version);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const message = `the version of the dependency ${printable(name, 60)} cannot be read: ${error.message}`;
    throw new PkgError('PKG_CHART_INVALID', message, { at: chartFile(chart), hints: error.hints });
  }
}

function chartFile(chart: Chart): { file: string } {
  return { file: `${chart.location}/Chart.yaml` };
}

/** A dependency without a repository is a folder in `charts/`, and stays there. */
async function resolveLocal(
  chart: Chart,
  dependency: Declared,
  constraint: Constraint,
  links: LinkOptions,
): Promise<Resolved> {
  const { name, version } = dependency;
  const found = await loadFolder(chart, join('charts', name), name, links);
  if (!fits(found.metadata.version, constraint)) throw noVersion(chart, dependency, found.metadata.version);
  return { name, repository: '', version, archive: undefined };
}

/** How dependencies are resolved. `above` are the chart folders that led to this one through `file://` dependencies. */
export type ResolveContext = { remotes: Remotes; freshness: Freshness; links?: LinkOptions; above?: readonly string[] };

async function resolveFolder(
  chart: Chart,
  dependency: Declared,
  constraint: Constraint,
  context: ResolveContext,
): Promise<Resolved> {
  const { links = {}, remotes } = context;
  const { name, repository } = dependency;
  const policy = await remotes.trustPolicy();
  if (policy !== undefined) {
    await (await import('./signatures/judge-local.ts')).judgeLocal(policy, folderOf(chart, dependency));
  }
  const found = await loadFolder(chart, repository.slice('file://'.length), name, links);
  const { version } = found.metadata;
  if (!fits(version, constraint)) throw noVersion(chart, dependency, version);
  const archive = { name: `${found.metadata.name}-${version}.tgz`, location: found.location };
  return {
    name,
    repository,
    version,
    archive: async (modified) => ({
      ...archive,
      bytes: packChart(await withMissingDependencies(found, context), modified),
    }),
  };
}

/**
 * Adds to a chart from a folder the dependencies that are missing in its `charts/`, in the versions of its lock file if
 * there is one. Helm packs the folder without them, and the result cannot be installed. A folder that depends on itself is
 * skipped. Nothing is written into the folder.
 */
async function withMissingDependencies(chart: Chart, context: ResolveContext): Promise<Chart> {
  const { above = [] } = context;
  const missing = new Set(missingDependencies(chart).map(({ name }) => name));
  if (missing.size === 0) return chart;
  const below = { ...context, above: [...above, resolve(chart.location)] };
  const locked = readLocked(chart);
  const added: Chart[] = [];
  for (const declared of declaredDependencies(chart)) {
    const isAbove = declared.repository.startsWith('file://') && below.above.includes(folderOf(chart, declared));
    if (isAbove || !missing.has(declared.name)) continue;
    const version = locked.find(({ name }) => name === declared.name)?.version ?? declared.version;
    const found = await resolveDependency(chart, { ...declared, version }, below);
    const archive = await found.archive?.(undefined);
    if (archive !== undefined) added.push(await readChartArchive(archive.bytes, archive.location));
  }
  return { ...chart, dependencies: [...chart.dependencies, ...added] };
}

/** The folder that a `file://` repository names. */
export function folderOf(chart: Chart, { repository }: Pick<Declared, 'repository'>): string {
  return resolve(chart.location, repository.slice('file://'.length));
}

/** @param path relative to the chart, or absolute */
async function loadFolder(chart: Chart, path: string, name: string, links: LinkOptions): Promise<Chart> {
  const folder = isAbsolute(path) ? path : join(chart.location, path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return loadChart(folder, links);
  throw new PkgError(
    'PKG_CHART_NOT_FOUND',
    `there is no folder ${printable(folder)} for the dependency ${printable(name, 60)}`,
    {
      at: chartFile(chart),
      hints: ['write file:// and the path to the folder of the chart, relative to the folder of Chart.yaml'],
    },
  );
}

async function resolveRegistry(
  chart: Chart,
  dependency: Declared,
  constraint: Constraint,
  remotes: Remotes,
): Promise<Resolved> {
  const { name, repository } = dependency;
  const reference = chartReference(repository, name);
  const registry = remotes.registry();
  // An exact version is used as the tag without listing tags.
  const isVersion = parseVersion(dependency.version) !== undefined;
  const tags = isVersion ? [] : await registry.tags(reference);
  const versions = taggedVersions(tags);
  const version = isVersion ? dependency.version : versions.find((one) => fits(one, constraint));
  if (version === undefined) throw noVersion(chart, dependency, versions[0], tagsNote(tags));
  const location = printable(`${repository}/${name}:${version}`);
  const archive = async (): Promise<FetchedArchive> => {
    const tag = tagOf(version);
    // Archive and provenance are taken from one manifest, since a tag may move between two requests.
    const manifest = await registry.resolve(reference, tag);
    const fileName = `${name}-${version}.tgz`;
    const place = { reference, manifest, chart: namedInRegistry(reference, tag), fileName, location };
    const found = archiveInRegistry(place, remotes);
    const pulled = pulledLines(`${nameOf(reference)}:${tag}`, manifest.root.digest);
    return { name: fileName, bytes: await found.fetch(), location, pulled, fetchProvenance: found.fetchProvenance };
  };
  return { name, repository, version, archive };
}

async function resolveIndex(
  chart: Chart,
  dependency: Declared,
  constraint: Constraint,
  { remotes, freshness }: ResolveContext,
): Promise<Resolved> {
  const { name } = dependency;
  const repository = remotes.repository(dependency.repository);
  const { url, versions } = await remotes.versions(repository, name, freshness);
  if (versions === undefined) {
    throw new PkgError('PKG_CHART_VERSION_NOT_FOUND', `${shownUrl(url)} has no chart ${printable(name, 60)}`, {
      at: chartFile(chart),
      hints: ['check the name and the repository of the dependency'],
    });
  }
  const entry = versions.find(({ version, urls }) => urls.length > 0 && fits(version, constraint));
  if (entry === undefined) throw noVersion(chart, dependency, versions.find(({ urls }) => urls.length > 0)?.version);
  // `@NAME` is written into the lock file as the address of the repository; an address is written unchanged.
  const isName = /^(?:@|alias:)/.test(dependency.repository);
  const resolved = { name, repository: isName ? repository.url : dependency.repository, version: entry.version };
  if (isRegistryAddress(entry.urls[0] ?? '')) {
    const inRegistry = async (): Promise<FetchedArchive> => {
      const there = await findCurrentInRegistry({ repository, name, entry, url }, remotes);
      const { fileName, location, fetchProvenance } = there;
      const pulled = pulledLines(location.slice('oci://'.length), there.digest);
      return { name: fileName, bytes: await there.fetch(), location, pulled, fetchProvenance };
    };
    return { ...resolved, archive: inRegistry };
  }
  const from = chartUrl(url, entry.urls[0] ?? '');
  const fileName = fileNameOf(from, `${name}-${entry.version}.tgz`);
  const location = shownUrl(from);
  const names = (): string[] => namesInRepository(repository, name, remotes);
  const newer = (): ReturnType<typeof newerArchive> => newerArchive({ repository, name, entry, url }, remotes);
  const found = archiveInRepository(
    {
      chart: { name, tag: tagOf(entry.version) },
      repository,
      url: from,
      digest: entry.digest,
      newer,
      names,
      fileName,
      location,
    },
    remotes,
  );
  const archive = async (): Promise<FetchedArchive> => ({
    name: fileName,
    bytes: await found.fetch(),
    location,
    fetchProvenance: found.fetchProvenance,
  });
  return { ...resolved, archive };
}

function pulledLines(reference: string, digest: string): string[] {
  return transferredText('Pulled', printable(reference), digest).trimEnd().split('\n');
}

/** The last name of an address, as in Helm; `usual` where charts are not loaded from a file of that name. */
function fileNameOf(url: URL, usual: string): string {
  const name = fileNameIn(url);
  return /^[^_.][^\\]*\.tgz$/.test(name) && !isDeceptive(name) ? name : usual;
}

function noVersion(
  chart: Chart,
  { name, version, repository }: Declared,
  newest: string | undefined,
  notes: readonly string[] = [],
): PkgError {
  const where = repository === '' ? 'charts/' : printable(withoutLogin(repository), 200);
  const what = `no version of ${printable(name, 60)} in ${where} fits '${printable(version, 60)}'`;
  const has = newest === undefined ? [] : [`the newest there is ${printable(newest, 60)}`];
  return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
    at: chartFile(chart),
    notes: [...has, ...notes],
    hints: ["change the version of the dependency; pre-releases fit only a range that names one ('>=1.0.0-0')"],
  });
}
