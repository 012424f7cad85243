import { printBytes } from '../../terminal/output.ts';
import { openChart } from '../support/chart-source.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { CHART_FLAGS, SOURCE_FLAGS } from '../support/chart-flags.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { crdsText } from '../support/chart-output.ts';

class ShowCrdsCommand extends PkgCommand {
  static override description = 'Prints the custom resource definitions of a chart.';
  static override args = { CHART: Args.chart };
  static override flags = { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ShowCrdsCommand);
    const chart = await openChart(args.CHART, flags);
    printBytes([crdsText(chart)]);
  }
}

export const command: CommandClass = ShowCrdsCommand;
