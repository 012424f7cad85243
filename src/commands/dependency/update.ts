import { loadChart } from '../../chart/load.ts';
import { sourceDateEpoch } from '../../chart/package.ts';
import { updateDependencies } from '../../repository/update.ts';
import { print } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SKIP_REFRESH_FLAG } from '../support/flags.ts';
import { linkOptions } from '../support/load.ts';
import { withRemotes } from '../support/remotes.ts';
import { refreshFor } from '../support/update-indexes.ts';

export const command: Command = defineCommand({
  description: [
    'Chooses the newest version of each dependency that fits what Chart.yaml asks for, fetches all into charts/, and',
    'writes Chart.lock. What fails on the way changes nothing.',
  ],
  examples: [{ command: 'pkg dependency update ./web', says: 'then commit Chart.lock' }],
  args: [{ name: 'CHART', summary: 'a chart folder', optional: true, complete: 'directory' }],
  flags: { ...SKIP_REFRESH_FLAG, ...REMOTE_FLAGS, ...CHART_FLAGS },
  async run({ flags, args }) {
    const links = linkOptions(flags);
    const chart = await loadChart(args[0] ?? '.', links);
    await withRemotes(flags, async (remotes) => {
      if (!flags['skip-refresh']) await refreshFor(chart, remotes, print);
      const freshness = flags['skip-refresh'] ? 'cached' : 'checked';
      await updateDependencies(chart, {
        remotes,
        freshness,
        links,
        modified: sourceDateEpoch(process.env),
        say: (line) => print(`${line}\n`),
      });
    });
  },
});
