import { printable } from '../errors-text.ts';
import type { Cascade } from '../cluster/cluster.ts';
import { uninstall } from '../release/operations/uninstall.ts';
import { KEEP_POLICY } from '../release/plan.ts';
import type { Plan } from '../release/plan.ts';
import { print } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { LOCK_FLAGS, PLAN_FLAGS, WAIT_FLAGS, WAIT_OPTIONS } from './support/release-flags.ts';
import { operate } from './support/operate.ts';
import { lockInput } from './support/operation-input.ts';
import { printPlan } from './support/plan-output.ts';
import { isWaiting, timeoutOf } from './support/wait-input.ts';

class UninstallCommand extends PkgCommand {
  static override description =
    'Deletes releases: their objects, except those with the annotation helm.sh/resource-policy: keep, and their history.';
  static override examples = [
    { command: 'pkg uninstall shop', description: 'remove a release' },
    {
      command: 'pkg uninstall shop --keep-history',
      description: 'keep its history, so that a rollback can restore it',
    },
  ];
  static override args = {
    NAME: Args.string({
      complete: 'release',
      required: true,
      multiple: true,
      description: 'the names of the releases',
    }),
  };
  static override flags = {
    'keep-history': Flags.boolean({ summary: 'keep the history, and mark the release as uninstalled' }),
    'ignore-not-found': Flags.boolean({ summary: 'succeed if the release does not exist' }),
    ...LOCK_FLAGS,
    wait: Flags.string({
      bare: 'watcher',
      helpValue: 'HOW',
      options: WAIT_OPTIONS,
      default: 'hookOnly',
      summary: 'wait until the objects are gone; hookOnly waits only for hooks',
    }),
    cascade: Flags.string({
      helpValue: 'HOW',
      options: ['background', 'orphan', 'foreground'],
      default: 'background',
      summary: 'how to delete dependent objects: after the object, not at all, or before it',
    }),
    timeout: WAIT_FLAGS.timeout,
    'no-hooks': PLAN_FLAGS['no-hooks'],
    description: Flags.string({ helpValue: 'TEXT', summary: 'description of the revision, with --keep-history' }),
    'dry-run': Flags.boolean({ summary: 'show the plan without deleting anything' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(UninstallCommand);
    const bounds = { timeout: timeoutOf(flags.timeout), ...lockInput(flags) };
    for (const name of args.NAME) {
      const result = await operate(flags, (env, namespace) =>
        uninstall(env, {
          name,
          namespace,
          ...(flags.description === undefined ? {} : { description: flags.description }),
          wait: isWaiting(flags.wait),
          cascade: flags.cascade as Cascade,
          ...bounds,
          keepHistory: flags['keep-history'],
          ignoreNotFound: flags['ignore-not-found'],
          noHooks: flags['no-hooks'],
          dryRun: flags['dry-run'],
        }),
      );
      if (result === undefined) print(`release "${printable(name)}" not found\n`);
      else if (flags['dry-run']) await printPlan(result.plan, { color: flags.color });
      else print(`${keptText(result.plan)}release "${printable(name)}" uninstalled\n`);
    }
  }
}

export const command: CommandClass = UninstallCommand;

/** Helm's message about objects that `helm.sh/resource-policy: keep` kept; empty for none. */
function keptText(plan: Plan): string {
  const kept = plan.steps.filter(({ action, reason }) => action === 'keep' && reason === KEEP_POLICY);
  if (kept.length === 0) return '';
  const lines = kept.map(({ ref }) => `[${printable(ref.kind)}] ${printable(ref.name)}\n`);
  return `These resources were kept due to the resource policy:\n${lines.join('')}\n`;
}
