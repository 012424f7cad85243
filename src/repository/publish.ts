/**
 * Publishes one version of a chart in several places. All places are checked before any is written to, and a version
 * that exists with the same bytes is not written again.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { MAX_CHART } from '../chart/limits.ts';
import { metadataJson } from '../chart/metadata-json.ts';
import { compareVersionTexts, isVersion } from '../chart/version.ts';
import { PkgError, withDetails } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { removeAbandoned, writeFileAtomic } from '../files.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import { goJson } from '../yaml/json.ts';
import { listField, textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import { whileLocked } from './change-file.ts';
import type { Tell } from './change-file.ts';
import { digestOf } from './digest.ts';
import { pushChart, pushManifest } from './registry-push.ts';
import { addEntry, emptyIndex, entryOf, findEntry, printIndex, readIndexFile, urlOf } from './index-writer.ts';
import type { RepositoryIndex } from './index-writer.ts';
import { CHART_PROVENANCE, tagOf } from './oci.ts';
import { chartReference, ifFound } from './registry.ts';
import type { ChartManifest } from './registry.ts';
import { uploadChart, uploadRepository } from './chart-upload.ts';
import type { IndexEntry } from './index-file.ts';
import type { ChartRequest } from './find-chart.ts';
import type { Remotes } from './remotes.ts';
import type { Repository } from './repositories.ts';
import type { Subject } from './signatures/attach-signature.ts';
import { chartUrl, isRegistryAddress, shownText, shownUrl, withoutSecrets } from './urls.ts';

/** A packed chart. */
export type Packed = { chart: Chart; archive: Uint8Array; provenance: Uint8Array | undefined; created: Date };

/** A place that charts are published in. */
export type Target = {
  /** As the user wrote it. */
  place: string;
  /** Is it a folder on this machine? */
  isFolder?: boolean;
  /** The versions of a chart that exist there. */
  versions: (name: string) => Promise<string[]>;
  /**
   * The digest of the archive of a version; undefined for a version that does not exist, and for one whose archive has to
   * be written again: it would have the digest `own` and is missing or damaged.
   */
  digest: (name: string, version: string, own: string) => Promise<string | undefined>;
  /** Writes a new version; gives its reference and digest. */
  write: (packed: Packed) => Promise<Published>;
  /** The reference and digest of an existing version. */
  reference: (name: string, version: string) => Promise<Published>;
  /**
   * The manifest of a version that was written, if it holds exactly this chart: nothing else is to be signed. Undefined
   * for places that are not registries.
   */
  subject?: (packed: Packed) => Promise<Subject>;
};

/** The reference under which the chart was published, and its digest there. */
export type Published = { reference: string; digest: string };

/** The result for one place. Where the chart existed already, a signature may have been added. */
export type Outcome = Published & { place: string; changed: boolean; status: 'published' | 'signed' | 'unchanged' };

/**
 * The place that a user names: `oci://HOST/PATH`, `https://URL` or the name of a chart repository that takes uploads,
 * or a folder that is a chart repository or becomes one. An existing folder has precedence over a repository of its
 * name. A folder that does not exist is named by a path with a slash.
 *
 * @param url of the folder, for its index; empty to name archives by their paths
 * @param access login and TLS settings; the login is used only for a repository that is named by its address
 * @throws {PkgError} `PKG_REPOSITORY_UNKNOWN` for an unknown name, `PKG_USAGE` for anything else
 */
