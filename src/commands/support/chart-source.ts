/** Opens the chart that a user names: a path, a bundle, or a reference to a repository or registry. */
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { bundleReference, isPath as liesHere } from '../../repository/bundle-reference.ts';
import type { LooseArchive } from './bundle-chart.ts';
import { linkOptions } from './link-options.ts';
import { judgePath } from './local-trust.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * Loads a chart. As in Helm, a path that exists comes first; any other reference is fetched.
 *
 * @throws {PkgError} whatever loading and fetching throw
 */
export async function openChart(
  reference: string,
  flags: RemoteFlags,
  links: LinkOptions = linkOptions(flags),
): Promise<Chart> {
  const path = reference.trim();
  if (isPath(path, flags)) {
    const bundle = bundleReference(path);
    if (bundle !== undefined) return (await import('./bundle-chart.ts')).openBundled(bundle, flags);
    await checkPath(path, flags);
    return loadChart(path, links);
  }
  const { fetchChart } = await import('./fetch-chart.ts');
  return fetchChart(path, flags);
}

/** Applies the trust policy and `--verify` to a folder or an archive. @throws {PkgError} where it is not accepted */
export async function checkPath(path: string, flags: RemoteFlags): Promise<void> {
  await judgePath(path, flags);
  if (flags.verify === true) await (await import('./verify.ts')).verifyFile(path, flags);
}

/**
 * The archive of a chart in a bundle, or of one that is fetched; undefined for a folder or a file.
 *
 * @throws {PkgError} whatever fetching throws
 */
export async function looseArchive(reference: string, flags: RemoteFlags): Promise<LooseArchive | undefined> {
  const bundle = (flags.repo ?? '') === '' ? bundleReference(reference) : undefined;
  if (bundle !== undefined) return (await import('./bundle-chart.ts')).bundledArchive(bundle, flags);
  return isPath(reference, flags) ? undefined : (await import('./fetch-chart.ts')).fetchArchive(reference, flags);
}

/** Does a reference mean a path on this machine, whether or not there is a chart? */
export function isPath(reference: string, flags: RemoteFlags): boolean {
  return liesHere(reference, flags.repo ?? '');
}
