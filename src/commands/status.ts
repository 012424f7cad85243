import { getRelease } from '../release/operations/history.ts';
import { Args, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { REVISION_FLAG } from './support/release-flags.ts';
import { openNamespace } from './support/operate.ts';
import { printRelease } from './support/release-output.ts';
import { resourcesView } from './support/resources-view.ts';

class StatusCommand extends PkgCommand {
  static override description =
    'Shows when a release was deployed, its status, its objects and their pods, and its notes.';
  static override examples = [
    { command: 'pkg status shop -o json', description: 'the whole record without the chart, as JSON' },
  ];
  static override args = { NAME: Args.release };
  static override flags = { ...REVISION_FLAG, ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(StatusCommand);
    const [cluster, namespace] = await openNamespace(flags);
    const release = await getRelease(cluster, namespace, args.NAME, flags.revision);
    const resources = await resourcesView(cluster, release, flags.output);
    await printRelease(flags.output, release, { withChart: false, ...resources });
  }
}

export const command: CommandClass = StatusCommand;
