import { rollback } from '../../release/operations/rollback.ts';
import { parseRevision } from '../rollback.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { operate } from '../support/operate.ts';
import { DIFF_FLAGS, finishDiff } from '../support/plan-output.ts';

export const command: Command = defineCommand({
  description: ['Compares the objects of an earlier revision with what is there now. Nothing is written.'],
  examples: [{ command: 'pkg diff rollback shop 3', says: 'what going back to revision 3 would change' }],
  args: [
    { name: 'NAME', summary: 'the name of the release' },
    { name: 'REVISION', optional: true, summary: 'the revision to go back to; without it the one before the current' },
  ],
  flags: DIFF_FLAGS,
  async run({ flags, args }) {
    const [name = '', revisionText] = args;
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
  },
});
