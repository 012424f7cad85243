import type { Chart, ChartSource } from '../chart/chart.ts';
import { parseConstraint } from '../chart/constraint.ts';
import { readChartArchive } from '../chart/load.ts';
import { compareVersions, parseVersion } from '../chart/version.ts';
import { inParallel } from '../cluster/parallel.ts';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { getRelease, listReleases } from '../release/operations/history.ts';
import type { Release } from '../release/release.ts';
import { readStored } from '../release/stored-values.ts';
import { findVersion, newestVersions, serverOf } from '../repository/newer.ts';
import type { Newest, NewerOptions } from '../repository/newer.ts';
import type { Remotes } from '../repository/remotes.ts';
import { painter, wantsColor } from '../terminal/color.ts';
import type { Paint } from '../terminal/color.ts';
import { renderDiff } from '../terminal/diff.ts';
import { renderTable } from '../terminal/table.ts';
import { toPlain } from '../yaml/value.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { OUTPUT_FLAG, REMOTE_FLAGS } from './support/flags.ts';
import { goYaml } from './support/go-yaml.ts';
import { openNamespace } from './support/operate.ts';
import { chartField, printResult } from './support/release-output.ts';
import { accessOf, withRemotes } from './support/remotes.ts';

/** So many repositories and records are asked at a time. */
const AT_ONCE = 8;

export const command: Command = defineCommand({
  description: [
    'Shows for each release which newer versions of its chart there are: the newest that fits --constraint (without it:',
    'of the same major version), and the newest of all. A release is outdated where a newer version fits. pkg records',
    'where a chart came from when it installs or upgrades; of other releases, and of charts from folders, it is unknown.',
  ],
  examples: [
    { command: 'pkg outdated -A', says: 'releases of all namespaces' },
    { command: "pkg outdated shop --constraint '*' --values-diff", says: 'with what changes in the default values' },
    { command: 'pkg outdated -A --exit-code -o json', says: 'in a pipeline: status 2 when a release is outdated' },
  ],
  args: [{ name: 'RELEASE', summary: 'the name of a release', optional: true }],
  flags: {
    'all-namespaces': { type: 'boolean', char: 'A', summary: 'releases of all namespaces' },
    constraint: { type: 'string', value: 'RANGE', summary: 'versions that fit: ^1.2, ~1.2.3, *' },
    devel: { type: 'boolean', summary: 'pre-releases too' },
    'exit-code': { type: 'boolean', summary: 'end with status 2 when a release is outdated' },
    'values-diff': { type: 'boolean', summary: 'show what changes in the default values of the chart' },
    ...REMOTE_FLAGS,
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const [name] = args;
    const isAll = flags['all-namespaces'];
    if (name !== undefined && isAll) {
      throw new PkgError('PKG_USAGE', 'a release is in one namespace: --all-namespaces lists all releases', {
        hints: ['leave out one of the two'],
      });
    }
    const constraint = flags.constraint ?? '';
    if (constraint !== '') parseConstraint(constraint);
    const [cluster, namespace] = await openNamespace(flags);
    const listed = name === undefined ? listReleases(cluster, isAll ? {} : { namespace }) : undefined;
    const releases = (await (listed ?? getRelease(cluster, namespace, name ?? '').then((one) => [one]))).filter(
      ({ info }) => info.status !== 'uninstalled',
    );
    const found = await inParallel(releases, AT_ONCE, async (release): Promise<Found> => {
      const { source } = await readStored(cluster, release);
      return { release, source: source?.repository === '' ? undefined : source };
    });
    if (flags.username !== undefined || flags.password !== undefined || flags['password-stdin']) checkLogin(found);
    const paint = painter(flags.output === 'table' && wantsColor(flags.color, 1));
    const options = { constraint, devel: flags.devel, access: await accessOf(flags) };
    const seen = await withRemotes(flags, (remotes) =>
      inParallel(found, AT_ONCE, (one) => look(one, options, remotes, flags['values-diff'] ? paint : undefined)),
    );
    const rows = seen.map(({ row }) => row);
    await printResult(
      flags.output,
      () => seen.map(({ row, source, diff }) => ({ ...row, ...dataOf(source), ...(diff && { values_diff: diff }) })),
      () =>
        renderTable([
          ['NAME', 'NAMESPACE', 'CHART', 'VERSION', 'FITTING', 'NEWEST', 'STATUS'],
          ...rows.map((row) => Object.values(row)),
        ]) + seen.map(({ row, diff }) => (diff ? `\n${heading(row, paint)}${diff}` : '')).join(''),
    );
    throwTogether(
      seen.flatMap(({ error }) => error ?? []),
      (count) => `of ${count} releases it could not be found out which versions there are`,
    );
    return flags['exit-code'] && rows.some(({ status }) => status === 'outdated') ? 2 : 0;
  },
});

