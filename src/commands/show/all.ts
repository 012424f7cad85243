import { encodeText } from '../../utf8.ts';
import { printBytes } from '../../terminal/output.ts';
import { openChart } from '../support/chart-source.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { CHART_FLAGS, SOURCE_FLAGS } from '../support/chart-flags.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { chartText, crdsText, readmeText, valuesText } from '../support/chart-output.ts';

function section(text: string): string {
  return text === '' ? '' : `---\n${text}`;
}

class ShowAllCommand extends PkgCommand {
  static override description = 'Prints everything about a chart: its fields, default values, README and CRDs.';
  static override args = { CHART: Args.chart };
  static override flags = { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ShowAllCommand);
    const chart = await openChart(args.CHART, flags);
    printBytes([
      encodeText(await chartText(chart)),
      `\n${section(valuesText(chart))}${section(readmeText(chart))}${crdsText(chart)}`,
    ]);
  }
}

export const command: CommandClass = ShowAllCommand;
