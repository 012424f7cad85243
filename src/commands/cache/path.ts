import { renderTable } from '../../terminal/table.ts';
import { cacheFolders } from '../support/cache.ts';
import { PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { printResult } from '../support/print-result.ts';

class CachePathCommand extends PkgCommand {
  static override description = [
    "Prints Helm's cache folders, which pkg shares: the one for charts, and the one for indexes and responses of",
    'registries.',
  ].join('\n');
  static override flags = { ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags } = await this.parse(CachePathCommand);
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
  }
}

export const command: CommandClass = CachePathCommand;
