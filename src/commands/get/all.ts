import { getRelease } from '../../release/operations/history.ts';
import { printDocument } from '../../terminal/output.ts';
import { goYaml } from '../support/go-yaml.ts';
import { computedValues, hooksText, releaseBlock } from '../support/release-output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { REVISION_FLAG } from '../support/flags.ts';
import { openNamespace } from '../support/operate.ts';

export const command: Command = defineCommand({
  description: ['Prints everything about a release: its state, values, hooks, objects and notes.'],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: { ...REVISION_FLAG },
  async run({ flags, args }) {
    const release = await getRelease(...(await openNamespace(flags)), args[0] ?? '', flags.revision);
    const block = releaseBlock(release, { hideNotes: true, showMetadata: true });
    const user = Object.keys(release.config).length === 0 ? null : release.config;
    printDocument(
      `${block}USER-SUPPLIED VALUES:\n${await goYaml(user)}\nCOMPUTED VALUES:\n${await goYaml(computedValues(release))}\n` +
        `HOOKS:\n${hooksText(release)}MANIFEST:\n${release.manifest}\n` +
        (release.info.notes ? `NOTES:\n${release.info.notes.trim()}\n` : ''),
    );
  },
});
