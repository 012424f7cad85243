import { cachedEntries } from '../../repository/cached-files.ts';
import { renderTable } from '../../terminal/table.ts';
import { cacheFolders, sizeText } from '../support/cache.ts';
import { PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { printResult } from '../support/print-result.ts';

class CacheListCommand extends PkgCommand {
  static override description = [
    'Lists the cache of repositories and registries: chart archives by digest, provenance files, repository indexes and',
    'responses of registries. The least recently used comes first.',
  ].join('\n');
  static override examples = [{ command: 'pkg cache list -o json', description: 'as JSON, sizes in bytes' }];
  static override flags = { ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags } = await this.parse(CacheListCommand);
    const entries = cachedEntries(cacheFolders(flags));
    const timeOf = (used: number): string => new Date(used).toISOString().replace(/\.\d+Z$/, 'Z');
    await printResult(
      flags.output,
      () => entries.map(({ kind, name, size, used }) => ({ kind, name, size, used: timeOf(used) })),
      () =>
        renderTable([
          ['KIND', 'NAME', 'SIZE', 'LAST USED'],
          ...entries.map(({ kind, name, size, used }) => [kind, name, sizeText(size), timeOf(used)]),
        ]),
    );
  }
}

export const command: CommandClass = CacheListCommand;
