import { loadChart } from '../../chart/load.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { lockNameOf } from '../../repository/update-dependencies.ts';
import { Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { FETCH_ARGS, FETCH_FLAGS, fetchDependencies } from '../support/fetch-dependencies.ts';
import { linkOptions } from '../support/link-options.ts';

class DependencyBuildCommand extends PkgCommand {
  static override description = [
    'Downloads exactly the versions that Chart.lock names into charts/. If there is no lock file, it does the same as',
    '`pkg dependency update`, or fails with --frozen.',
  ].join('\n');
  static override examples = [
    { command: 'pkg dependency build ./web --frozen', description: 'in CI: fail if the lock file is missing' },
  ];
  static override args = FETCH_ARGS;
  static override flags = {
    ...FETCH_FLAGS,
    frozen: Flags.boolean({ summary: 'fail if there is no lock file, instead of writing one' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DependencyBuildCommand);
    const chart = await loadChart(args.CHART ?? '.', linkOptions(flags));
    const locked = chart.lock !== null;
    if (!locked && flags.frozen && chart.metadata.dependencies.length > 0) {
      const name = lockNameOf(chart);
      throw new PkgError('PKG_LOCK_OUTDATED', `${printable(chart.location)} has dependencies, but no ${name}`, {
        hints: [`write it with \`pkg dependency update ${printable(chart.location)}\` and commit it`],
      });
    }
    await fetchDependencies(chart, flags, { locked });
  }
}

export const command: CommandClass = DependencyBuildCommand;
