import { createChart } from '../chart/create.ts';
import { printable } from '../errors-text.ts';
import { print } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';

class CreateCommand extends PkgCommand {
  static override description =
    'Creates a chart for a web service in a new folder. The chart passes `pkg lint --strict`.';
  static override examples = [
    { command: 'pkg create shop', description: 'a chart in ./shop' },
    { command: 'pkg create shop --helm', description: 'with Go templates, so that Helm can use the chart too' },
  ];
  static override args = {
    NAME: Args.string({ required: true, description: 'the name of the chart, or a path that ends in it' }),
  };
  static override flags = {
    helm: Flags.boolean({ summary: 'write Go templates, so that Helm can use the chart too' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(CreateCommand);
    const path = args.NAME.replace(/\/+$/, '');
    const slash = path.lastIndexOf('/');
    await createChart(slash < 0 ? '.' : path.slice(0, slash) || '/', path.slice(slash + 1), flags.helm);
    print(`Creating ${printable(path)}\n`);
  }
}

export const command: CommandClass = CreateCommand;
