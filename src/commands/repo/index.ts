import { writeFileAtomic } from '../../files.ts';
import {
  emptyIndex,
  indexFolder,
  mergeIndex,
  printIndex,
  readFileToMerge,
  writeFolderIndex,
} from '../../repository/index-writer.ts';
import { printError } from '../../terminal/output.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { requireFolder } from '../support/paths.ts';
import { tellingSlow } from '../support/slow.ts';

class RepoIndexCommand extends PkgCommand {
  static override description = [
    'Writes index.yaml for the archives in a folder and its subfolders, so that a web server can serve the folder',
    'as a chart repository.',
  ].join('\n');
  static override examples = [
    { command: 'pkg repo index ./charts --url https://charts.example.com', description: 'with absolute URLs' },
    { command: 'pkg repo index ./new --merge ./charts/index.yaml', description: 'add the versions of another index' },
  ];
  static override args = {
    FOLDER: Args.string({ required: true, description: 'a folder with chart archives', complete: 'directory' }),
  };
  static override flags = {
    url: Flags.string({ helpValue: 'URL', default: '', summary: 'address under which the folder is served' }),
    merge: Flags.string({
      helpValue: 'FILE',
      complete: 'file',
      summary: 'add the versions of this index that are not in the folder',
    }),
    json: Flags.boolean({ summary: 'write JSON (valid YAML) instead of YAML' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RepoIndexCommand);
    const folder = args.FOLDER;
    requireFolder(folder);
    const now = new Date();
    const merge = flags.merge || undefined;
    let skipped: readonly string[] = [];
    const make = async (): Promise<string> => {
      const index = await indexFolder(folder, flags.url, now);
      // As Helm does: an index that is to grow begins empty.
      const other = merge === undefined ? undefined : readFileToMerge(merge);
      if (other !== undefined) skipped = mergeIndex(index, other);
      else if (merge !== undefined) writeFileAtomic(merge, printIndex(emptyIndex(), now, flags.json));
      return printIndex(index, now, flags.json);
    };
    await tellingSlow((tell) => writeFolderIndex(folder, make, tell));
    for (const text of skipped) printError(`warning: ${text}\n`);
  }
}

export const command: CommandClass = RepoIndexCommand;
