import { sortKeys } from '../../yaml/json.ts';
import { getRelease } from '../../release/operations/history.ts';
import { computedValues } from '../../release/recorded-chart.ts';
import { goYaml } from '../support/go-yaml.ts';
import { printData } from '../support/print-result.ts';
import { printDocument } from '../../terminal/output.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { REVISION_FLAG } from '../support/release-flags.ts';
import { openNamespace } from '../support/operate.ts';

class GetValuesCommand extends PkgCommand {
  static override description =
    'Prints the values that were given to a release; with --all, merged with the defaults of the chart.';
  static override args = { NAME: Args.release };
  static override flags = {
    all: Flags.boolean({ char: 'a', summary: 'include the defaults of the chart' }),
    ...REVISION_FLAG,
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(GetValuesCommand);
    const release = await getRelease(...(await openNamespace(flags)), args.NAME, flags.revision);
    const values = flags.all ? computedValues(release) : sortKeys(release.config);
    const title = flags.all ? 'COMPUTED VALUES:' : 'USER-SUPPLIED VALUES:';
    // Helm prints null where nothing was given.
    const shown = Object.keys(values).length === 0 && !flags.all ? null : values;
    if (flags.output === 'table') printDocument(`${title}\n${await goYaml(shown)}`);
    else await printData(flags.output, shown);
  }
}

export const command: CommandClass = GetValuesCommand;
