import { loadChart } from '../../chart/load.ts';
import { PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { FETCH_ARGS, FETCH_FLAGS, fetchDependencies } from '../support/fetch-dependencies.ts';
import { linkOptions } from '../support/link-options.ts';

class DependencyUpdateCommand extends PkgCommand {
  static override description = [
    'Selects the newest version of each dependency that matches Chart.yaml, downloads all into charts/, and writes',
    'Chart.lock. If one fails, nothing is changed.',
  ].join('\n');
  static override examples = [
    { command: 'pkg dependency update ./web', description: 'update the dependencies, then commit Chart.lock' },
  ];
  static override args = FETCH_ARGS;
  static override flags = FETCH_FLAGS;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DependencyUpdateCommand);
    await fetchDependencies(await loadChart(args.CHART ?? '.', linkOptions(flags)), flags, { locked: false });
  }
}

export const command: CommandClass = DependencyUpdateCommand;
