/** Reads charts in bundles. */
import { basename } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import { readChartArchive } from '../../chart/load.ts';
import { Bundle } from '../../repository/bundle.ts';
import { chooseBundled } from '../../repository/bundled-chart.ts';
import type { BundleReference } from '../../repository/bundle-reference.ts';
import { judgeCharts } from './local-trust.ts';
import type { RemoteFlags } from './remotes.ts';

/** Loads a chart of a bundle. @throws {PkgError} as {@link bundledArchive} does, and whatever loading the archive throws */
export async function openBundled(place: BundleReference, flags: RemoteFlags): Promise<Chart> {
  const { archive, location } = await bundledArchive(place, flags);
  return await readChartArchive(archive, location);
}

/** An archive without a file of its own. `location` names it in messages; `provenance` is undefined for none. */
export type LooseArchive = { archive: Uint8Array; location: string; provenance: Buffer | undefined };

/**
 * The archive of a chart of a bundle; nothing is fetched.
 *
 * @throws {PkgError} `PKG_BUNDLE_INVALID`; `PKG_CHART_AMBIGUOUS` for one of several charts; `PKG_CHART_NOT_FOUND`,
 *   `PKG_CHART_VERSION_NOT_FOUND`
 */
export async function bundledArchive({ file, name }: BundleReference, flags: RemoteFlags): Promise<LooseArchive> {
  const bundle = new Bundle(file);
  try {
    const found = chooseBundled(bundle.charts, file, name, (flags.version ?? '').trim());
    const archive = await bundle.archive(found);
    const location = `${file}#${found.name}`;
    await judgeCharts(bundle, [found], file, flags);
    if (flags.verify === true) {
      const { verifyFound } = await import('./verify.ts');
      const fetchProvenance = (): Promise<Buffer | undefined> => Promise.resolve(bundle.provenance(found));
      await verifyFound({ fileName: basename(found.file), location, fetchProvenance }, archive, flags);
    }
    return { archive, location, provenance: bundle.provenance(found) };
  } finally {
    bundle.close();
  }
}
