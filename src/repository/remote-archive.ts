/**
 * Fetches archives of charts from registries and repositories. All commands fetch charts through this file, which applies
 * the trust policy to each of them.
 */
import { posix } from 'node:path';
import { MAX_CHART } from '../chart/limits.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { tryParseJson } from '../yaml/json.ts';
import { textField } from '../yaml/value.ts';
import { isOtherDigest, sha256Of } from './digest.ts';
import { tagOf, versionOfTag } from './oci.ts';
import type { ChartManifest } from './registry.ts';
import type { ChartReference } from './registry-session.ts';
import { MAX_PROVENANCE } from './remotes.ts';
import type { Remotes } from './remotes.ts';
import type { Repository } from './repositories.ts';
import type { ChartSignatures } from './signatures/find-signatures.ts';
import type { ChartToJudge, Grounds, SignedName } from './signatures/judge-chart.ts';
import { registryName, webName } from './signatures/policy-names.ts';
import { isSameRepository, repositoryUrl } from './urls.ts';

/** An archive that is not fetched yet. All functions throw the errors of fetching and of the trust policy. */
export type RemoteArchive = {
  fetch: () => Promise<Buffer>;
  /** The provenance; undefined where there is none. */
  fetchProvenance: () => Promise<Buffer | undefined>;
};

/** An archive in a registry. */
export type RegistryArchive = RemoteArchive & {
  /** Chart.yaml as JSON, without the archive; undefined where it is the archive that is signed. */
  fetchMetadata: () => Promise<Buffer | undefined>;
  /** Chart.yaml as JSON for copying the chart; the trust policy is not applied. */
  fetchConfig: () => Promise<Buffer>;
  /**
   * Everything that may be a signature of what the reference names, as for cosign, not verified. If that is an index
   * without any, those of the manifest in it: either digest names the bytes of the chart.
   */
  fetchSignatures: () => Promise<ChartSignatures>;
};

/** The most bytes of the config (Chart.yaml as JSON). */
const MAX_CONFIG = 4 << 20;

/**
 * Where an archive is in a registry. `chart` is the chart that was asked for: its name, its version as a tag (empty where
 * only a digest was given), and what rules of a trust policy call it.
 */
export type RegistryLocation = {
  reference: ChartReference;
  manifest: ChartManifest;
  chart: { name: string; tag: string; names: () => readonly string[] };
  fileName: string;
  location: string;
};

/** The archive that a manifest names. */
export function archiveInRegistry(place: RegistryLocation, remotes: Remotes): RegistryArchive {
  const { reference, manifest, fileName, location } = place;
  const registry = remotes.registry();
  const archive = once(() => registry.blob(reference, manifest.chart, MAX_CHART));
  const config = once(() => registry.blob(reference, manifest.config, MAX_CONFIG));
  const provenance = once(async () =>
    manifest.provenance === undefined ? undefined : await registry.blob(reference, manifest.provenance, MAX_PROVENANCE),
  );
  const signatures = once(async (): Promise<ChartSignatures> => {
    const finder = await remotes.signatures();
    const { digest, root } = manifest;
    const found = await finder.find(reference, root.digest);
    if (digest === root.digest || found.artifacts.length + found.problems.length > 0)
      return { ...found, digest: root.digest };
    return { ...(await finder.find(reference, digest)), digest };
  });
  const judged = once(async () => {
    const { names } = place.chart;
    const grounds = await judge({ names, location, fileName, archive, provenance, signatures }, remotes);
    if (grounds !== 'free') checkName(grounds === 'cosign' ? namesOf(await config()) : grounds.pgp, place);
    return grounds;
  });
  return {
    fetch: async () => {
      await judged();
      return await archive();
    },
    fetchProvenance: provenance,
    fetchMetadata: async () => (typeof (await judged()) === 'object' ? undefined : await config()),
    fetchConfig: config,
    fetchSignatures: signatures,
  };
}

function namesOf(config: Buffer): SignedName {
  const json = tryParseJson(config);
  return { name: textField(json, 'name'), version: textField(json, 'version') };
}

/**
 * Checks name and version of a signed chart against those that were asked for. A signature covers neither the path and tag
 * of a manifest nor the entry of an index: whoever can write to the registry or to the index could offer a signed chart
 * under another name, or an old version as a new one.
 */
