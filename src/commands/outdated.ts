import type { ChartSource } from '../chart/chart.ts';
import { parseConstraint } from '../chart/constraint.ts';
import { inParallel } from '../parallel.ts';
import { PkgError, throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { getRelease, listReleases } from '../release/operations/history.ts';
import { readStored } from '../release/stored-values.ts';
import { painter, wantsColor } from '../terminal/color.ts';
import type { Paint } from '../terminal/color.ts';
import { renderTable } from '../terminal/table.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { REMOTE_FLAGS } from './support/remote-flags.ts';
import { openNamespace } from './support/operate.ts';
import type { ReleaseSource, Row } from './support/newer-charts.ts';
import { printResult } from './support/print-result.ts';

/** The most records that are read at once. */
const AT_ONCE = 8;

class OutdatedCommand extends PkgCommand {
  static override description = [
    'Shows for each release the newest version of its chart that matches --constraint (default: the same major version),',
    'and the newest of all. A release is outdated if a newer version matches. pkg records the source of a chart when it',
    'installs or upgrades; for releases made by helm, and for charts from folders, the source is unknown.',
  ].join('\n');
  static override examples = [
    { command: 'pkg outdated -A', description: 'releases of all namespaces' },
    {
      command: "pkg outdated shop --constraint '*' --values-diff",
      description: 'with the changes in the default values',
    },
    {
      command: 'pkg outdated -A --exit-code -o json',
      description: 'in a pipeline: exit with status 2 if a release is outdated',
    },
  ];
  static override args = { RELEASE: Args.string({ complete: 'release', description: 'the name of a release' }) };
  static override flags = {
    'all-namespaces': Flags.boolean({ char: 'A', summary: 'check releases of all namespaces' }),
    constraint: Flags.string({ helpValue: 'RANGE', summary: 'version constraint for updates: ^1.2, ~1.2.3, *' }),
    devel: Flags.boolean({ summary: 'also consider pre-releases' }),
    'exit-code': Flags.boolean({ summary: 'exit with status 2 if a release is outdated' }),
    'values-diff': Flags.boolean({ summary: 'show what changes in the default values of the chart' }),
    ...REMOTE_FLAGS,
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<number> {
    const { flags, args } = await this.parse(OutdatedCommand);
    const { RELEASE: name } = args;
    const isAll = flags['all-namespaces'];
    if (name !== undefined && isAll) {
      throw new PkgError('PKG_USAGE', '--all-namespaces cannot be used with the name of a release', {
        hints: ['leave out the name, or name a namespace with -n'],
      });
    }
    const constraint = flags.constraint ?? '';
    if (constraint !== '') parseConstraint(constraint);
    const [cluster, namespace] = await openNamespace(flags);
    const listed = name === undefined ? listReleases(cluster, isAll ? {} : { namespace }) : undefined;
    const releases = (await (listed ?? getRelease(cluster, namespace, name ?? '').then((one) => [one]))).filter(
      ({ info }) => info.status !== 'uninstalled',
    );
    const found = await inParallel(releases, AT_ONCE, async (release): Promise<ReleaseSource> => {
      try {
        const { source } = await readStored(cluster, release);
        return { release, source: source?.repository === '' ? undefined : source };
      } catch (error) {
        if (error instanceof PkgError) return { release, source: undefined, error };
        throw error;
      }
    });
    const paint = painter(flags.output === 'table' && wantsColor(flags.color, 1));
    const { findNewer } = await import('./support/newer-charts.ts');
    const seen = await findNewer(found, flags, flags['values-diff'] ? paint : undefined);
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
      (count) => `the newer versions of ${count} releases cannot be found`,
    );
    return flags['exit-code'] && rows.some(({ status }) => status === 'outdated') ? 2 : 0;
  }
}

export const command: CommandClass = OutdatedCommand;

function heading({ name, namespace, chart }: Row, paint: Paint): string {
  return paint('bold', `values of ${printable(chart)} (${printable(namespace)}/${printable(name)})\n`);
}

function dataOf(source: ChartSource | undefined): { reference?: string; digest?: string } {
  return source === undefined ? {} : { reference: source.reference, digest: source.digest };
}
