import { getRelease } from '../../release/operations/history.ts';
import { printDocument } from '../../terminal/output.ts';
import { hooksText } from '../support/release-output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { REVISION_FLAG } from '../support/flags.ts';
import { openNamespace } from '../support/operate.ts';

export const command: Command = defineCommand({
  description: ['Prints the hooks of a release.'],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: { ...REVISION_FLAG },
  async run({ flags, args }) {
    const release = await getRelease(...(await openNamespace(flags)), args[0] ?? '', flags.revision);
    printDocument(hooksText(release));
  },
});
