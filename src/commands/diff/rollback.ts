import { rollback } from '../../release/operations/rollback.ts';
import { parseRevision } from '../rollback.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { operate } from '../support/operate.ts';
import { DIFF_FLAGS, finishDiff } from '../support/plan-output.ts';

class DiffRollbackCommand extends PkgCommand {
  static override description = 'Shows the plan that `pkg rollback` would apply. Nothing is written.';
  static override examples = [
    { command: 'pkg diff rollback shop 3', description: 'what going back to revision 3 would change' },
  ];
  static override args = {
    NAME: Args.release,
    REVISION: Args.string({
      complete: 'revision',
      description: 'the revision to go back to (default: the one before the current)',
    }),
  };
  static override flags = DIFF_FLAGS;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DiffRollbackCommand);
    const { NAME: name, REVISION: revisionText } = args;
    const revision = parseRevision(revisionText);
    const { plan } = await operate(flags, (env, namespace) =>
      rollback(env, {
        name,
        namespace,
        ...(revision === undefined ? {} : { revision }),
        dryRun: true,
      }),
    );
    return finishDiff(plan, flags);
  }
}

export const command: CommandClass = DiffRollbackCommand;
