/** A chart by what was typed for it: a path, or something that is fetched. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { linkOptions } from './load.ts';
import type { RemoteFlags } from './remotes.ts';

/** For the help of commands that take a chart. */
export const CHART_SUMMARY = 'a chart: a folder, an archive, an address, oci://HOST/PATH, REPOSITORY/NAME, or a name';

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
    if (flags.verify === true) {
      const { verifyFile } = await import('./verify.ts');
      await verifyFile(path, flags);
    }
    return loadChart(path, links);
  }
  const { fetchChart } = await import('./fetch-chart.ts');
  return fetchChart(path, flags);
}

/** Does this mean something on this machine, whether it is there or not? */
export function isPath(reference: string, flags: RemoteFlags): boolean {
  if ((flags.repo ?? '') !== '') return false;
  return reference === '' || existsSync(reference) || isAbsolute(reference) || reference.startsWith('.');
}
