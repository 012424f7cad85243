import { getRelease } from '../../release/operations/history.ts';
import { printDocument } from '../../terminal/output.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { REVISION_FLAG } from '../support/release-flags.ts';
import { openNamespace } from '../support/operate.ts';

class GetNotesCommand extends PkgCommand {
  static override description = 'Prints the notes of a release.';
  static override args = { NAME: Args.release };
  static override flags = { ...REVISION_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(GetNotesCommand);
    const release = await getRelease(...(await openNamespace(flags)), args.NAME, flags.revision);
    if (release.info.notes) printDocument(`NOTES:\n${release.info.notes}\n`);
  }
}

export const command: CommandClass = GetNotesCommand;
