import { print } from '../terminal/output.ts';
import { Args, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { SOURCE_FLAGS } from './support/flags.ts';
import { verificationText, verifyFile } from './support/verify.ts';

class VerifyCommand extends PkgCommand {
  static override description =
    'Checks that an archive is the one that its provenance file (ARCHIVE.prov) was signed for, by a key of the keyring.';
  static override examples = [
    { command: 'pkg verify web-1.2.3.tgz --keyring keyring.gpg', description: 'who signed it, and with which key' },
  ];
  static override args = {
    ARCHIVE: Args.string({ required: true, description: 'the archive of a chart', complete: 'file' }),
  };
  static override flags = { keyring: SOURCE_FLAGS.keyring };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(VerifyCommand);
    print(verificationText(await verifyFile(args.ARCHIVE, flags)));
  }
}

export const command: CommandClass = VerifyCommand;
