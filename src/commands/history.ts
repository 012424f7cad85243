import { getHistory } from '../release/operations/history.ts';
import type { Release } from '../release/release.ts';
import { chartField } from '../release/recorded-chart.ts';
import { renderTable } from '../terminal/table.ts';
import type { Json } from '../yaml/value.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { openNamespace } from './support/operate.ts';
import { ANSIC, formatRecordTime, parseRecordTime } from './support/record-time.ts';
import { printResult } from './support/print-result.ts';
import { chartLabel } from './support/release-output.ts';

const COLUMNS = ['REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION', 'ROLLBACK', 'DESCRIPTION'] as const;

class HistoryCommand extends PkgCommand {
  static override description = 'Lists the revisions of a release, the oldest first.';
  static override examples = [{ command: 'pkg history shop --max 3', description: 'the last three' }];
  static override args = { NAME: Args.release };
  static override flags = {
    max: Flags.integer({ default: 256, helpValue: 'N', summary: 'show only the newest N revisions' }),
    'show-rollback-revision': Flags.boolean({
      summary: 'add a column with the revision that a rollback went back to',
    }),
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(HistoryCommand);
    const all = await getHistory(...(await openNamespace(flags)), args.NAME);
    // With 0, Helm shows none.
    const history = flags.max > 0 ? all.slice(-flags.max) : [];
    const shown = flags['show-rollback-revision'] ? COLUMNS : COLUMNS.filter((column) => column !== 'ROLLBACK');
    await printResult(
      flags.output,
      () => history.map((release) => data(release)),
      () => renderTable([[...shown], ...history.map((release) => shown.map((column) => cellOf(release, column)))]),
    );
  }
}

export const command: CommandClass = HistoryCommand;

function data(release: Release): Json {
  const { rollback_revision } = release.info;
  return {
    revision: release.version,
    updated: release.info.last_deployed ?? '',
    status: release.info.status,
    chart: chartLabel(release),
    app_version: chartField(release, 'appVersion'),
    ...(rollback_revision === undefined ? {} : { rollback_revision }),
    description: release.info.description,
  };
}

function cellOf(release: Release, column: (typeof COLUMNS)[number]): string {
  const { version, info } = release;
  const updated = parseRecordTime(info.last_deployed);
  switch (column) {
    case 'REVISION':
      return String(version);
    case 'UPDATED':
      return updated === undefined ? '-' : formatRecordTime(updated, ANSIC);
    case 'STATUS':
      return info.status;
    case 'CHART':
      return chartLabel(release);
    case 'APP VERSION':
      return chartField(release, 'appVersion');
    case 'ROLLBACK':
      return String(info.rollback_revision ?? '');
    case 'DESCRIPTION':
      return info.description;
  }
}
