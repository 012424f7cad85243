import { print } from '../terminal/output.ts';
import { Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { VERSION } from '../version.ts';

class VersionCommand extends PkgCommand {
  static override description = 'Prints the version of pkg.';
  static override examples = [{ command: 'pkg version --short', description: 'only the number' }];
  static override flags = { short: Flags.boolean({ summary: 'print only the version number' }) };

  override async run(): Promise<void> {
    const { flags } = await this.parse(VersionCommand);
    print(flags.short ? `v${VERSION}\n` : `pkg v${VERSION} (Node ${process.version})\n`);
  }
}

export const command: CommandClass = VersionCommand;
