import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { print } from '../terminal/output.ts';
import { completionModel, SHELLS } from './completion/model.ts';
import type { Shell } from './completion/model.ts';
import { completionScript } from './completion/scripts.ts';
import { loadAllCommands } from './registry.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';

export const command: Command = defineCommand({
  description: ['Prints a script that completes commands, flags and their values in a shell.'],
  examples: [
    { command: 'source <(pkg completion bash)', says: 'for this shell' },
    { command: 'pkg completion zsh > "${fpath[1]}/_pkg"', says: 'for every zsh' },
    { command: 'pkg completion fish > ~/.config/fish/completions/pkg.fish', says: 'for every fish' },
  ],
  args: [{ name: 'SHELL', choices: SHELLS, summary: 'bash, zsh, fish or powershell' }],
  flags: {},
  async run({ args }) {
    const [shell = ''] = args;
    if (!(SHELLS as readonly string[]).includes(shell)) {
      throw new PkgError('PKG_USAGE', `there is no completion for ${printable(shell, 40)}`, {
        hints: [`the shells are ${SHELLS.join(', ')}`],
      });
    }
    print(completionScript(shell as Shell, completionModel(await loadAllCommands())));
  },
});
