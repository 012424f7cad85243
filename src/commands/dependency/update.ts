import { loadChart } from '../../chart/load.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { fetchDependencies } from '../support/fetch-dependencies.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SKIP_REFRESH_FLAG, SOURCE_FLAGS } from '../support/flags.ts';
import { linkOptions } from '../support/load.ts';

class DependencyUpdateCommand extends PkgCommand {
  static override description = [
    'Chooses the newest version of each dependency that fits what Chart.yaml asks for, fetches all into charts/, and',
    'writes Chart.lock. What fails on the way changes nothing.',
  ].join('\n');
  static override examples = [{ command: 'pkg dependency update ./web', description: 'then commit Chart.lock' }];
  static override args = { CHART: Args.string({ description: 'a chart folder', complete: 'directory' }) };
  static override flags = {
    ...SKIP_REFRESH_FLAG,
    verify: SOURCE_FLAGS.verify,
    keyring: SOURCE_FLAGS.keyring,
    ...REMOTE_FLAGS,
    ...CHART_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DependencyUpdateCommand);
    await fetchDependencies(await loadChart(args.CHART ?? '.', linkOptions(flags)), flags, false);
  }
}

export const command: CommandClass = DependencyUpdateCommand;
