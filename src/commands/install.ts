import { install } from '../release/operations/install.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { NAME_FLAGS } from './support/chart-flags.ts';
import { CHANGE_FLAGS } from './support/release-flags.ts';
import { readNamedInputs } from './support/inputs.ts';
import { operate } from './support/operate.ts';
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
    const inputs = await readNamedInputs(args.CHART, args.NAME, flags);
    const result = await operate(flags, (env, namespace) =>
      install(env, {
        ...inputs,
        namespace,
        ...applyInput(flags),
        replace: flags.replace,
      }),
    );
    await printOutcome(result, flags);
  }
}

export const command: CommandClass = InstallCommand;
