/** What `dependency update` and `dependency build` do once they have read the chart. */
import type { ArgInput } from '@oclif/core/interfaces';
import type { Chart } from '../../chart/chart.ts';
import { sourceDateEpoch } from '../../chart/package.ts';
import type { FetchedArchive } from '../../repository/resolve-dependency.ts';
import { checkLock, updateDependencies } from '../../repository/update-dependencies.ts';
import { print, printError } from '../../terminal/output.ts';
import * as Args from './arg-types.ts';
import type { FlagValues } from './flag-types.ts';
import { CHART_FLAGS, SOURCE_FLAGS } from './chart-flags.ts';
import { REMOTE_FLAGS, SKIP_REFRESH_FLAG } from './remote-flags.ts';
import { linkOptions } from './link-options.ts';
import { withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';
import { refreshFor } from './update-indexes.ts';

type VerifyFlags = FlagValues<Pick<typeof SOURCE_FLAGS, 'verify' | 'keyring'>>;

/** What both commands take. */
export const FETCH_ARGS: ArgInput<{ CHART: string | undefined }> = {
  CHART: Args.string({ description: 'a chart folder', complete: 'directory' }),
};

/** How both commands fetch. */
export const FETCH_FLAGS: typeof SKIP_REFRESH_FLAG &
  Pick<typeof SOURCE_FLAGS, 'verify' | 'keyring'> &
  typeof REMOTE_FLAGS &
  typeof CHART_FLAGS = {
  ...SKIP_REFRESH_FLAG,
  verify: SOURCE_FLAGS.verify,
  keyring: SOURCE_FLAGS.keyring,
  ...REMOTE_FLAGS,
  ...CHART_FLAGS,
};

/**
 * Fetches the dependencies of a chart into its `charts/`, and says so in Helm's words.
 *
 * @param options.locked the versions of the lock file are fetched, and none are chosen
 * @throws {PkgError} as `updateDependencies` does
 */
export async function fetchDependencies(
  chart: Chart,
  flags: RemoteFlags & FlagValues<typeof SKIP_REFRESH_FLAG> & VerifyFlags,
  { locked }: { locked: boolean },
): Promise<void> {
  await withRemotes({ flags }, async (remotes) => {
    if (locked) checkLock(chart, remotes);
    if (!flags['skip-refresh']) await refreshFor(chart, remotes, print);
    await updateDependencies(chart, {
      remotes,
      freshness: flags['skip-refresh'] ? 'cached' : 'checked',
      locked,
      links: linkOptions(flags),
      ...(flags.verify ? { verify: (archive) => verifyArchive(archive, flags) } : {}),
      modified: sourceDateEpoch(process.env),
      say: (line) => print(`${line}\n`),
      warn: (message) => printError(`warning: ${message}\n`),
    });
  });
}

/** Checks that a dependency is signed by a key of the keyring. */
async function verifyArchive({ name, bytes, ...archive }: FetchedArchive, flags: VerifyFlags): Promise<void> {
  const { verifyFound } = await import('./verify.ts');
  await verifyFound({ fileName: name, ...archive }, bytes, flags);
}
