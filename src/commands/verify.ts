import { PkgError } from '../errors.ts';
import { bundleReference } from '../repository/bundle-reference.ts';
import { print } from '../terminal/output.ts';
import { Args, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { SOURCE_FLAGS } from './support/chart-flags.ts';
import { COSIGN_TRUST_FLAGS, REMOTE_FLAGS } from './support/remote-flags.ts';
import { verificationText, verifyFile } from './support/verify.ts';

class VerifyCommand extends PkgCommand {
  static override description = [
    'For an archive, verifies that its provenance file (ARCHIVE.prov) matches it and is signed by a key of the keyring.',
    'For oci://HOST/PATH, verifies that it has a cosign signature, by a key or by an identity in a certificate. For a',
    'bundle, verifies every chart, or with BUNDLE#NAME one, by either kind of signature.',
  ].join('\n');
  static override examples = [
    {
      command: 'pkg verify web-1.2.3.tgz --keyring keyring.gpg',
      description: 'print who signed it, and with which key',
    },
    {
      command: 'pkg verify oci://registry.example.com/charts/web:1.2.3 --key cosign.pub',
      description: 'a chart in a registry',
    },
    { command: 'pkg verify shop.tar --key cosign.pub', description: 'the charts of a bundle, without a network' },
  ];
  static override args = {
    CHART: Args.string({
      required: true,
      description: 'the archive of a chart, oci://HOST/PATH, or BUNDLE.tar[#NAME]',
      complete: 'file',
    }),
  };
  static override flags = {
    keyring: SOURCE_FLAGS.keyring,
    version: SOURCE_FLAGS.version,
    devel: SOURCE_FLAGS.devel,
    ...COSIGN_TRUST_FLAGS,
    ...REMOTE_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(VerifyCommand);
    const { CHART: reference } = args;
    if (reference.startsWith('oci://')) {
      print(await (await import('./support/verify-cosign.ts')).verifyCosign(reference, flags));
      return;
    }
    const names = Object.keys(COSIGN_TRUST_FLAGS) as (keyof typeof COSIGN_TRUST_FLAGS)[];
    const other = names.find((name) => flags[name] !== undefined);
    const bundle = bundleReference(reference);
    if (bundle !== undefined) {
      const { verifyBundle } = await import('./support/verify-bundle.ts');
      print(await verifyBundle(bundle, flags, other === undefined ? 'pgp' : 'cosign'));
      return;
    }
    if (other !== undefined) {
      throw new PkgError(
        'PKG_USAGE',
        `--${other} is only for charts in registries and bundles: oci://HOST/PATH, BUNDLE.tar`,
        {
          hints: ['verify an archive by its provenance file, with --keyring'],
        },
      );
    }
    print(verificationText(await verifyFile(reference, flags)));
  }
}

export const command: CommandClass = VerifyCommand;
