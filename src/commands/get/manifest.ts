import { getRelease } from '../../release/operations/history.ts';
import { printDocument } from '../../terminal/output.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { REVISION_FLAG } from '../support/release-flags.ts';
import { openNamespace } from '../support/operate.ts';

class GetManifestCommand extends PkgCommand {
  static override description = 'Prints the objects of a release as they were rendered.';
  static override args = { NAME: Args.release };
  static override flags = { ...REVISION_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(GetManifestCommand);
    const release = await getRelease(...(await openNamespace(flags)), args.NAME, flags.revision);
    printDocument(`${release.manifest}\n`);
  }
}

export const command: CommandClass = GetManifestCommand;
