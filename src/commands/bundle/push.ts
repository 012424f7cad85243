import { printable } from '../../errors-text.ts';
import { parseMirror } from '../../image-name.ts';
import { Bundle } from '../../repository/bundle.ts';
import { pushBundle } from '../../repository/bundle-push.ts';
import { renderTable } from '../../terminal/table.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { OUTPUT_FLAG, REMOTE_FLAGS } from '../support/flags.ts';
import { printResult } from '../support/release-output.ts';
import { withRemotes } from '../support/remotes.ts';

export const command: Command = defineCommand({
  description: [
    'Copies the charts and images of a bundle into a registry: charts as MIRROR/NAME:VERSION, images under the name of',
    'the registry that they are from, as MIRROR/docker.io/library/nginx:1.27. The whole bundle is checked first, and what',
    'is there already is not sent again. `--image-mirror MIRROR` of install, upgrade and template then uses the copies.',
  ],
  examples: [
    { command: 'pkg bundle push shop.tar oci://mirror.example.com/apps', says: 'charts and images' },
    {
      command: 'pkg install oci://mirror.example.com/apps/shop --image-mirror oci://mirror.example.com/apps',
      says: 'then, from the mirror alone',
    },
  ],
  args: [
    { name: 'BUNDLE', summary: 'a file that `pkg bundle` made', complete: 'file' },
    { name: 'MIRROR', summary: 'oci://HOST/PATH' },
  ],
  flags: { ...REMOTE_FLAGS, ...OUTPUT_FLAG },
  async run({ flags, args }) {
    const [file = '', place = ''] = args;
    const mirror = parseMirror(place);
    const bundle = new Bundle(file);
    try {
      const pushed = await withRemotes(flags, (remotes) => pushBundle(bundle, mirror, remotes), place);
      await printResult(
        flags.output,
        () => pushed.map(({ kind, reference, digest, changed }) => ({ kind, reference, digest, changed })),
        () =>
          renderTable([
            ['KIND', 'REFERENCE', 'DIGEST', 'STATUS'],
            ...pushed.map(({ kind, reference, digest, changed }) => [
              kind,
              printable(reference, 300),
              digest,
              changed ? 'pushed' : 'unchanged',
            ]),
          ]),
      );
    } finally {
      bundle.close();
    }
  },
});
