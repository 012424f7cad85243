import { loadChart } from '../../chart/load.ts';
import { PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { FETCH_ARGS, FETCH_FLAGS, fetchDependencies } from '../support/fetch-dependencies.ts';
import { linkOptions } from '../support/load.ts';

class DependencyUpdateCommand extends PkgCommand {
  static override description = [
    'Chooses the newest version of each dependency that fits what Chart.yaml asks for, fetches all into charts/, and',
    'writes Chart.lock. What fails on the way changes nothing.',
  ].join('\n');
  static override examples = [{ command: 'pkg dependency update ./web', description: 'then commit Chart.lock' }];
  static override args = FETCH_ARGS;
  static override flags = FETCH_FLAGS;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DependencyUpdateCommand);
    await fetchDependencies(await loadChart(args.CHART ?? '.', linkOptions(flags)), flags, false);
  }
}

export const command: CommandClass = DependencyUpdateCommand;
