import { writeFileAtomic } from '../../files.ts';
import { indexFolder, mergeIndex, printIndex, readIndexFile, writeFolderIndex } from '../../repository/index-writer.ts';
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
    const { merge } = flags;
    const make = async (): Promise<string> => {
      const index = await indexFolder(folder, flags.url, now);
      // As Helm does: an index that is to grow begins empty.
      const other = merge === undefined ? undefined : readIndexFile(merge);
      if (other !== undefined) mergeIndex(index, other);
      else if (merge !== undefined) writeFileAtomic(merge, printIndex(index, now, flags.json));
      return printIndex(index, now, flags.json);
    };
    await tellingSlow((tell) => writeFolderIndex(folder, make, tell));
  }
}

export const command: CommandClass = RepoIndexCommand;
