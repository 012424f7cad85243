import { statSync } from 'node:fs';
import { readArchiveFile, readChartArchive } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { metadataJson } from '../chart/metadata-json.ts';
import { pushChart } from '../repository/registry-push.ts';
import { chartReference } from '../repository/registry.ts';
import type { Remotes } from '../repository/remotes.ts';
import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { REMOTE_FLAGS } from './support/flags.ts';
import { readProvenanceOf } from './support/provenance-file.ts';
import { withRemotes } from './support/remotes.ts';

export const command: Command = defineCommand({
  description: [
    'Writes the archive of a chart into an OCI registry, under its name and version. A provenance file beside the',
    'archive goes with it.',
  ],
  examples: [{ command: 'pkg push web-1.2.3.tgz oci://registry.example.com/charts', says: 'as charts/web:1.2.3' }],
  args: [
    { name: 'CHART', summary: 'an archive that `pkg package` made', complete: 'file' },
    { name: 'REMOTE', summary: 'oci://HOST/PATH: the name of the chart comes behind it' },
  ],
  flags: REMOTE_FLAGS,
  async run({ flags, args }) {
    const [path = '', remote = ''] = args;
    if (!remote.startsWith('oci://')) {
      throw new PkgError('PKG_USAGE', `'${printable(remote, 100)}' is no place to push to`, {
        hints: ['give oci://HOST/PATH'],
      });
    }
    const { archive, provenance, created } = readPushed(path);
    const chart = await readChartArchive(archive, path);
    const { name, version } = chart.metadata;
    const target = chartReference(remote.replace(/\/$/, ''), name);
    const tag = version.replaceAll('+', '_');
    const push = async (remotes: Remotes): Promise<void> => {
      const pushed = { metadata: chart.metadata, config: metadataJson(chart, false), archive, provenance, created };
      const digest = await pushChart(remotes.session(), target, tag, pushed, remotes.tell);
      print(`Pushed: ${target.host}/${target.path}:${tag}\nDigest: ${digest}\n`);
    };
    await withRemotes(flags, push, remote);
  },
});

function readPushed(path: string): { archive: Uint8Array; provenance: Buffer | undefined; created: Date } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) {
    const what = stat === undefined ? `there is no file ${printable(path)}` : `${printable(path)} is a folder`;
    throw new PkgError('PKG_CHART_NOT_FOUND', what, {
      hints: ['make an archive of a chart folder: pkg package FOLDER'],
    });
  }
  return { archive: readArchiveFile(path), provenance: readProvenanceOf(path), created: stat.mtime };
}
