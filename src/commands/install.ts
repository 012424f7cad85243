import { install } from '../release/operations/install.ts';
import { CHART_SUMMARY } from './support/chart-source.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import {
  CHART_FLAGS,
  DEPENDENCY_FLAGS,
  DRY_RUN_FLAG,
  LIMITS_FLAG,
  LOCK_FLAGS,
  MIRROR_FLAG,
  NAME_FLAGS,
  OUTPUT_FLAG,
  PLAN_FLAGS,
  RELEASE_FLAGS,
  REMOTE_FLAGS,
  ROLLBACK_ON_FAILURE_FLAG,
  SCHEMA_FLAGS,
  SOURCE_FLAGS,
  VALUE_FLAGS,
  WAIT_FLAGS,
} from './support/flags.ts';
import { readNamedInputs } from './support/inputs.ts';
import { operate } from './support/operate.ts';
import { lockInput, planInput, releaseInput } from './support/operation-input.ts';
import { printOutcome } from './support/release-output.ts';
import { waitInput } from './support/wait-input.ts';

export const command: Command = defineCommand({
  description: [
    'Renders the chart, compares its objects with what is there, writes what differs and records the release.',
    "With one argument the chart's name is the name of the release.",
  ],
  examples: [
    { command: 'pkg install ./web --target dir:./out', says: 'install the chart in ./web into a folder of manifests' },
    {
      command: 'pkg install shop ./web -n prod --create-namespace -f prod.yaml --set replicas=3',
      says: 'another name, namespace and values',
    },
    { command: 'pkg install ./web --dry-run', says: 'show what would be installed' },
  ],
  args: [
    { name: 'NAME', optional: true, summary: 'the name of the release' },
    { name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' },
  ],
  flags: {
    ...SOURCE_FLAGS,
    ...REMOTE_FLAGS,
    ...VALUE_FLAGS,
    ...CHART_FLAGS,
    ...SCHEMA_FLAGS,
    ...LIMITS_FLAG,
    ...MIRROR_FLAG,
    ...DEPENDENCY_FLAGS,
    ...PLAN_FLAGS,
    ...RELEASE_FLAGS,
    ...LOCK_FLAGS,
    ...WAIT_FLAGS,
    ...ROLLBACK_ON_FAILURE_FLAG,
    ...NAME_FLAGS,
    replace: { type: 'boolean', summary: 'use the name again if its release was uninstalled and its history kept' },
    ...DRY_RUN_FLAG,
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const inputs = await readNamedInputs(args, flags);
    const result = await operate(flags, (env, namespace) =>
      install(env, {
        ...inputs,
        namespace,
        ...planInput(flags),
        ...releaseInput(flags),
        ...lockInput(flags),
        ...waitInput(flags, flags['rollback-on-failure']),
        dryRun: flags['dry-run'] !== 'none',
        replace: flags.replace,
      }),
    );
    await printOutcome(result, flags);
  },
});
