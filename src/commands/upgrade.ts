import { printable } from '../errors-text.ts';
import { upgrade } from '../release/operations/upgrade.ts';
import { print } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { CHANGE_FLAGS, HISTORY_MAX_FLAG, VALUES_MODE_FLAGS } from './support/release-flags.ts';
import { readInputs } from './support/inputs.ts';
import { operateOn } from './support/operate.ts';
import { applyInput, historyMaxOf, valuesModeOf } from './support/operation-input.ts';
import { printOutcome } from './support/release-output.ts';

class UpgradeCommand extends PkgCommand {
  static override description = [
    'Renders a chart, compares its objects with the live ones, writes those that differ, and records a new revision.',
    'If no values are given, the values of the last revision are reused.',
  ].join('\n');
  static override examples = [
    { command: 'pkg upgrade shop ./web --set image.tag=1.2.4', description: 'upgrade with one value changed' },
    { command: 'pkg upgrade --install shop ./web -f prod.yaml', description: 'install it if it does not exist yet' },
    {
      command: 'pkg upgrade shop ./web --reset-then-reuse-values',
      description: 'combine the defaults of the new chart with the values of the last revision',
    },
  ];
  static override args = { NAME: Args.release, CHART: Args.chart };
  static override flags = {
    install: Flags.boolean({ char: 'i', summary: 'install the release if it does not exist yet' }),
    ...CHANGE_FLAGS,
    ...VALUES_MODE_FLAGS,
    ...HISTORY_MAX_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(UpgradeCommand);
    const { NAME: name, CHART: path } = args;
    const options = { ...applyInput(flags), valuesMode: valuesModeOf(flags), historyMax: historyMaxOf(flags) };
    const result = await operateOn(flags, readInputs(path, flags), (env, namespace, inputs) =>
      upgrade(env, { ...inputs, name, namespace, ...options, install: flags.install }),
    );
    if (flags.output === 'table' && flags['dry-run'] === 'none') {
      const fresh = result.plan.operation === 'install';
      print(`Release "${printable(name)}" has been ${fresh ? 'installed' : 'upgraded'}.\n`);
    }
    await printOutcome(result, flags);
  }
}

export const command: CommandClass = UpgradeCommand;
