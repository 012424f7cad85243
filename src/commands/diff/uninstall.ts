import { uninstall } from '../../release/operations/uninstall.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { operate } from '../support/operate.ts';
import { DIFF_FLAGS, finishDiff } from '../support/plan-output.ts';

class DiffUninstallCommand extends PkgCommand {
  static override description =
    'Shows which objects an uninstall would delete and which it would keep. Nothing is deleted.';
  static override examples = [{ command: 'pkg diff uninstall shop', description: 'what would be deleted' }];
  static override args = { NAME: Args.release };
  static override flags = DIFF_FLAGS;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DiffUninstallCommand);
    const { NAME: name } = args;
    const result = await operate(flags, (env, namespace) => uninstall(env, { name, namespace, dryRun: true }));
    // Without a release there is an error, and so always a result here.
    if (result !== undefined) await finishDiff(result.plan, flags);
  }
}

export const command: CommandClass = DiffUninstallCommand;
