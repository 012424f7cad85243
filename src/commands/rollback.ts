import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { rollback } from '../release/operations/rollback.ts';
import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { HISTORY_MAX_FLAG, historyMaxOf, LOCK_FLAGS, WAIT_FLAGS } from './support/flags.ts';
import { operate } from './support/operate.ts';
import { lockInput } from './support/operation-input.ts';
import { waitInput } from './support/wait-input.ts';
import { printPlan } from './support/plan-output.ts';

export const command: Command = defineCommand({
  description: [
    "Makes an earlier revision's objects hold again, whatever was changed since, and records that as a new revision.",
    'Without a revision, the one before the current.',
  ],
  examples: [
    { command: 'pkg rollback shop', says: 'back to the revision before' },
    { command: 'pkg rollback shop 3', says: 'back to revision 3' },
  ],
  args: [
    { name: 'NAME', summary: 'the name of the release' },
    { name: 'REVISION', optional: true, summary: 'the revision to go back to' },
  ],
  flags: {
    ...LOCK_FLAGS,
    'force-conflicts': { type: 'boolean', summary: 'take fields that somebody else holds' },
    'no-hooks': { type: 'boolean', summary: 'leave out hooks' },
    description: {
      type: 'string',
      value: 'TEXT',
      summary: 'a description for the new revision, of at most 256 characters',
    },
    ...WAIT_FLAGS,
    ...HISTORY_MAX_FLAG,
    'dry-run': {
      type: 'string',
      bare: 'client',
      value: 'MODE',
      choices: ['none', 'client', 'server'],
      default: 'none',
      summary: 'show the plan and write nothing',
    },
  },
  async run({ flags, args }) {
    const [name = '', revisionText] = args;
    const revision = parseRevision(revisionText);
    const dryRun = flags['dry-run'] !== 'none';
    const { plan } = await operate(flags, (env, namespace) =>
      rollback(env, {
        name,
        namespace,
        ...(revision === undefined ? {} : { revision }),
        ...(flags.description === undefined ? {} : { description: flags.description }),
        ...waitInput(flags),
        noHooks: flags['no-hooks'],
        ...lockInput(flags),
        historyMax: historyMaxOf(flags),
        dryRun,
        forceConflicts: flags['force-conflicts'],
      }),
    );
    if (dryRun) await printPlan(plan, { color: flags.color });
    else print(`Rollback was a success: release "${printable(name)}" is at revision ${plan.revision}.\n`);
  },
});

/** A revision as an argument; 0 and nothing mean the one before. */
export function parseRevision(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw new PkgError('PKG_USAGE', `a revision is a whole number, not "${printable(text)}"`);
  }
  return Number(text) === 0 ? undefined : Number(text);
}
