/** The rows of `pkg outdated`: newer versions of the charts of releases. */
import type { ChartSource } from '../../chart/chart.ts';
import { inParallel } from '../../parallel.ts';
import { PkgError, withDetails } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Release } from '../../release/release.ts';
import { chartField } from '../../release/recorded-chart.ts';
import { fetchVersion, findNewerVersions, serverOf } from '../../repository/newer-versions.ts';
import type { NewerOptions } from '../../repository/newer-versions.ts';
import type { Remotes } from '../../repository/remotes.ts';
import type { Paint } from '../../terminal/color.ts';
import { renderDiff } from '../../terminal/diff.ts';
import { toPlain } from '../../yaml/value.ts';
import { goYaml } from './go-yaml.ts';
import { accessOf, withRemotes } from './remotes.ts';
import type { RemoteFlags } from './remotes.ts';

/** The most repositories that are asked at once. */
const AT_ONCE = 8;

/** A release and the recorded source of its chart; undefined where it is unknown. `error`: it could not be read. */
export type ReleaseSource = { release: Release; source: ChartSource | undefined; error?: PkgError };

/** A line of the table, in the order of its columns. */
export type Row = {
  name: string;
  namespace: string;
  chart: string;
  version: string;
  fitting: string;
  newest: string;
  status: 'outdated' | 'up to date' | 'unknown' | 'failed';
};

/** The result for a release; `diff` is empty for no changes in the default values. */
export type Seen = { row: Row; source: ChartSource | undefined; diff: string; error: PkgError | undefined };

/**
 * Looks for newer versions of the charts of releases.
 *
 * @param paint colours the diff of default values; undefined for no diff
 * @throws {PkgError} `PKG_USAGE` for one login and several servers
 */
export async function findNewer(
  found: readonly ReleaseSource[],
  flags: RemoteFlags & { constraint: string | undefined },
  paint: Paint | undefined,
): Promise<Seen[]> {
  if (flags.username !== undefined || flags.password !== undefined || flags['password-stdin'] === true) {
    checkLogin(found);
  }
  const { constraint = '', devel = false } = flags;
  const options = { constraint, devel, access: await accessOf(flags) };
  return await withRemotes({ flags }, (remotes) =>
    inParallel(found, AT_ONCE, (one) => look(one, options, remotes, paint)),
  );
}

/** Refuses a login on the command line for charts of several servers: it must not be sent to all of them. */
function checkLogin(found: readonly ReleaseSource[]): void {
  const servers = new Set(found.flatMap(({ source }) => (source === undefined ? [] : [serverOf(source)])));
  if (servers.size < 2) return;
  const names = printable([...servers].join(', '), 500);
  throw new PkgError('PKG_USAGE', `--username and --password are for one server, and the charts come from ${names}`, {
    hints: ['leave out both, and log in with `pkg repo add` or `pkg registry login`'],
  });
}

/** The result for one release. An error is returned, so that the other releases are shown. */
async function look(
  { release, source, error: unread }: ReleaseSource,
  options: NewerOptions,
  remotes: Remotes,
  paint: Paint | undefined,
): Promise<Seen> {
  const version = chartField(release, 'version');
  const { name, namespace } = release;
  const row = { name, namespace, chart: chartField(release, 'name'), version, fitting: '', newest: '' };
  const nothing = { source, diff: '', error: undefined };
  try {
    if (unread !== undefined) throw unread;
    if (source === undefined) return { ...nothing, row: { ...row, status: 'unknown' } };
    const { fitting, newest, next, isOutdated } = await findNewerVersions(source, version, options, remotes);
    const status = isOutdated ? 'outdated' : 'up to date';
    const isCompared = paint !== undefined && next !== '';
    const diff = isCompared ? await valuesDiff(source, [version, next], options, remotes, paint) : '';
    return { ...nothing, row: { ...row, fitting, newest, status }, diff };
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const named = withDetails(error, {}, `${printable(name, 60)}: ${error.message}`);
    return { ...nothing, row: { ...row, status: 'failed' }, error: named };
  }
}

/** What changes in the default values from one version of a chart to another; empty for nothing. */
async function valuesDiff(
  source: ChartSource,
  versions: readonly [before: string, after: string],
  { access }: NewerOptions,
  remotes: Remotes,
  paint: Paint,
): Promise<string> {
  const [before, after] = await Promise.all(
    versions.map(async (one) => {
      const { values } = await fetchVersion(source, one, access, remotes);
      return goYaml(toPlain(values));
    }),
  );
  if (before === undefined || after === undefined || before === after) return '';
  const [beforeName, afterName] = versions;
  return renderDiff({ before, after, beforeName, afterName }, paint);
}
