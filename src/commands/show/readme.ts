import { loadChart } from '../../chart/load.ts';
import { printDocument } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { CHART_FLAGS } from '../support/flags.ts';
import { linkOptions } from '../support/load.ts';
import { readmeText } from '../support/chart-output.ts';

export const command: Command = defineCommand({
  description: ['Prints the README of a chart.'],
  args: [{ name: 'CHART', summary: 'a chart folder or archive', complete: 'chart' }],
  flags: CHART_FLAGS,
  async run({ flags, args }) {
    const chart = await loadChart(args[0] ?? '', linkOptions(flags));
    printDocument(readmeText(chart));
  },
});
