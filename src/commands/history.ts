import { getHistory } from '../release/operations/history.ts';
import type { Release } from '../release/release.ts';
import { renderTable } from '../terminal/table.ts';
import type { Json } from '../yaml/value.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { OUTPUT_FLAG } from './support/flags.ts';
import { openNamespace } from './support/operate.ts';
import { ANSIC, formatRecordTime, parseRecordTime } from './support/record-time.ts';
import { chartField, chartLabel, printResult } from './support/release-output.ts';

export const command: Command = defineCommand({
  description: ['Lists the revisions of a release, the oldest first.'],
  examples: [{ command: 'pkg history shop --max 3', says: 'the last three' }],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: {
    max: { type: 'integer', default: 256, value: 'N', summary: 'show at most so many, the newest' },
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const all = await getHistory(...(await openNamespace(flags)), args[0] ?? '');
    // With 0, Helm shows none.
    const history = flags.max > 0 ? all.slice(-flags.max) : [];
    const head = ['REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION', 'DESCRIPTION'];
    await printResult(
      flags.output,
      () => history.map((release) => data(release)),
      () => renderTable([head, ...history.map((release) => cells(release))]),
    );
  },
});

function data(release: Release): Json {
  return {
    revision: release.version,
    updated: release.info.last_deployed ?? '',
    status: release.info.status,
    chart: chartLabel(release),
    app_version: chartField(release, 'appVersion'),
    description: release.info.description,
  };
}

function cells(release: Release): string[] {
  const updated = parseRecordTime(release.info.last_deployed);
  return [
    String(release.version),
    updated === undefined ? '-' : formatRecordTime(updated, ANSIC),
    release.info.status,
    chartLabel(release),
    chartField(release, 'appVersion'),
    release.info.description,
  ];
}