export function targetOf(place: string, url: string, access: ChartRequest['access'], remotes: Remotes): Target {
  if (place.startsWith('oci://')) return registryTarget(place, remotes);
  const isAddress = /^https?:\/\//i.test(place);
  const isName = !isAddress && !/[/\\:]/.test(place) && !existsSync(place);
  const trust = isAddress ? access : { ...access, username: '', password: '' };
  const repository = isAddress || isName ? uploadRepository(place, trust, remotes) : undefined;
  if (repository !== undefined) return repositoryTarget(place, repository, remotes);
  if (isName) {
    // A pipeline that forgets `repo add` would otherwise publish into a new folder, and succeed.
    throw new PkgError(
      'PKG_REPOSITORY_UNKNOWN',
      `there is neither a repository nor a folder named '${printable(place, 100)}'`,
      { hints: [`add the repository with \`pkg repo add\`, or give ./${printable(place, 100)} to create the folder`] },
    );
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return folderTarget(place, url, remotes.tell);
  throw new PkgError(
    'PKG_USAGE',
    `'${printable(withoutSecrets(place), 100)}' is neither a registry, nor a repository, nor a folder`,
    {
      hints: ['give oci://HOST/PATH, https://URL, the name of a chart repository, or a folder'],
    },
  );
}

/**
 * Publishes in all places. All are asked before one is written to. If a write fails nevertheless, the error says what
 * was published before.
 *
 * @param signing how charts in registries are signed
 * @throws {PkgError} `PKG_VERSION_PUBLISHED` where a place has the version with other bytes; the errors of a place that
 *   cannot be read or written
 */
export async function publish(packed: Packed, targets: readonly Target[], signing?: Signing): Promise<Outcome[]> {
  const { name, version } = packed.chart.metadata;
  const own = digestOf(packed.archive);
  const there = await Promise.all(targets.map((target) => target.digest(name, version, own)));
  const taken = targets.flatMap(({ place }, at) => (there[at] === undefined || there[at] === own ? [] : [place]));
  if (taken.length > 0) throw otherContent(name, version, taken);
  const outcomes: Outcome[] = [];
  for (const [at, target] of targets.entries()) {
    const changed = there[at] === undefined;
    try {
      const published = changed ? await target.write(packed) : await target.reference(name, version);
      const isSigned =
        signing !== undefined && target.subject !== undefined && (await signing.sign(await target.subject(packed)));
      const status = changed ? 'published' : isSigned ? 'signed' : 'unchanged';
      outcomes.push({ place: target.place, ...published, changed: changed || isSigned, status });
    } catch (error) {
      throw error instanceof PkgError ? partlyPublished(error, outcomes) : error;
    }
  }
  return outcomes;
}

/** The error of a place, with what was published in the places before it. */
function partlyPublished(error: PkgError, outcomes: readonly Outcome[]): PkgError {
  const done = outcomes
    .filter(({ changed }) => changed)
    .map(({ reference }) => `already published: ${printable(reference)}`);
  if (done.length === 0) return error;
  const again = 'run the same command again: it publishes only what is missing';
  return withDetails(error, { notes: [...error.notes, ...done], hints: [...error.hints, again] });
}

/** Signs manifests; `sign` returns whether it added a signature. */
export type Signing = { sign: (subject: Subject) => Promise<boolean> };

function otherContent(name: string, version: string, places: readonly string[]): PkgError {
  return new PkgError(
    'PKG_VERSION_PUBLISHED',
    `${printable(name)} ${printable(version)} is already published with other content`,
    {
      notes: places.map((place) => `by ${printable(place, 200)}`),
      hints: ['increase the version in Chart.yaml, or give --bump patch to publish the next one'],
    },
  );
}

/** The newest version in any of the places; undefined for none. */
export async function newestPublished(name: string, targets: readonly Target[]): Promise<string | undefined> {
  const versions = (await Promise.all(targets.map((target) => target.versions(name)))).flat();
  return versions.filter(isVersion).sort((a, b) => compareVersionTexts(b, a))[0];
}

/**
 * The manifest of a chart that was signed, and its config: it is written unchanged, so that the signatures stay valid.
 */
export type OwnManifest = { manifest: ChartManifest; config: Buffer };

/**
 * A place in an OCI registry: `oci://HOST/PATH`.
 *
 * @param own if given, a version counts as existing only if it has this manifest
 */
export function registryTarget(place: string, remotes: Remotes, own?: OwnManifest): Target {
  const base = place.replace(/\/+$/, '');
  const shown = (name: string, version: string): string => `${base}/${name}:${tagOf(version)}`;
  return {
    place,
    versions: async (name) => (await ifFound(remotes.registry().versions(chartReference(base, name)))) ?? [],
    digest: async (name, version) => {
      const found = await ifFound(remotes.registry().resolve(chartReference(base, name), tagOf(version)));
      const isOther = own !== undefined && found?.digest !== own.manifest.digest;
      return isOther && found?.chart.digest === own.manifest.chart.digest ? undefined : found?.chart.digest;
    },
    reference: async (name, version) => {
      const { digest } = await remotes.registry().resolve(chartReference(base, name), tagOf(version));
      return { reference: shown(name, version), digest };
    },
    write: async ({ chart, archive, provenance, created }) => {
      const { metadata } = chart;
      if (own !== undefined) {
        const { bytes, digest } = own.manifest;
        const manifest = { bytes, blobs: [own.config, archive, ...(provenance === undefined ? [] : [provenance])] };
        const target = chartReference(base, metadata.name);
        await pushManifest(remotes.session(), target, tagOf(metadata.version), manifest, remotes.tell);
        return { reference: shown(metadata.name, metadata.version), digest };
      }
      const pushed = { metadata, config: metadataJson(chart), archive, provenance, created };
      const target = chartReference(base, metadata.name);
      const tag = tagOf(metadata.version);
      await pushChart(remotes.session(), target, tag, pushed, remotes.tell);
      // Registries have no conditional writes: another process may have published the version at the same time. What the tag
      // names now is reported, since a deployment by tag and digest needs both to name the same.
      const there = await remotes.registry().resolve(target, tag);
      if (there.chart.digest !== digestOf(archive)) throw otherContent(metadata.name, metadata.version, [place]);
      return { reference: shown(metadata.name, metadata.version), digest: there.root.digest };
    },
    subject: async ({ chart, archive }) => {
      const { name, version } = chart.metadata;
      const reference = chartReference(base, name);
      const found = await remotes.registry().resolve(reference, tagOf(version));
      const config = digestOf(Buffer.from(goJson(metadataJson(chart))));
      // With two chart layers another program could read the other one.
      const layers = listField(JSON.parse(found.bytes.toString('utf8')) as Json, 'layers');
      const others = layers.filter((layer) => textField(layer, 'mediaType') !== CHART_PROVENANCE);
      const isOwn = found.chart.digest === digestOf(archive) && found.config.digest === config;
      if (!isOwn || others.length > 1 || layers.length > 2) throw otherContent(name, version, [place]);
      return { reference, digest: found.digest, size: found.bytes.length };
    },
  };
}

function repositoryTarget(place: string, repository: Repository, remotes: Remotes): Target {
  const entries = async (name: string): Promise<IndexEntry[]> =>
    (await remotes.versions(repository, name)).versions ?? [];
  const entryFor = async (name: string, version: string): Promise<IndexEntry | undefined> =>
    (await entries(name)).find((one) => one.version === version);
  // Where the index has no digest, this gives one that no archive has: the version counts as one with other content.
  const digestIn = ({ digest }: IndexEntry): string => `sha256:${digest.replace(/^sha256:/, '')}`;
  return {
    place: withoutSecrets(place),
    versions: async (name) => (await entries(name)).map(({ version }) => version),
    digest: async (name, version) => {
      const entry = await entryFor(name, version);
      return entry === undefined ? undefined : digestIn(entry);
    },
    reference: async (name, version) => {
      const { url } = await remotes.versions(repository, name);
      const entry = await entryFor(name, version);
      const reference = entry?.urls[0];
      return {
        reference: reference === undefined ? '' : shownAddress(url, reference),
        digest: entry === undefined ? '' : digestIn(entry),
      };
    },
    write: async ({ chart, archive, provenance }) => {
      const { name, version } = chart.metadata;
      const fileName = `${name}-${version}.tgz`;
      await uploadChart(remotes, repository, { fileName, archive, provenance, force: false });
      // The server chooses the address of the archive, which its next index has.
      const { url, versions } = await remotes.refreshVersions(repository, name);
      const saved = versions?.find((one) => one.version === version)?.urls[0];
      return { reference: shownAddress(url, saved ?? repository.url), digest: digestOf(archive) };
    },
  };
}

/** The address of a chart in an index, to show it. */
function shownAddress(repository: URL, reference: string): string {
  return isRegistryAddress(reference) ? shownText(reference) : shownUrl(chartUrl(repository, reference));
}

function folderTarget(place: string, url: string, tell: Tell): Target {
  const file = join(place, 'index.yaml');
  const read = (): RepositoryIndex => readIndexFile(file) ?? emptyIndex();
  const archivePath = (name: string, version: string): string => `${name}-${version}.tgz`;
  const digestIn = (name: string, version: string): string | undefined => {
    const entry = findEntry(read(), name, version);
    if (entry === undefined) return undefined;
    return `sha256:${textField(entry, 'digest').replace(/^sha256:/, '')}`;
  };
  // In a checkout the index may have what the folder has not: `*.tgz` in .gitignore, or a conflict that was resolved.
  const isLost = (name: string, version: string, own: string): boolean => {
    const path = archivePath(name, version);
    const entry = findEntry(read(), name, version);
    const [address] = listField(entry, 'urls');
    if (digestIn(name, version) !== own || (address !== path && address !== urlOf(url, path))) return false;
    try {
      return digestOf(readRegularFile(join(place, path), MAX_CHART)) !== own;
    } catch (error) {
      if (error instanceof FileReadError) return true;
      throw error;
    }
  };
  const reference = (name: string, version: string): Published => {
    const path = archivePath(name, version);
    return { reference: url === '' ? join(place, path) : urlOf(url, path), digest: digestIn(name, version) ?? '' };
  };
  return {
    place,
    isFolder: true,
    versions: async (name) => (read().entries.get(name) ?? []).map((entry) => textField(entry, 'version')),
    digest: async (name, version, own) => (isLost(name, version, own) ? undefined : digestIn(name, version)),
    reference: async (name, version) => reference(name, version),
    write: async ({ chart, archive, provenance, created }) => {
      const { name, version } = chart.metadata;
      const stat = statSync(place, { throwIfNoEntry: false });
      if (stat !== undefined && !stat.isDirectory()) {
        throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(place)} is not a folder`, {
          hints: ['give the folder of a chart repository'],
        });
      }
      const path = archivePath(name, version);
      const add = (): void => {
        const there = digestIn(name, version);
        // Another process published the version since this one checked.
        const own = digestOf(archive);
        if (there === own && !isLost(name, version, own)) return;
        if (there !== undefined && there !== own) throw otherContent(name, version, [place]);
        removeAbandoned(place);
        // The index is written last, so that every archive that it names exists.
        writeFileAtomic(join(place, path), archive);
        if (provenance !== undefined) writeFileAtomic(join(place, `${path}.prov`), provenance);
        const index = read();
        addEntry(index, entryOf(chart, archive, urlOf(url, path), created));
        writeFileAtomic(file, printIndex(index, created));
      };
      await whileLocked(file, add, tell);
      return reference(name, version);
    },
  };
}
