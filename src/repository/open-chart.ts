/** Loads a chart from a path, repository or registry, for the library. */
import { basename } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { loadChart, readChartArchive } from '../chart/load.ts';
import { Bundle } from './bundle.ts';
import { chooseBundled } from './bundled-chart.ts';
import { bundleReference, isPath } from './bundle-reference.ts';
import type { BundleReference } from './bundle-reference.ts';
import { findChart, loadFound } from './find-chart.ts';
import { DEFAULT_SETTINGS, Remotes } from './remotes.ts';
import { verifyFile, verifyFound } from './verify-archive.ts';

/** How a chart is found, fetched and verified. Each option means the same as the flag of that name. */
export type RemoteOptions = {
  repo?: string;
  version?: string;
  devel?: boolean;
  username?: string;
  password?: string;
  passCredentials?: boolean;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  insecureSkipTlsVerify?: boolean;
  plainHttp?: boolean;
  offline?: boolean;
  /** The archive must be signed by a key of the keyring. */
  verify?: boolean;
  keyring?: string;
  /** Called with a text when a download begins. */
  onProgress?: (what: string) => void;
};

/**
 * Loads a chart: a folder, an archive, `BUNDLE.tar[#NAME]`, an address, `oci://HOST/PATH[:TAG][@DIGEST]`,
 * `REPOSITORY/NAME`, or a name that the known repositories are searched for. Logins, repositories and caches are those
 * of the command line.
 *
 * @throws {PkgError} as `loadChart` does, and the errors of repositories and registries that cannot be read
 */
export async function openChart(reference: string, options: RemoteOptions = {}): Promise<Chart> {
  if (!isPath(reference, options.repo ?? '')) return await fetchChart(reference, options);
  const place = bundleReference(reference);
  if (place !== undefined) return await openBundled(place, options);
  if (options.verify === true) await verifyFile(reference, options);
  return await loadChart(reference);
}

async function fetchChart(reference: string, options: RemoteOptions): Promise<Chart> {
  const { repo = '', version = '', devel = false, onProgress = (): void => undefined } = options;
  const access = {
    username: options.username ?? '',
    password: options.password ?? '',
    passCredentials: options.passCredentials ?? false,
    caFile: options.caFile ?? '',
    certFile: options.certFile ?? '',
    keyFile: options.keyFile ?? '',
    insecure: options.insecureSkipTlsVerify ?? false,
  };
  const place = reference.startsWith('oci://') ? reference : repo;
  const host = /^oci:\/\/([^/]*)/.exec(place)?.[1] ?? '';
  const registry = { ...access, host, plainHttp: options.plainHttp ?? false };
  const settings = { ...DEFAULT_SETTINGS, offline: options.offline ?? false, registry };
  const remotes = new Remotes(process.env, onProgress, settings);
  try {
    const found = await findChart({ reference, repo, version, devel, access }, remotes);
    const archive = await found.fetch();
    if (options.verify === true) await verifyFound(found, archive, options);
    return await loadFound(found, archive);
  } finally {
    await remotes.close();
  }
}

async function openBundled({ file, name }: BundleReference, options: RemoteOptions): Promise<Chart> {
  const bundle = new Bundle(file);
  try {
    const found = chooseBundled(bundle.charts, file, name, options.version ?? '');
    const archive = await bundle.archive(found);
    const location = `${file}#${found.name}`;
    const fetchProvenance = async (): Promise<Buffer | undefined> => bundle.provenance(found);
    if (options.verify === true) {
      await verifyFound({ fileName: basename(found.file), location, fetchProvenance }, archive, options);
    }
    return await readChartArchive(archive, location);
  } finally {
    bundle.close();
  }
}