function checkName(
  { name, version }: SignedName,
  { chart, location }: { chart: { name: string; tag: string }; location: string },
): void {
  const isWanted = name === chart.name && (chart.tag === '' || tagOf(version) === chart.tag);
  if (isWanted) return;
  throw new PkgError('PKG_CHART_UNTRUSTED', `${printable(location, 300)} is not the chart that was asked for`, {
    notes: [
      `asked for is ${printable(`${chart.name} ${versionOfTag(chart.tag)}`.trim(), 120)}`,
      `signed is ${printable(`${name} ${version}`, 120)}`,
    ],
    hints: ['ask the operator of the server: a signed chart was put in the place of another one'],
  });
}

/** A chart in a registry that the user named by its address, with a tag (empty for a digest alone). */
export function namedInRegistry({ host, path }: ChartReference, tag: string): RegistryLocation['chart'] {
  const names = (): string[] => [registryName(host, path)];
  return { name: posix.basename(path), tag, names };
}

/** Where an archive is in a chart repository, or at an address of its own. `names` are what rules of a trust policy call it. */
export type RepositoryLocation = {
  /** The chart that was asked for, its version as a tag; undefined for an address of an archive. */
  chart: { name: string; tag: string } | undefined;
  repository: Repository;
  url: URL;
  /** By the index; empty for none. */
  digest: string;
  /** What the index says now, if that differs: the version was published again. */
  newer?: () => Promise<{ url: URL; digest: string } | undefined>;
  names: () => readonly string[];
  fileName: string;
  location: string;
};

/** The archive at an address. */
export function archiveInRepository(place: RepositoryLocation, remotes: Remotes): RemoteArchive {
  const { repository, url, chart, names, fileName, location } = place;
  let from = url;
  const archive = once(async () => {
    try {
      return await remotes.fetchArchive(repository, url, place.digest, MAX_CHART);
    } catch (error) {
      const newer = isOtherDigest(error) ? await place.newer?.() : undefined;
      if (newer === undefined) throw error;
      from = newer.url;
      return await remotes.fetchArchive(repository, from, newer.digest, MAX_CHART);
    }
  });
  const provenance = once(async () => {
    const hash = sha256Of(await archive());
    return await remotes.fetchProvenance(repository, from, hash);
  });
  const judged = once(async () => {
    const grounds = await judge({ names, location, fileName, archive, provenance, signatures: undefined }, remotes);
    if (chart !== undefined && typeof grounds === 'object') checkName(grounds.pgp, { chart, location });
  });
  return {
    fetch: async () => {
      await judged();
      return await archive();
    },
    fetchProvenance: provenance,
  };
}

/**
 * The names of a chart in a repository for the rules of a trust policy: the address of the repository with the chart's
 * name, and `REPOSITORY/NAME` for each name of this repository in repositories.yaml. The address of the archive does not
 * count: the index could name one for which the policy requires less.
 */
export function namesInRepository({ name, url }: Repository, chart: string, remotes: Remotes): string[] {
  const known = remotes
    .known()
    .filter((one) => one.name === name || isSameRepository(inOneForm(one.url), inOneForm(url)));
  const called = new Set([...(name === '' ? [] : [name]), ...known.map((one) => one.name)]);
  return [
    `${webName(repositoryUrl(url)).replace(/\/+$/, '')}/${chart}`,
    ...[...called].map((one) => `${one}/${chart}`),
  ];
}

/**
 * The names of an archive by its address: the address, and `REPOSITORY/FILE` for each known repository that it is below. The
 * name of the chart is known only from the archive, which is not verified yet.
 */
export function namesAtAddress(url: URL, fileName: string, remotes: Remotes): string[] {
  const address = webName(url);
  const homes = remotes.known().filter((one) => {
    const base = URL.parse(one.url);
    return base !== null && address.startsWith(`${webName(base).replace(/\/+$/, '')}/`);
  });
  return [address, ...homes.map((one) => `${one.name}/${fileName}`)];
}

/** The address of a repository in the form of names, with its query, which may choose the repository. */
function inOneForm(text: string): string {
  const url = URL.parse(text);
  return url === null ? text : webName(url) + url.search;
}

type Fetched = Omit<ChartToJudge, 'names'> & { names: () => readonly string[] };

async function judge(chart: Fetched, remotes: Remotes): Promise<Grounds> {
  const policy = await remotes.trustPolicy();
  if (policy === undefined) return 'free';
  const { judgeChart } = await import('./signatures/judge-chart.ts');
  return await judgeChart(policy, { ...chart, names: chart.names() });
}

/** Calls a function once and gives its result each time. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= work());
}
