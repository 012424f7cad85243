import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PkgError } from '../errors.ts';
import { install } from '../release/operations/install.ts';
import type { OperationResult } from '../release/operations.ts';
import { printError } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { NAME_FLAGS } from './support/chart-flags.ts';
import type { GlobalFlags } from './support/global-flags.ts';
import { CHANGE_FLAGS } from './support/release-flags.ts';
import { readNamedInputs } from './support/inputs.ts';
import { operateOn } from './support/operate.ts';
import { applyInput } from './support/operation-input.ts';
import { printOutcome } from './support/release-output.ts';

class InstallCommand extends PkgCommand {
  static override description = [
    'Renders a chart, compares its objects with the live ones, writes those that differ, and records the release.',
    'If only CHART is given, the name of the chart is the name of the release.',
  ].join('\n');
  static override examples = [
    {
      command: 'pkg install ./web --target dir:./out',
      description: 'install the chart in ./web into a folder of manifests',
    },
    {
      command: 'pkg install shop ./web -n prod --create-namespace -f prod.yaml --set replicas=3',
      description: 'choose the name, the namespace and values',
    },
    { command: 'pkg install ./web --dry-run', description: 'show what would be installed' },
  ];
  static override args = Args.NAME_AND_CHART;
  static override optionalFirst = true;
  static override flags = {
    ...CHANGE_FLAGS,
    ...NAME_FLAGS,
    replace: Flags.boolean({ summary: 'reuse the name of a release that was uninstalled with --keep-history' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(InstallCommand);
    const options = applyInput(flags);
    const reading = readNamedInputs(args.CHART, args.NAME, flags);
    const run = (target: GlobalFlags): Promise<OperationResult> =>
      operateOn(target, reading, (env, namespace, inputs) =>
        install(env, { ...inputs, namespace, ...options, replace: flags.replace }),
      );
    await printOutcome(flags['dry-run'] === 'client' ? await orWithoutCluster(flags, run) : await run(flags), flags);
  }
}

/** Runs a dry run with an empty folder as target where no cluster is named: Helm's --dry-run=client needs none. */
async function orWithoutCluster<T>(flags: GlobalFlags, run: (flags: GlobalFlags) => Promise<T>): Promise<T> {
  try {
    return await run(flags);
  } catch (error) {
    if (!(error instanceof PkgError) || error.code !== 'PKG_TARGET_MISSING') throw error;
    printError('warning: no cluster is named, so this does not show what an install would change there\n');
    return await run({ ...flags, target: `dir:${join(tmpdir(), `pkg-dry-run-${randomUUID()}`)}` });
  }
}

export const command: CommandClass = InstallCommand;
