import { createChart } from '../chart/create.ts';
import { printable } from '../errors-text.ts';
import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';

export const command: Command = defineCommand({
  description: ['Creates a chart of a web service in a folder of its own: a start that passes `pkg lint --strict`.'],
  examples: [
    { command: 'pkg create shop', says: 'a chart in ./shop' },
    { command: 'pkg create shop --helm', says: 'the same with Go templates, for Helm too' },
  ],
  args: [{ name: 'NAME', summary: 'the name of the chart, or a path that ends in it' }],
  flags: {
    helm: { type: 'boolean', summary: 'write Go templates, so that Helm can use the chart too' },
  },
  async run({ flags, args }) {
    const path = (args[0] ?? '').replace(/\/+$/, '');
    const slash = path.lastIndexOf('/');
    await createChart(slash < 0 ? '.' : path.slice(0, slash) || '/', path.slice(slash + 1), flags.helm);
    print(`Creating ${printable(path)}\n`);
  },
});
