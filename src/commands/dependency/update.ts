import { loadChart } from '../../chart/load.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { fetchDependencies } from '../support/fetch-dependencies.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SKIP_REFRESH_FLAG, SOURCE_FLAGS } from '../support/flags.ts';
import { linkOptions } from '../support/load.ts';

export const command: Command = defineCommand({
  description: [
    'Chooses the newest version of each dependency that fits what Chart.yaml asks for, fetches all into charts/, and',
    'writes Chart.lock. What fails on the way changes nothing.',
  ],
  examples: [{ command: 'pkg dependency update ./web', says: 'then commit Chart.lock' }],
  args: [{ name: 'CHART', summary: 'a chart folder', optional: true, complete: 'directory' }],
  flags: {
    ...SKIP_REFRESH_FLAG,
    verify: SOURCE_FLAGS.verify,
    keyring: SOURCE_FLAGS.keyring,
    ...REMOTE_FLAGS,
    ...CHART_FLAGS,
  },
  async run({ flags, args }) {
    await fetchDependencies(await loadChart(args[0] ?? '.', linkOptions(flags)), flags, false);
  },
});
