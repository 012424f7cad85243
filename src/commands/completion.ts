import { print } from '../terminal/output.ts';
import { SCRIPTS } from './completion/scripts.ts';
import { Args, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';

class CompletionCommand extends PkgCommand {
  static override description = [
    'Prints a script that completes commands, flags and their values in a shell: names of releases, revisions, charts',
    'and keys of values.',
  ].join('\n');
  static override examples = [
    { command: 'source <(pkg completion bash)', description: 'in the current bash' },
    { command: 'pkg completion zsh > "${fpath[1]}/_pkg"', description: 'in every zsh' },
    { command: 'pkg completion fish > ~/.config/fish/completions/pkg.fish', description: 'in every fish' },
  ];
  static override args = {
    SHELL: Args.string({
      required: true,
      options: Object.keys(SCRIPTS),
      description: 'bash, zsh, fish or powershell',
    }),
  };

  override async run(): Promise<void> {
    const { args } = await this.parse(CompletionCommand);
    print(SCRIPTS[args.SHELL] ?? '');
  }
}

export const command: CommandClass = CompletionCommand;
