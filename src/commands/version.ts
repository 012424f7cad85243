import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { VERSION } from '../version.ts';

export const command: Command = defineCommand({
  description: ['Prints the version of pkg.'],
  examples: [{ command: 'pkg version --short', says: 'only the number' }],
  args: [],
  flags: { short: { type: 'boolean', summary: 'print only the number' } },
  async run({ flags }) {
    print(flags.short ? `v${VERSION}\n` : `pkg v${VERSION} (Node ${process.version})\n`);
  },
});
