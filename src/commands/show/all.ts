import { loadChart } from '../../chart/load.ts';
import { printDocument } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { CHART_FLAGS } from '../support/flags.ts';
import { linkOptions } from '../support/load.ts';
import { chartText, crdsText, readmeText, valuesText } from '../support/chart-output.ts';

function section(text: string): string {
  return text === '' ? '' : `---\n${text}`;
}

export const command: Command = defineCommand({
  description: ['Prints everything about a chart: its fields, default values, README and CRDs.'],
  args: [{ name: 'CHART', summary: 'a chart folder or archive', complete: 'chart' }],
  flags: CHART_FLAGS,
  async run({ flags, args }) {
    const chart = await loadChart(args[0] ?? '', linkOptions(flags));
    printDocument(
      `${await chartText(chart)}\n${section(valuesText(chart))}${section(readmeText(chart))}${crdsText(chart)}`,
    );
  },
});
