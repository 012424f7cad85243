import { upgrade } from '../../release/operations/upgrade.ts';
import { CHART_SUMMARY } from '../support/chart-source.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import {
  CHART_FLAGS,
  LIMITS_FLAG,
  MIRROR_FLAG,
  PLAN_FLAGS,
  REMOTE_FLAGS,
  SCHEMA_FLAGS,
  SOURCE_FLAGS,
  VALUES_MODE_FLAGS,
  VALUE_FLAGS,
  valuesModeOf,
} from '../support/flags.ts';
import { readInputs } from '../support/inputs.ts';
import { operate } from '../support/operate.ts';
import { planInput } from '../support/operation-input.ts';
import { DIFF_FLAGS, finishDiff } from '../support/plan-output.ts';

export const command: Command = defineCommand({
  description: [
    'Makes the plan that `pkg upgrade` would apply and shows it. Nothing is written.',
    'Values of Secrets are masked: what changes can be seen, but not to what.',
  ],
  examples: [
    { command: 'pkg diff upgrade shop ./web --set image.tag=1.2.4', says: 'what would change' },
    { command: 'pkg diff upgrade shop ./web -f prod.yaml --exit-code', says: 'status 2 when something would change' },
  ],
  args: [
    { name: 'NAME', summary: 'the name of the release' },
    { name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' },
  ],
  flags: {
    install: { type: 'boolean', char: 'i', summary: 'show an installation if the release is not there yet' },
    ...SOURCE_FLAGS,
    ...REMOTE_FLAGS,
    ...VALUE_FLAGS,
    ...CHART_FLAGS,
    ...SCHEMA_FLAGS,
    ...LIMITS_FLAG,
    ...MIRROR_FLAG,
    ...VALUES_MODE_FLAGS,
    ...PLAN_FLAGS,
    ...DIFF_FLAGS,
  },
  async run({ flags, args }) {
    const [name = '', path = ''] = args;
    const inputs = await readInputs(path, flags);
    const { plan } = await operate(flags, (env, namespace) =>
      upgrade(env, {
        ...inputs,
        name,
        namespace,
        ...planInput(flags),
        install: flags.install,
        valuesMode: valuesModeOf(flags),
        dryRun: true,
      }),
    );
    return finishDiff(plan, flags);
  },
});
