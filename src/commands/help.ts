import { Args, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { nameOf, unknownCommand } from './support/find-command.ts';

class HelpCommand extends PkgCommand {
  static override description = 'Shows help for pkg, or for one command.';
  static override examples = [{ command: 'pkg help diff upgrade', description: 'help for one command' }];
  static override args = { COMMAND: Args.string({ description: 'the command', multiple: true, complete: 'command' }) };

  override async run(): Promise<void> {
    const { args } = await this.parse(HelpCommand);
    let subject = '';
    for (const word of args.COMMAND ?? []) {
      const id = nameOf(word, subject, this.config);
      if (id === undefined) {
        const { showPluginHelp } = await import('./support/plugins.ts');
        if (await showPluginHelp(args.COMMAND ?? [], this.config)) return;
        throw unknownCommand(word, subject, this.config);
      }
      subject = id;
    }
    const { PkgHelp } = await import('./support/help.ts');
    await new PkgHelp(this.config).showHelp(subject === '' ? [] : [subject]);
  }
}

export const command: CommandClass = HelpCommand;
