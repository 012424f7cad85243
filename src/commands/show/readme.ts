import { printDocument } from '../../terminal/output.ts';
import { CHART_SUMMARY, openChart } from '../support/chart-source.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SOURCE_FLAGS } from '../support/flags.ts';
import { readmeText } from '../support/chart-output.ts';

export const command: Command = defineCommand({
  description: ['Prints the README of a chart.'],
  args: [{ name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' }],
  flags: { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS },
  async run({ flags, args }) {
    const chart = await openChart(args[0] ?? '', flags);
    printDocument(readmeText(chart));
  },
});
