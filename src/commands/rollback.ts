import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { rollback } from '../release/operations/rollback.ts';
import { print } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { DRY_RUN_MODE_FLAG, HISTORY_MAX_FLAG, LOCK_FLAGS, PLAN_FLAGS, WAIT_FLAGS } from './support/release-flags.ts';
import { operate } from './support/operate.ts';
import { historyMaxOf, lockInput } from './support/operation-input.ts';
import { waitInput } from './support/wait-input.ts';
import { printPlan } from './support/plan-output.ts';

class RollbackCommand extends PkgCommand {
  static override description = [
    'Restores the objects of an earlier revision, whatever has changed since, and records a new revision.',
    'If no revision is given, restores the one before the current.',
  ].join('\n');
  static override examples = [
    { command: 'pkg rollback shop', description: 'back to the revision before' },
    { command: 'pkg rollback shop 3', description: 'back to revision 3' },
  ];
  static override args = {
    NAME: Args.release,
    REVISION: Args.string({
      complete: 'revision',
      description: 'the revision to go back to (default: the one before the current)',
    }),
  };
  static override flags = {
    ...LOCK_FLAGS,
    'force-conflicts': PLAN_FLAGS['force-conflicts'],
    'no-hooks': PLAN_FLAGS['no-hooks'],
    description: Flags.string({
      helpValue: 'TEXT',
      summary: 'description of the new revision, at most 256 characters',
    }),
    ...WAIT_FLAGS,
    ...HISTORY_MAX_FLAG,
    ...DRY_RUN_MODE_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RollbackCommand);
    const { NAME: name, REVISION: revisionText } = args;
    const revision = parseRevision(revisionText);
    const dryRun = flags['dry-run'] !== 'none';
    const bounds = { ...waitInput(flags), ...lockInput(flags), historyMax: historyMaxOf(flags) };
    const { plan } = await operate(flags, (env, namespace) =>
      rollback(env, {
        name,
        namespace,
        ...(revision === undefined ? {} : { revision }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
        ...bounds,
        noHooks: flags['no-hooks'],
        dryRun,
        forceConflicts: flags['force-conflicts'],
      }),
    );
    if (dryRun) await printPlan(plan, { color: flags.color });
    else print(`Rollback was a success: release "${printable(name)}" is at revision ${plan.revision}.\n`);
  }
}

export const command: CommandClass = RollbackCommand;

/** Parses a REVISION argument; undefined, the revision before the current, for none and for 0. @throws {PkgError} `PKG_USAGE` */
export function parseRevision(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new PkgError('PKG_USAGE', `a revision is a whole number, not "${printable(text)}"`);
  }
  return Number(text) === 0 ? undefined : Number(text);
}
