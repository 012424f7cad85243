import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { listReleases } from '../release/operations/history.ts';
import { recordLabels } from '../release/names.ts';
import { STATUSES } from '../release/release.ts';
import type { Release, Status } from '../release/release.ts';
import { chartField } from '../release/recorded-chart.ts';
import { print } from '../terminal/output.ts';
import { renderTable } from '../terminal/table.ts';
import { Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { openNamespace } from './support/operate.ts';
import { GO_STRING, formatRecordTime, parseRecordTime } from './support/record-time.ts';
import { printResult } from './support/print-result.ts';
import { chartLabel } from './support/release-output.ts';
import { matchesSelector, parseSelector } from './support/selector.ts';

class ListCommand extends PkgCommand {
  static override description = [
    'Lists the newest revision of each release.',
    'With --superseded it lists all superseded revisions.',
  ].join('\n');
  static override examples = [{ command: 'pkg list -A -o json', description: 'all namespaces, as JSON' }];
  static override flags = {
    'all-namespaces': Flags.boolean({ char: 'A', summary: 'list releases of all namespaces' }),
    filter: Flags.string({
      char: 'f',
      helpValue: 'PATTERN',
      summary: 'list only releases whose names match this regular expression',
    }),
    short: Flags.boolean({ char: 'q', summary: 'print only names' }),
    date: Flags.boolean({ char: 'd', summary: 'sort by date' }),
    reverse: Flags.boolean({ char: 'r', summary: 'reverse the order' }),
    max: Flags.integer({ char: 'm', default: 256, helpValue: 'N', summary: 'list at most N releases, 0 for all' }),
    offset: Flags.integer({ default: 0, min: 0, helpValue: 'N', summary: 'skip the first N releases' }),
    deployed: Flags.boolean({ summary: 'list deployed releases' }),
    failed: Flags.boolean({ summary: 'list failed releases' }),
    pending: Flags.boolean({ summary: 'list pending releases' }),
    superseded: Flags.boolean({ summary: 'list superseded revisions' }),
    uninstalled: Flags.boolean({ summary: 'list releases that were uninstalled with --keep-history' }),
    uninstalling: Flags.boolean({ summary: 'list releases that are being uninstalled' }),
    selector: Flags.string({
      char: 'l',
      helpValue: 'QUERY',
      summary: 'list only releases with these labels: a=b,c!=d',
    }),
    'no-headers': Flags.boolean({ summary: 'print no header line' }),
    'time-format': Flags.string({
      helpValue: 'LAYOUT',
      summary: 'format of times, as a Go layout: 2006-01-02 15:04',
    }),
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(ListCommand);
    const requirements = parseSelector(flags.selector ?? '');
    const [cluster, namespace] = await openNamespace(flags);
    const chosen = STATUSES.filter((status) => {
      const flag = status.startsWith('pending-') ? 'pending' : status;
      return flag !== 'unknown' && (flags as Record<string, unknown>)[flag] === true;
    });
    const statuses: { statuses?: Status[] } = chosen.length > 0 ? { statuses: chosen } : {};
    const where = flags['all-namespaces'] ? {} : { namespace };
    let releases = await listReleases(cluster, { ...where, ...statuses });
    releases = releases.filter((release) => matchesSelector(recordLabels(release), requirements));
    if (flags.filter !== undefined) releases = await filtered(releases, flags.filter);
    const order = flags.date ? time : ({ name }: Release): string => name;
    releases.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
    if (flags.reverse) releases.reverse();
    releases = releases.slice(flags.offset, flags.max <= 0 ? undefined : flags.offset + flags.max);
    if (flags.short && flags.output === 'table') {
      for (const { name } of releases) print(`${printable(name)}\n`);
      return;
    }
    const row = (release: Release): Record<string, string> => rowOf(release, flags['time-format'] || undefined);
    const head = ['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION'];
    await printResult(
      flags.output,
      () => (flags.short ? releases.map(({ name }) => name) : releases.map((release) => ({ ...row(release) }))),
      () =>
        renderTable([
          ...(flags['no-headers'] ? [] : [head]),
          ...releases.map((release) => Object.values(row(release))),
        ]),
    );
  }
}

export const command: CommandClass = ListCommand;

function rowOf(release: Release, layout: string | undefined): Record<string, string> {
  const updated = parseRecordTime(release.info.last_deployed);
  return {
    name: release.name,
    namespace: release.namespace,
    revision: String(release.version),
    updated: updated === undefined ? '-' : formatRecordTime(updated, layout ?? GO_STRING),
    status: release.info.status,
    chart: chartLabel(release),
    app_version: chartField(release, 'appVersion'),
  };
}

function time(release: Release): bigint {
  return parseRecordTime(release.info.last_deployed)?.instant ?? 0n;
}

async function filtered(releases: readonly Release[], pattern: string): Promise<Release[]> {
  const { compileRe2 } = await import('../chart/re2.ts');
  try {
    const { regex } = compileRe2(pattern);
    return releases.filter(({ name }) => regex.matcher(name).find());
  } catch (error) {
    throw new PkgError('PKG_USAGE', `--filter is not a regular expression: ${printable(String(error), 200)}`);
  }
}
