/** `--dependency-update`: fetches what a chart declares and does not hold. */
import { missingDependencies } from '../../chart/dependencies.ts';
import type { Chart } from '../../chart/chart.ts';
import type { LinkOptions } from '../../chart/links.ts';
import { loadChart } from '../../chart/load.ts';
import { printable } from '../../errors-text.ts';
import type { RepositorySettings } from '../../repository/remotes.ts';
import { updateDependencies } from '../../repository/update.ts';
import { printError } from '../../terminal/output.ts';
import type { FlagValues } from './command.ts';
import type { DEPENDENCY_FLAGS } from './flags.ts';

/** What takes less time goes unsaid. */
const QUIET_MS = 1_000;

/**
 * The chart with its dependencies: as it is when none is missing, else loaded again once all are fetched. A library
 * is left alone: it cannot be installed, which is told later.
 *
 * @throws {PkgError} whatever fetching and loading throw
 */
export async function withDependencies(
  chart: Chart,
  flags: Partial<FlagValues<typeof DEPENDENCY_FLAGS>>,
  links: LinkOptions,
): Promise<Chart> {
  if (missingDependencies(chart).length === 0 || chart.metadata.type === 'library') return chart;
  let doing = '';
  const timer = setInterval(() => {
    if (doing !== '') printError(`${printable(doing, 1000)}\n`);
    doing = '';
  }, QUIET_MS);
  try {
    const settings = settingsOf(flags);
    const fetched = await updateDependencies(chart, {
      env: process.env,
      settings,
      links,
      tell: (what) => (doing = what),
    });
    const names = fetched.map(({ name, version }) => `${printable(name, 60)} ${printable(version, 60)}`);
    printError(`note: charts/ of ${printable(chart.location)} now holds ${names.join(', ')}\n`);
  } finally {
    clearInterval(timer);
  }
  return loadChart(chart.location, links);
}

function settingsOf(flags: Partial<FlagValues<typeof DEPENDENCY_FLAGS>>): RepositorySettings {
  return {
    repositoryConfig: flags['repository-config'] ?? '',
    registryConfig: flags['registry-config'] ?? '',
    registry: {
      username: flags.username ?? '',
      password: flags.password ?? '',
      caFile: flags['ca-file'] ?? '',
      certFile: flags['cert-file'] ?? '',
      keyFile: flags['key-file'] ?? '',
      insecure: flags['insecure-skip-tls-verify'] ?? false,
      plainHttp: flags['plain-http'] ?? false,
    },
  };
}
