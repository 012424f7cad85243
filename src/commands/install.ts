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
    'Renders the chart, compares its objects with what is there, writes what differs and records the release.',
    "With one argument the chart's name is the name of the release.",
  ].join('\n');
  static override examples = [
    {
      command: 'pkg install ./web --target dir:./out',
      description: 'install the chart in ./web into a folder of manifests',
    },
    {
      command: 'pkg install shop ./web -n prod --create-namespace -f prod.yaml --set replicas=3',
      description: 'another name, namespace and values',
    },
    { command: 'pkg install ./web --dry-run', description: 'show what would be installed' },
  ];
  static override args = Args.NAME_AND_CHART;
  static override optionalFirst = true;
  static override flags = {
    ...CHANGE_FLAGS,
    ...NAME_FLAGS,
    replace: Flags.boolean({ summary: 'use the name again if its release was uninstalled and its history kept' }),
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
