/** Completion scripts: everything that can be completed is written into them, so that no pkg runs for a key press. */
import { fishScript } from './fish.ts';
import type { CompletionModel, Shell } from './model.ts';
import { bashScript, zshScript } from './posix.ts';
import { powershellScript } from './powershell.ts';

/** The script for a shell. */
export function completionScript(shell: Shell, model: CompletionModel): string {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript };
  return scripts[shell](model);
}
