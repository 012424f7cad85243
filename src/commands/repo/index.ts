import { statSync } from 'node:fs';
import { join } from 'node:path';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { writeFileAtomic } from '../../files.ts';
import { indexFolder, mergeIndex, printIndex, readIndexFile } from '../../repository/index-writer.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';

export const command: Command = defineCommand({
  description: [
    'Writes index.yaml for the archives in a folder and in the folders in it, so that a web server can serve the folder',
    'as a chart repository.',
  ],
  examples: [
    { command: 'pkg repo index ./charts --url https://charts.example.com', says: 'archives by their addresses' },
    { command: 'pkg repo index ./new --merge ./charts/index.yaml', says: 'with the versions of another index' },
  ],
  args: [{ name: 'FOLDER', summary: 'a folder with archives', complete: 'directory' }],
  flags: {
    url: { type: 'string', value: 'URL', default: '', summary: 'the address of the folder' },
    merge: { type: 'string', value: 'FILE', complete: 'file', summary: 'an index whose other versions are taken in' },
    json: { type: 'boolean', summary: 'write JSON, which YAML readers read too' },
  },
  async run({ flags, args }) {
    const folder = args[0] ?? '';
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new PkgError('PKG_FILE_UNREADABLE', `${printable(folder)} is no folder`);
    }
    const now = new Date();
    const index = await indexFolder(folder, flags.url, now);
    const { merge } = flags;
    // As Helm does: an index that is to grow begins empty.
    const other = merge === undefined ? undefined : readIndexFile(merge);
    if (other !== undefined) mergeIndex(index, other);
    else if (merge !== undefined) writeFileAtomic(merge, printIndex(index, now, flags.json));
    writeFileAtomic(join(folder, 'index.yaml'), printIndex(index, now, flags.json));
  },
});
