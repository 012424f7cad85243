import { upgrade } from '../../release/operations/upgrade.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { MIRROR_FLAG, RENDER_FLAGS } from '../support/chart-flags.ts';
import { PLAN_FLAGS, VALUES_MODE_FLAGS } from '../support/release-flags.ts';
import { readInputs } from '../support/inputs.ts';
import { operateOn } from '../support/operate.ts';
import { planInput, valuesModeOf } from '../support/operation-input.ts';
import { DIFF_FLAGS, finishDiff } from '../support/plan-output.ts';

class DiffUpgradeCommand extends PkgCommand {
  static override description = [
    'Shows the plan that `pkg upgrade` would apply. Nothing is written.',
    'The values of Secrets are masked unless --show-secrets is given.',
  ].join('\n');
  static override examples = [
    { command: 'pkg diff upgrade shop ./web --set image.tag=1.2.4', description: 'what would change' },
    {
      command: 'pkg diff upgrade shop ./web -f prod.yaml --exit-code',
      description: 'exit with status 2 if something would change',
    },
  ];
  static override args = { NAME: Args.release, CHART: Args.chart };
  static override flags = {
    install: Flags.boolean({ char: 'i', summary: 'show an installation if the release does not exist yet' }),
    ...RENDER_FLAGS,
    ...MIRROR_FLAG,
    ...VALUES_MODE_FLAGS,
    ...PLAN_FLAGS,
    ...DIFF_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DiffUpgradeCommand);
    const { NAME: name, CHART: path } = args;
    const { plan } = await operateOn(flags, readInputs(path, flags), (env, namespace, inputs) =>
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
  }
}

export const command: CommandClass = DiffUpgradeCommand;
