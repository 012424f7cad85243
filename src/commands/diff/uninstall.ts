import { uninstall } from '../../release/operations/uninstall.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { operate } from '../support/operate.ts';
import { DIFF_FLAGS, finishDiff } from '../support/plan-output.ts';

export const command: Command = defineCommand({
  description: ['Shows which objects an uninstall would delete and which it would keep. Nothing is deleted.'],
  examples: [{ command: 'pkg diff uninstall shop', says: 'what would go' }],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: DIFF_FLAGS,
  async run({ flags, args }) {
    const [name = ''] = args;
    const result = await operate(flags, (env, namespace) => uninstall(env, { name, namespace, dryRun: true }));
    // Without a release there is an error, and so always a result here.
    if (result !== undefined) await finishDiff(result.plan, flags);
  },
});
