import { printDocument } from '../../terminal/output.ts';
import { isPath, openChart } from '../support/chart-source.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { CHART_FLAGS, SOURCE_FLAGS } from '../support/chart-flags.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { chartText } from '../support/chart-output.ts';

class ShowChartCommand extends PkgCommand {
  static override description = 'Prints the Chart.yaml of a chart.';
  static override args = { CHART: Args.chart };
  static override flags = { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ShowChartCommand);
    const reference = args.CHART.trim();
    if (isPath(reference, flags)) return printDocument(`${await chartText(await openChart(reference, flags))}\n`);
    const { fetchMetadata } = await import('../support/fetch-chart.ts');
    printDocument(`${await fetchMetadata(reference, flags)}\n`);
  }
}

export const command: CommandClass = ShowChartCommand;
