import { printDocument } from '../../terminal/output.ts';
import { CHART_SUMMARY, openChart } from '../support/chart-source.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { CHART_FLAGS, REMOTE_FLAGS, SOURCE_FLAGS } from '../support/flags.ts';
import { chartText, crdsText, readmeText, valuesText } from '../support/chart-output.ts';

function section(text: string): string {
  return text === '' ? '' : `---\n${text}`;
}

export const command: Command = defineCommand({
  description: ['Prints everything about a chart: its fields, default values, README and CRDs.'],
  args: [{ name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' }],
  flags: { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS },
  async run({ flags, args }) {
    const chart = await openChart(args[0] ?? '', flags);
    printDocument(
      `${await chartText(chart)}\n${section(valuesText(chart))}${section(readmeText(chart))}${crdsText(chart)}`,
    );
  },
});
