/** A chart by what was typed for it: a path, or something that is fetched. */
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { bundlePlace, isPath as liesHere } from '../../repository/chart-place.ts';
import { trustPolicyFile } from '../../repository/signatures/policy-file.ts';
import type { LooseArchive } from './bundle-chart.ts';
import { linkOptions } from './load.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * Loads a chart. What lies on this machine comes first, as with Helm; everything else is fetched.
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
    const bundle = bundlePlace(path);
    if (bundle !== undefined) return (await import('./bundle-chart.ts')).openBundled(bundle, flags);
    const policy = trustPolicyFile(flags['trust-policy'] ?? '', process.env);
    if (policy !== undefined) await (await import('./local-trust.ts')).judgeLocal(path, policy);
    if (flags.verify === true) {
      const { verifyFile } = await import('./verify.ts');
      await verifyFile(path, flags);
    }
    return loadChart(path, links);
  }
  const { fetchChart } = await import('./fetch-chart.ts');
  return fetchChart(path, flags);
}

/**
 * The archive of a chart that is neither a folder nor a file of its own: one in a bundle, or one that is fetched.
 *
 * @throws {PkgError} whatever fetching throws
 */
export async function looseArchive(reference: string, flags: RemoteFlags): Promise<LooseArchive | undefined> {
  const bundle = (flags.repo ?? '') === '' ? bundlePlace(reference) : undefined;
  if (bundle !== undefined) return (await import('./bundle-chart.ts')).bundledArchive(bundle, flags);
  return isPath(reference, flags) ? undefined : (await import('./fetch-chart.ts')).fetchArchive(reference, flags);
}

/** Does this mean something on this machine, whether it is there or not? */
export function isPath(reference: string, flags: RemoteFlags): boolean {
  return liesHere(reference, flags.repo ?? '');
}
