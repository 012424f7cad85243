import { renderTable } from '../../terminal/table.ts';
import { cacheFolders } from '../support/cache.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/flags.ts';
import { printResult } from '../support/release-output.ts';

export const command: Command = defineCommand({
  description: [
    "Prints Helm's cache folders, which pkg uses too: that of archives, and that of indexes and of what registries",
    'answered.',
  ],
  args: [],
  flags: { ...OUTPUT_FLAG },
  async run({ flags }) {
    const { content, indexes } = cacheFolders(flags);
    await printResult(
      flags.output,
      () => ({ content, repository: indexes }),
      () =>
        renderTable(
          [
            ['content', content],
            ['repository', indexes],
          ],
          4096,
        ),
    );
  },
});