type Found = { release: Release; source: ChartSource | undefined };

/** A line of the table, in the order of its columns. */
type Row = {
  name: string;
  namespace: string;
  chart: string;
  version: string;
  fitting: string;
  newest: string;
  status: 'outdated' | 'up to date' | 'unknown' | 'failed';
};

type Seen = { row: Row; source: ChartSource | undefined; diff: string; error: PkgError | undefined };

/** A login that is given is for one server, and the others must not get it. */
function checkLogin(found: readonly Found[]): void {
  const servers = new Set(found.flatMap(({ source }) => (source === undefined ? [] : [serverOf(source)])));
  if (servers.size < 2) return;
  const names = printable([...servers].join(', '), 500);
  throw new PkgError('PKG_USAGE', `--username and --password are for one server, and the charts come from ${names}`, {
    hints: ['leave both out, and log in with `pkg repo add` or `pkg registry login`'],
  });
}

/** What is to be said of one release. What keeps from its repository is kept for the end, after all others. */
async function look(
  { release, source }: Found,
  options: NewerOptions,
  remotes: Remotes,
  paint: Paint | undefined,
): Promise<Seen> {
  const version = chartField(release, 'version');
  const { name, namespace } = release;
  const row = { name, namespace, chart: chartField(release, 'name'), version, fitting: '', newest: '' };
  const nothing = { source, diff: '', error: undefined };
  if (source === undefined) return { ...nothing, row: { ...row, status: 'unknown' } };
  try {
    const newest = await newestVersions(source, version, options, remotes);
    const status = isNewer(newest.fitting, version) ? 'outdated' : 'up to date';
    const next = nextOf(newest, version);
    const diff =
      paint === undefined || next === '' ? '' : await valuesDiff(source, version, next, options, remotes, paint);
    return { ...nothing, row: { ...row, ...newest, status }, diff };
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const what = `${printable(name, 60)}: ${error.message}`;
    const { at, notes, hints } = error;
    const named = new PkgError(error.code, what, { ...(at && { at }), notes, hints, cause: error });
    return { ...nothing, row: { ...row, status: 'failed' }, error: named };
  }
}

/** The version that somebody would go to: the newest that fits if that is newer, else the newest of all. */
function nextOf({ fitting, newest }: Newest, version: string): string {
  return [fitting, newest].find((one) => isNewer(one, version)) ?? '';
}

function isNewer(one: string, version: string): boolean {
  const [a, b] = [parseVersion(one), parseVersion(version)];
  return a !== undefined && b !== undefined && compareVersions(a, b) > 0;
}

/** What changes in the default values from one version of a chart to another; empty for nothing. */
async function valuesDiff(
  source: ChartSource,
  version: string,
  next: string,
  { access }: NewerOptions,
  remotes: Remotes,
  paint: Paint,
): Promise<string> {
  const [before, after] = await Promise.all(
    [version, next].map(async (one) => {
      const found = await findVersion(source, one, access, remotes);
      return valuesOf(await readChartArchive(await found.fetch(), found.location));
    }),
  );
  if (before === undefined || after === undefined || before === after) return '';
  return renderDiff({ before, after, beforeName: version, afterName: next }, paint);
}

function valuesOf(chart: Chart): Promise<string> {
  return goYaml(toPlain(chart.values));
}

function heading({ name, namespace, chart }: Row, paint: Paint): string {
  return paint('bold', `values of ${printable(chart)} (${printable(namespace)}/${printable(name)})\n`);
}

function dataOf(source: ChartSource | undefined): { reference?: string; digest?: string } {
  return source === undefined ? {} : { reference: source.reference, digest: source.digest };
}
