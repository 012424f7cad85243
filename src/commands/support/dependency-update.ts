/** `--dependency-update`: fetches what a chart declares and does not hold. */
import { missingDependencies } from '../../chart/dependencies.ts';
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { sourceDateEpoch } from '../../chart/package.ts';
import { printable } from '../../errors-text.ts';
import { declaredDependencies } from '../../repository/chart-lock.ts';
import { updateDependencies } from '../../repository/update-dependencies.ts';
import { printError } from '../../terminal/output.ts';
import { withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * The chart with its dependencies: as it is when none is missing, else loaded again once all are fetched. A library
 * is left alone: it cannot be installed, which is reported later.
 *
 * @throws {PkgError} whatever fetching and loading throw
 */
export async function withDependencies(chart: Chart, flags: RemoteFlags, links: LinkOptions): Promise<Chart> {
  if (missingDependencies(chart).length === 0 || chart.metadata.type === 'library') return chart;
  await updateAll(chart, flags, links);
  return loadChart(chart.location, links);
}

/**
 * Fetches the newest fitting version of every dependency into `charts/`, writes Chart.lock, and says on stderr what
 * `charts/` now holds. A chart without dependencies is left alone.
 *
 * @throws {PkgError} as `updateDependencies` does
 */
export async function updateAll(chart: Chart, flags: RemoteFlags, links: LinkOptions): Promise<void> {
  if (declaredDependencies(chart).length === 0) return;
  const modified = sourceDateEpoch(process.env);
  const warn = (message: string): void => printError(`warning: ${message}\n`);
  const fetched = await withRemotes({ flags }, (remotes) =>
    updateDependencies(chart, { remotes, links, modified, warn }),
  );
  const names = fetched.map(({ name, version }) => `${printable(name, 60)} ${printable(version, 60)}`);
  printError(`note: charts/ of ${printable(chart.location)} now holds ${names.join(', ')}\n`);
}
