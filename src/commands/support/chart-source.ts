/** A chart by what was typed for it: a path, or something that is fetched. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { isBundle } from '../../repository/bundle-file.ts';
import { trustPolicyFile } from '../../repository/signatures/policy-file.ts';
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

/** Does this mean something on this machine, whether it is there or not? */
export function isPath(reference: string, flags: RemoteFlags): boolean {
  if ((flags.repo ?? '') !== '') return false;
  if (reference === '' || existsSync(reference) || isAbsolute(reference) || reference.startsWith('.')) return true;
  return bundlePlace(reference) !== undefined;
}

/** A bundle, and which of its charts is meant: empty for the only one. */
export type BundlePlace = { file: string; name: string };

/** What is written as `FILE` or `FILE#NAME`, where that file is a bundle; undefined for anything else. */
function bundlePlace(reference: string): BundlePlace | undefined {
  if (isBundle(reference)) return { file: reference, name: '' };
  if (!reference.includes('#')) return undefined;
  const [, file = '', name = ''] = /^(.+)#([^#/]+)$/s.exec(reference) ?? [];
  return file !== '' && isBundle(file) ? { file, name } : undefined;
}
