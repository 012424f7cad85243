import { printable } from '../errors-text.ts';
import { upgrade } from '../release/operations/upgrade.ts';
import { print } from '../terminal/output.ts';
import { CHART_SUMMARY } from './support/chart-source.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import {
  CHART_FLAGS,
  DEPENDENCY_FLAGS,
  DRY_RUN_FLAG,
  HISTORY_MAX_FLAG,
  LIMITS_FLAG,
  LOCK_FLAGS,
  MIRROR_FLAG,
  OUTPUT_FLAG,
  PLAN_FLAGS,
  RELEASE_FLAGS,
  REMOTE_FLAGS,
  ROLLBACK_ON_FAILURE_FLAG,
  SCHEMA_FLAGS,
  SOURCE_FLAGS,
  VALUES_MODE_FLAGS,
  VALUE_FLAGS,
  WAIT_FLAGS,
  historyMaxOf,
  valuesModeOf,
} from './support/flags.ts';
import { readInputs } from './support/inputs.ts';
import { operate } from './support/operate.ts';
import { lockInput, planInput, releaseInput } from './support/operation-input.ts';
import { printOutcome } from './support/release-output.ts';
import { waitInput } from './support/wait-input.ts';

export const command: Command = defineCommand({
  description: [
    'Renders the chart, compares its objects with what is there, writes what differs and records a new revision.',
    'Without any values given, the values of the last revision are used again.',
  ],
  examples: [
    { command: 'pkg upgrade shop ./web --set image.tag=1.2.4', says: 'upgrade with one value changed' },
    { command: 'pkg upgrade --install shop ./web -f prod.yaml', says: 'install it if it is not there yet' },
    {
      command: 'pkg upgrade shop ./web --reset-then-reuse-values',
      says: "the new chart's defaults under the values of before",
    },
  ],
  args: [
    { name: 'NAME', summary: 'the name of the release' },
    { name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' },
  ],
  flags: {
    install: { type: 'boolean', char: 'i', summary: 'install the release if it is not there yet' },
    ...SOURCE_FLAGS,
    ...REMOTE_FLAGS,
    ...VALUE_FLAGS,
    ...CHART_FLAGS,
    ...SCHEMA_FLAGS,
    ...LIMITS_FLAG,
    ...MIRROR_FLAG,
    ...VALUES_MODE_FLAGS,
    ...DEPENDENCY_FLAGS,
    ...PLAN_FLAGS,
    ...RELEASE_FLAGS,
    ...LOCK_FLAGS,
    ...WAIT_FLAGS,
    ...ROLLBACK_ON_FAILURE_FLAG,
    ...HISTORY_MAX_FLAG,
    ...DRY_RUN_FLAG,
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const [name = '', path = ''] = args;
    const inputs = await readInputs(path, flags);
    const result = await operate(flags, (env, namespace) =>
      upgrade(env, {
        ...inputs,
        name,
        namespace,
        ...planInput(flags),
        ...releaseInput(flags),
        ...lockInput(flags),
        ...waitInput(flags, flags['rollback-on-failure']),
        install: flags.install,
        valuesMode: valuesModeOf(flags),
        historyMax: historyMaxOf(flags),
        dryRun: flags['dry-run'] !== 'none',
      }),
    );
    if (flags.output === 'table' && flags['dry-run'] === 'none') {
      const fresh = result.plan.operation === 'install';
      print(`Release "${printable(name)}" has been ${fresh ? 'installed' : 'upgraded'}.\n`);
    }
    await printOutcome(result, flags);
  },
});
