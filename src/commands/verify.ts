import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { SOURCE_FLAGS } from './support/flags.ts';
import { verificationText, verifyFile } from './support/verify.ts';

export const command: Command = defineCommand({
  description: [
    'Checks that an archive is the one that its provenance file (ARCHIVE.prov) was signed for, by a key of the keyring.',
  ],
  examples: [{ command: 'pkg verify web-1.2.3.tgz --keyring keyring.gpg', says: 'who signed it, and with which key' }],
  args: [{ name: 'ARCHIVE', summary: 'the archive of a chart', complete: 'file' }],
  flags: { keyring: SOURCE_FLAGS.keyring },
  async run({ flags, args }) {
    print(verificationText(await verifyFile(args[0] ?? '', flags)));
  },
});
