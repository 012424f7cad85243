import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { cachedEntries, pruneEntries } from '../../repository/cached-files.ts';
import { cacheFolders, sizeText } from '../support/cache.ts';
import { Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { printResult } from '../support/print-result.ts';
import { durationOf } from '../support/wait-input.ts';

class CachePruneCommand extends PkgCommand {
  static override description = [
    'Removes all cached charts and indexes, or those that the flags select. They can be downloaded again. Other files in',
    'the folders are not touched.',
  ].join('\n');
  static override examples = [
    { command: 'pkg cache prune --older-than 720h', description: 'remove what was not used for 30 days' },
    {
      command: 'pkg cache prune --max-size 500Mi',
      description: 'remove the least recently used until 500 MiB are left',
    },
  ];
  static override flags = {
    'older-than': Flags.string({ helpValue: 'DURATION', summary: 'remove only what was not used for this long: 720h' }),
    'max-size': Flags.string({
      helpValue: 'SIZE',
      summary: 'remove the least recently used until this much is left: 500Mi, 2G, 0',
    }),
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(CachePruneCommand);
    const age = flags['older-than'];
    const size = flags['max-size'];
    const removed = pruneEntries(cachedEntries(cacheFolders(flags)), {
      before: age === undefined ? undefined : Date.now() - durationOf(age, 'older-than'),
      maxSize: size === undefined ? undefined : bytesOf(size),
    });
    const freed = removed.reduce((sum, entry) => sum + entry.size, 0);
    await printResult(
      flags.output,
      () => ({ removed: removed.map(({ kind, name, size: bytes }) => ({ kind, name, size: bytes })), freed }),
      () => `Removed ${removed.length} cached files (${sizeText(freed)})\n`,
    );
  }
}

export const command: CommandClass = CachePruneCommand;

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A size as Kubernetes writes quantities of bytes. @throws {PkgError} `PKG_USAGE` */
function bytesOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text) ?? [];
  if (number !== '') return Number(number) * (UNITS[unit] ?? 1);
  throw new PkgError('PKG_USAGE', `--max-size takes a size such as 500Mi or 2G, not "${printable(text)}"`);
}
