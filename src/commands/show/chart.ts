import { printDocument } from '../../terminal/output.ts';
import { CHART_SUMMARY, isPath, openChart } from '../support/chart-source.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SOURCE_FLAGS } from '../support/flags.ts';
import { chartText } from '../support/chart-output.ts';

export const command: Command = defineCommand({
  description: ['Prints the Chart.yaml of a chart.'],
  args: [{ name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' }],
  flags: { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS },
  async run({ flags, args }) {
    const reference = (args[0] ?? '').trim();
    if (isPath(reference, flags)) return printDocument(`${await chartText(await openChart(reference, flags))}\n`);
    const { fetchMetadata } = await import('../support/fetch-chart.ts');
    printDocument(`${await fetchMetadata(reference, flags)}\n`);
  },
});
