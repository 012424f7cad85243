import { loadChart } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { lockNameOf } from '../../repository/update.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { fetchDependencies } from '../support/fetch-dependencies.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SKIP_REFRESH_FLAG, SOURCE_FLAGS } from '../support/flags.ts';
import { linkOptions } from '../support/load.ts';

export const command: Command = defineCommand({
  description: [
    'Fetches into charts/ exactly the versions that Chart.lock names. Without a lock file it does what',
    '`pkg dependency update` does, unless --frozen forbids that.',
  ],
  examples: [{ command: 'pkg dependency build ./web --frozen', says: 'in CI: fails where the lock file is missing' }],
  args: [{ name: 'CHART', summary: 'a chart folder', optional: true, complete: 'directory' }],
  flags: {
    ...SKIP_REFRESH_FLAG,
    verify: SOURCE_FLAGS.verify,
    keyring: SOURCE_FLAGS.keyring,
    ...REMOTE_FLAGS,
    ...CHART_FLAGS,
    frozen: { type: 'boolean', summary: 'fail where there is no lock file, instead of writing one' },
  },
  async run({ flags, args }) {
    const chart = await loadChart(args[0] ?? '.', linkOptions(flags));
    const locked = chart.lock !== null;
    if (!locked && flags.frozen && chart.metadata.dependencies.length > 0) {
      const name = lockNameOf(chart);
      throw new PkgError('PKG_LOCK_OUTDATED', `${printable(chart.location)} has dependencies and no ${name}`, {
        hints: [`write it with \`pkg dependency update ${printable(chart.location)}\` and commit it`],
      });
    }
    await fetchDependencies(chart, flags, locked);
  },
});
