/** Chooses a chart of a bundle by name and version. */
import { compareVersionTexts, isVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import type { BundleChart } from './bundle.ts';
import { pickVersion } from './index-file.ts';

/**
 * Chooses the newest version of a chart that fits.
 *
 * @param file the path of the bundle, for messages
 * @param name of the chart; empty where the bundle has only one
 * @param version a version, or a constraint; empty for any
 * @throws {PkgError} `PKG_CHART_AMBIGUOUS` for several charts and no name; `PKG_CHART_NOT_FOUND`,
 *   `PKG_CHART_VERSION_NOT_FOUND`
 */
export function chooseBundled(
  charts: readonly BundleChart[],
  file: string,
  name: string,
  version: string,
): BundleChart {
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
    .filter((chart) => chart.name === wanted && isVersion(chart.version))
    .sort((a, b) => compareVersionTexts(b.version, a.version));
  if (versions.length === 0) {
    throw new PkgError('PKG_CHART_NOT_FOUND', `${printable(file)} has no chart ${printable(wanted, 60)}`, {
      notes: names.map((one) => `it has ${printable(one, 60)}`),
      hints: names.length === 0 ? [] : [`write ${example}`],
    });
  }
  // Where there is one version only, it is chosen even if it is a pre-release.
  const [only] = versions;
  const found = version === '' && versions.length === 1 ? only : pickVersion(versions, version);
  if (found !== undefined) return found;
  throw new PkgError(
    'PKG_CHART_VERSION_NOT_FOUND',
    `no version of ${printable(wanted, 60)} in ${printable(file)} fits '${printable(version, 60)}'`,
    {
      notes: versions.map((one) => `it has ${printable(one.version, 60)}`),
      hints: ['change --version, or leave it out for the newest version'],
    },
  );
}
