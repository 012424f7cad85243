import { statSync } from 'node:fs';
import { readArchiveFile, readChartArchive } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { metadataJson } from '../chart/metadata-json.ts';
import { uploadChart, uploadRepository } from '../repository/chart-upload.ts';
import { bundleReference } from '../repository/bundle-reference.ts';
import { digestOf } from '../repository/digest.ts';
import { tagOf, transferredText } from '../repository/oci.ts';
import { readProvenanceToSend } from '../repository/provenance-file.ts';
import type { Signing } from '../repository/publish.ts';
import { pushChart } from '../repository/registry-push.ts';
import { chartReference } from '../repository/registry.ts';
import type { Remotes } from '../repository/remotes.ts';
import { shownText, withoutSecrets } from '../repository/urls.ts';
import { print } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { COSIGN_KEY_FLAGS, REMOTE_FLAGS } from './support/remote-flags.ts';
import { judgePath } from './support/local-trust.ts';
import { accessOf, withRemotes } from './support/remotes.ts';
import type { RemoteFlags } from './support/remotes.ts';
import type { CosignFlags } from './support/sign.ts';

class PushCommand extends PkgCommand {
  static override description = [
    'Uploads the archive of a chart to an OCI registry, or to a chart repository that accepts uploads by the ChartMuseum',
    'API. A provenance file beside the archive is uploaded too.',
  ].join('\n');
  static override examples = [
    { command: 'pkg push web-1.2.3.tgz oci://registry.example.com/charts', description: 'upload as charts/web:1.2.3' },
    { command: 'pkg push web-1.2.3.tgz acme', description: 'upload to the repository acme, with its login' },
  ];
  static override args = {
    CHART: Args.string({
      required: true,
      description: 'an archive written by `pkg package`, or BUNDLE.tar[#NAME]',
      complete: 'file',
    }),
    REMOTE: Args.string({
      required: true,
      description: 'oci://HOST/PATH, or the name or URL of a repository',
    }),
  };
  static override flags = {
    force: Flags.boolean({ summary: 'overwrite a published version, where the repository allows it' }),
    ...COSIGN_KEY_FLAGS,
    ...REMOTE_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PushCommand);
    const { CHART: path, REMOTE: remote } = args;
    const isRegistry = remote.startsWith('oci://');
    if (!isRegistry && (remote === '' || (/[/\\]/.test(remote) && !/^https?:\/\//i.test(remote)))) {
      throw new PkgError(
        'PKG_USAGE',
        `'${printable(withoutSecrets(remote), 100)}' is neither a registry nor a repository`,
        {
          hints: ['give oci://HOST/PATH, or the name or URL of a repository'],
        },
      );
    }
    if (isRegistry && flags.force) {
      throw new PkgError('PKG_USAGE', '--force is only for chart repositories: a registry accepts every push');
    }
    if (!isRegistry && flags['cosign-key'] !== undefined) {
      throw new PkgError(
        'PKG_USAGE',
        '--cosign-key is only for registries: archives in repositories are signed with PGP',
      );
    }
    const { archive, provenance, created } = await readPushed(path, flags);
    const chart = await readChartArchive(archive, path);
    const { name, version } = chart.metadata;
    if (!isRegistry) {
      const fileName = `${name}-${version}.tgz`;
      await withRemotes({ flags }, async (remotes) => {
        const repository = uploadRepository(remote, await accessOf(flags), remotes) ?? remotes.repository(`@${remote}`);
        await uploadChart(remotes, repository, { fileName, archive, provenance, force: flags.force });
        print(`Pushed: ${printable(fileName)} to ${shownText(repository.url)}\nDigest: ${digestOf(archive)}\n`);
      });
      return;
    }
    const target = chartReference(remote.replace(/\/$/, ''), name);
    const tag = tagOf(version);
    const push = async (remotes: Remotes): Promise<void> => {
      const pushed = { metadata: chart.metadata, config: metadataJson(chart), archive, provenance, created };
      const signing = await cosigningOf(flags, remotes);
      const { digest, size } = await pushChart(remotes.session(), target, tag, pushed, remotes.tell);
      await signing?.sign({ reference: target, digest, size });
      print(transferredText('Pushed', `${target.host}/${target.path}:${tag}`, digest));
    };
    await withRemotes({ flags, reference: remote }, push);
  }
}

export const command: CommandClass = PushCommand;

async function cosigningOf(flags: CosignFlags, remotes: Remotes): Promise<Signing | undefined> {
  if (flags['cosign-key'] === undefined) return undefined;
  return await (await import('./support/sign.ts')).cosigning(flags, remotes);
}

type Pushed = { archive: Uint8Array; provenance: Buffer | undefined; created: Date };

async function readPushed(path: string, flags: RemoteFlags): Promise<Pushed> {
  const bundle = bundleReference(path);
  if (bundle !== undefined) {
    const { bundledArchive } = await import('./support/bundle-chart.ts');
    return { ...(await bundledArchive(bundle, flags)), created: statSync(bundle.file).mtime };
  }
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) {
    const what = stat === undefined ? `there is no file ${printable(path)}` : `${printable(path)} is a folder`;
    throw new PkgError('PKG_CHART_NOT_FOUND', what, {
      hints: ['create an archive of a chart folder with `pkg package FOLDER`'],
    });
  }
  await judgePath(path, flags);
  const archive = readArchiveFile(path);
  return { archive, provenance: await readProvenanceToSend(path, archive), created: stat.mtime };
}
