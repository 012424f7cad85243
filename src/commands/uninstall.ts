import { printable } from '../errors-text.ts';
import type { Cascade } from '../cluster/cluster.ts';
import { uninstall } from '../release/operations/uninstall.ts';
import { KEEP_POLICY } from '../release/plan.ts';
import type { Plan } from '../release/plan.ts';
import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { LOCK_FLAGS, WAIT_FLAGS } from './support/flags.ts';
import { operate } from './support/operate.ts';
import { lockInput } from './support/operation-input.ts';
import { printPlan } from './support/plan-output.ts';
import { isWaiting, timeoutOf } from './support/wait-input.ts';

export const command: Command = defineCommand({
  description: [
    'Deletes the objects of the releases, but for those with the annotation helm.sh/resource-policy: keep, and their history.',
  ],
  examples: [
    { command: 'pkg uninstall shop', says: 'remove a release' },
    {
      command: 'pkg uninstall shop --keep-history',
      says: 'remove its objects, so that a rollback can bring them back',
    },
  ],
  args: [{ name: 'NAME', rest: true, summary: 'the names of the releases' }],
  flags: {
    'keep-history': { type: 'boolean', summary: 'keep the records, marked as uninstalled' },
    'ignore-not-found': { type: 'boolean', summary: 'a release that is not there counts as uninstalled' },
    ...LOCK_FLAGS,
    wait: { ...WAIT_FLAGS.wait, summary: 'wait until the objects are gone; hookOnly waits for hooks alone' },
    cascade: {
      type: 'string',
      value: 'HOW',
      choices: ['background', 'orphan', 'foreground'],
      default: 'background',
      summary: 'what becomes of objects that the deleted ones own: deleted after them, left, deleted before',
    },
    timeout: WAIT_FLAGS.timeout,
    'no-hooks': { type: 'boolean', summary: 'leave out hooks' },
    description: { type: 'string', value: 'TEXT', summary: 'a description, for a history that is kept' },
    'dry-run': { type: 'boolean', summary: 'show the plan and delete nothing' },
  },
  async run({ flags, args }) {
    for (const name of args) {
      const result = await operate(flags, (env, namespace) =>
        uninstall(env, {
          name,
          namespace,
          ...(flags.description === undefined ? {} : { description: flags.description }),
          wait: isWaiting(flags.wait),
          cascade: flags.cascade as Cascade,
          timeout: timeoutOf(flags.timeout),
          keepHistory: flags['keep-history'],
          ignoreNotFound: flags['ignore-not-found'],
          noHooks: flags['no-hooks'],
          ...lockInput(flags),
          dryRun: flags['dry-run'],
        }),
      );
      if (result === undefined) print(`release "${printable(name)}" not found\n`);
      else if (flags['dry-run']) await printPlan(result.plan, { color: flags.color });
      else print(`${keptText(result.plan)}release "${printable(name)}" uninstalled\n`);
    }
  },
});

/** What a policy kept, as Helm says it. */
function keptText(plan: Plan): string {
  const kept = plan.steps.filter(({ action, reason }) => action === 'keep' && reason === KEEP_POLICY);
  if (kept.length === 0) return '';
  const lines = kept.map(({ ref }) => `[${printable(ref.kind)}] ${printable(ref.name)}\n`);
  return `These resources were kept due to the resource policy:\n${lines.join('')}\n`;
}
