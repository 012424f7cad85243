import { sortKeys } from '../../yaml/json.ts';
import { getRelease } from '../../release/operations/history.ts';
import { goYaml } from '../support/go-yaml.ts';
import { computedValues, printData } from '../support/release-output.ts';
import { printDocument } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { OUTPUT_FLAG, REVISION_FLAG } from '../support/flags.ts';
import { openNamespace } from '../support/operate.ts';

export const command: Command = defineCommand({
  description: ['Prints the values that the user gave to a release, or with --all those that it ran with.'],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: {
    all: { type: 'boolean', char: 'a', summary: 'with the defaults of the chart' },
    ...REVISION_FLAG,
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const release = await getRelease(...(await openNamespace(flags)), args[0] ?? '', flags.revision);
    const values = flags.all ? computedValues(release) : sortKeys(release.config);
    const title = flags.all ? 'COMPUTED VALUES:' : 'USER-SUPPLIED VALUES:';
    // Helm prints null where nothing was given.
    const shown = Object.keys(values).length === 0 && !flags.all ? null : values;
    if (flags.output === 'table') printDocument(`${title}\n${await goYaml(shown)}`);
    else await printData(flags.output, shown);
  },
});
