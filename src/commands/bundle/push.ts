import { printable } from '../../errors-text.ts';
import { parseMirror } from '../../image-name.ts';
import { Bundle } from '../../repository/bundle.ts';
import { pushBundle } from '../../repository/bundle-push.ts';
import { renderTable } from '../../terminal/table.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { printResult } from '../support/print-result.ts';
import { judgeCharts } from '../support/local-trust.ts';
import { withRemotes } from '../support/remotes.ts';

class BundlePushCommand extends PkgCommand {
  static override description = [
    'Copies the charts and images of a bundle into a registry: charts as MIRROR/NAME:VERSION, images under the name of',
    'their own registry, as MIRROR/docker.io/library/nginx:1.27. The whole bundle is checked first, and content that the',
    'registry already has is not sent again. `--image-mirror MIRROR` of install, upgrade and template uses the copies.',
  ].join('\n');
  static override examples = [
    { command: 'pkg bundle push shop.tar oci://mirror.example.com/apps', description: 'copy charts and images' },
    {
      command: 'pkg install oci://mirror.example.com/apps/shop --image-mirror oci://mirror.example.com/apps',
      description: 'install from the mirror',
    },
  ];
  static override args = {
    BUNDLE: Args.string({ required: true, description: 'a file written by `pkg bundle`', complete: 'file' }),
    MIRROR: Args.string({ required: true, description: 'oci://HOST/PATH' }),
  };
  static override flags = { ...REMOTE_FLAGS, ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(BundlePushCommand);
    const { BUNDLE: file, MIRROR: place } = args;
    const mirror = parseMirror(place);
    const bundle = new Bundle(file);
    try {
      await judgeCharts(bundle, bundle.charts, file, flags);
      const pushed = await withRemotes({ flags, reference: place }, (remotes) => pushBundle(bundle, mirror, remotes));
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
  }
}

export const command: CommandClass = BundlePushCommand;
