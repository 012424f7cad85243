import { getRelease } from '../../release/operations/history.ts';
import { computedValues } from '../../release/recorded-chart.ts';
import { printDocument } from '../../terminal/output.ts';
import { goYaml } from '../support/go-yaml.ts';
import { hooksText, releaseBlock } from '../support/release-output.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { REVISION_FLAG } from '../support/release-flags.ts';
import { openNamespace } from '../support/operate.ts';

class GetAllCommand extends PkgCommand {
  static override description = 'Prints everything about a release: its state, values, hooks, objects and notes.';
  static override args = { NAME: Args.release };
  static override flags = { ...REVISION_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(GetAllCommand);
    const release = await getRelease(...(await openNamespace(flags)), args.NAME, flags.revision);
    const block = releaseBlock(release, { hideNotes: true, showMetadata: true });
    const user = Object.keys(release.config).length === 0 ? null : release.config;
    printDocument(
      `${block}USER-SUPPLIED VALUES:\n${await goYaml(user)}\nCOMPUTED VALUES:\n${await goYaml(computedValues(release))}\n` +
        `HOOKS:\n${hooksText(release)}MANIFEST:\n${release.manifest}\n` +
        (release.info.notes ? `NOTES:\n${release.info.notes.trim()}\n` : ''),
    );
  }
}

export const command: CommandClass = GetAllCommand;
