/** `--dependency-update`: fetches what a chart declares and does not hold. */
import { missingDependencies } from '../../chart/dependencies.ts';
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { sourceDateEpoch } from '../../chart/package.ts';
import { printable } from '../../errors-text.ts';
import { updateDependencies } from '../../repository/update.ts';
import { printError } from '../../terminal/output.ts';
import { withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';

/**
 * The chart with its dependencies: as it is when none is missing, else loaded again once all are fetched. A library
 * is left alone: it cannot be installed, which is told later.
 *
 * @throws {PkgError} whatever fetching and loading throw
 */
export async function withDependencies(chart: Chart, flags: RemoteFlags, links: LinkOptions): Promise<Chart> {
  if (missingDependencies(chart).length === 0 || chart.metadata.type === 'library') return chart;
  const modified = sourceDateEpoch(process.env);
  const warn = (message: string): void => printError(`warning: ${message}\n`);
  const fetched = await withRemotes(flags, (remotes) => updateDependencies(chart, { remotes, links, modified, warn }));
  const names = fetched.map(({ name, version }) => `${printable(name, 60)} ${printable(version, 60)}`);
  printError(`note: charts/ of ${printable(chart.location)} now holds ${names.join(', ')}\n`);
  return loadChart(chart.location, links);
}
