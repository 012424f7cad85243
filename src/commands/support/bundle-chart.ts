/** A chart of a bundle. */
import { basename } from 'node:path';
import type { Chart } from '../../chart/chart.ts';
import { readChartArchive } from '../../chart/load.ts';
import { compareVersions, parseVersion } from '../../chart/version.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { Bundle } from '../../repository/bundle.ts';
import type { BundleChart } from '../../repository/bundle.ts';
import { pickVersion } from '../../repository/index-file.ts';
import { trustPolicyFile } from '../../repository/signatures/policy-file.ts';
import type { BundlePlace } from './chart-source.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * Loads a chart of a bundle; nothing is fetched.
 *
 * @throws {PkgError} `PKG_BUNDLE_INVALID`; `PKG_CHART_AMBIGUOUS` for one of several charts; `PKG_CHART_NOT_FOUND`,
 *   `PKG_CHART_VERSION_NOT_FOUND`; whatever loading the archive throws
 */
export async function openBundled({ file, name }: BundlePlace, flags: RemoteFlags): Promise<Chart> {
  const bundle = new Bundle(file);
  try {
    const found = choose(bundle.charts, file, name, (flags.version ?? '').trim());
    const archive = bundle.archive(found);
    const location = `${file}#${found.name}`;
    const policy = trustPolicyFile(flags['trust-policy'] ?? '', process.env);
    if (policy !== undefined) {
      const { judgeBundled } = await import('./local-trust.ts');
      await judgeBundled({ bundle, found, path: file, location }, policy);
    }
    if (flags.verify === true) {
      const { verifyFound } = await import('./verify.ts');
      const fetchProvenance = (): Promise<Buffer | undefined> => Promise.resolve(bundle.provenance(found));
      await verifyFound({ fileName: basename(found.file), location, fetchProvenance }, archive, flags);
    }
    return await readChartArchive(archive, location);
  } finally {
    bundle.close();
  }
}

function choose(charts: readonly BundleChart[], file: string, name: string, version: string): BundleChart {
  const names = [...new Set(charts.map((chart) => chart.name))];
  const wanted = name === '' && names.length === 1 ? (names[0] ?? '') : name;
  const example = `${printable(file)}#${printable(names[0] ?? '', 60)}`;
  if (wanted === '' && names.length > 1) {
    throw new PkgError('PKG_CHART_AMBIGUOUS', `${printable(file)} holds ${names.length} charts`, {
      notes: charts.map((chart) => printable(`${file}#${chart.name}: ${chart.version}`, 200)),
      hints: [`write which one: ${example}`],
    });
  }
  const versions = charts
    .filter((chart) => chart.name === wanted)
    .flatMap((chart) => {
      const parsed = parseVersion(chart.version);
      return parsed === undefined ? [] : [{ ...chart, parsed }];
    })
    .sort((a, b) => compareVersions(b.parsed, a.parsed));
  if (versions.length === 0) {
    throw new PkgError('PKG_CHART_NOT_FOUND', `${printable(file)} has no chart ${printable(wanted, 60)}`, {
      notes: names.map((one) => `it has ${printable(one, 60)}`),
      hints: names.length === 0 ? [] : [`write ${example}`],
    });
  }
  // The only version is meant, a pre-release too.
  const [only] = versions;
  const found = version === '' && versions.length === 1 ? only : pickVersion(versions, version);
  if (found !== undefined) return found;
  throw new PkgError(
    'PKG_CHART_VERSION_NOT_FOUND',
    `no version of ${printable(wanted, 60)} in ${printable(file)} fits '${printable(version, 60)}'`,
    { notes: versions.map((one) => `it has ${printable(one.version, 60)}`) },
  );
}
