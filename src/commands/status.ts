import { getRelease } from '../release/operations/history.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { OUTPUT_FLAG, REVISION_FLAG } from './support/flags.ts';
import { openNamespace } from './support/operate.ts';
import { printRelease } from './support/release-output.ts';
import { resourcesView } from './support/resources-view.ts';

export const command: Command = defineCommand({
  description: [
    'Shows the state of a release: when it was deployed, its status, its objects and their pods, its notes.',
  ],
  examples: [{ command: 'pkg status shop -o json', says: 'the whole record but for the chart, as data' }],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: { ...REVISION_FLAG, ...OUTPUT_FLAG },
  async run({ flags, args }) {
    const [cluster, namespace] = await openNamespace(flags);
    const release = await getRelease(cluster, namespace, args[0] ?? '', flags.revision);
    const resources = await resourcesView(cluster, release, flags.output);
    await printRelease(flags.output, release, { withChart: false, ...resources });
  },
});
