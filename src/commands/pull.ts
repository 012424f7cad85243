import { lstatSync, renameSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readArchive } from '../chart/archive.ts';
import { readChartArchive } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { removeAbandoned, temporaryName, unwritable, writeFileAtomic } from '../files.ts';
import type { FoundChart } from '../repository/found-chart.ts';
import { transferredText } from '../repository/oci.ts';
import { print, printError } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { withChart } from './support/fetch-chart.ts';
import { DESTINATION_FLAG, SOURCE_FLAGS } from './support/chart-flags.ts';
import { REMOTE_FLAGS } from './support/remote-flags.ts';

class PullCommand extends PkgCommand {
  static override description = 'Downloads the archive of a chart into a folder; with --untar unpacks it.';
  static override examples = [
    { command: 'pkg pull acme/web --version ^1.2', description: 'the newest version that matches' },
    { command: 'pkg pull oci://registry.example.com/charts/web:1.2.3 --untar', description: 'unpacked into ./web' },
  ];
  static override args = {
    CHART: Args.string({
      complete: 'remote-chart',
      required: true,
      description: 'URL, oci://HOST/PATH, REPOSITORY/NAME, or NAME',
      multiple: true,
    }),
  };
  static override flags = {
    ...SOURCE_FLAGS,
    ...REMOTE_FLAGS,
    ...DESTINATION_FLAG,
    untar: Flags.boolean({ summary: 'unpack the archive' }),
    untardir: Flags.string({
      helpValue: 'FOLDER',
      default: '.',
      complete: 'directory',
      summary: 'with --untar, folder for the chart; a relative one is below the destination',
    }),
    prov: Flags.boolean({ summary: 'also download the provenance file' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PullCommand);
    for (const reference of args.CHART) await withChart(reference.trim(), flags, (found) => pull(found, flags));
  }
}

export const command: CommandClass = PullCommand;

type PullFlags = {
  destination: string;
  untar: boolean;
  untardir: string;
  prov: boolean;
  verify: boolean;
  keyring: string | undefined;
};

async function pull(found: FoundChart, flags: PullFlags): Promise<void> {
  const { destination, untar, untardir, prov, verify } = flags;
  const bytes = await found.fetch();
  const { name, repository } = found.source;
  // As in Helm, where there is a digest the tag beside it is left out, in the message and in the name of the file.
  const isByDigest = found.inRegistry?.byDigest === true;
  const fileName = isByDigest ? `${name}@${found.digest.replace(':', '-')}.tgz` : found.fileName;
  const location = isByDigest ? `${repository}@${found.digest}` : found.location;
  // As in Helm nothing is said where it was the index of a repository that named the registry.
  const isRegistry = repository.startsWith('oci://');
  let said = isRegistry ? transferredText('Pulled', printable(location.slice('oci://'.length)), found.digest) : '';
  let provenance: Buffer | undefined;
  if (verify) {
    const { verificationText, verifyFound } = await import('./support/verify.ts');
    const checked = await verifyFound(found, bytes, flags);
    ({ provenance } = checked);
    said += verificationText(checked.verification);
  } else if (prov) {
    provenance = await provenanceBeside(found);
  }
  if (!untar) {
    const path = join(destination, fileName);
    removeAbandoned(destination);
    writeFileAtomic(path, bytes);
    if (provenance !== undefined) writeFileAtomic(`${path}.prov`, provenance);
  } else await unpack(bytes, found.location, isAbsolute(untardir) ? untardir : join(destination, untardir));
  print(said);
}

/** The provenance of a chart; undefined for none. As in Helm it is a warning if a repository does not give it. */
async function provenanceBeside({ fetchProvenance, location, inRegistry }: FoundChart): Promise<Buffer | undefined> {
  let why = `there is no provenance beside ${location}`;
  try {
    const provenance = await fetchProvenance();
    if (provenance !== undefined) return provenance;
  } catch (error) {
    const isAnswer = error instanceof PkgError && error.code === 'PKG_REPOSITORY_UNREACHABLE';
    if (!isAnswer || inRegistry !== undefined) throw error;
    why = error.message;
  }
  printError(`warning: ${why}\n`);
  return undefined;
}

/** Unpacks an archive into a folder with the chart's name, completely or not at all. @throws where the folder exists */
async function unpack(bytes: Buffer, location: string, folder: string): Promise<void> {
  const { metadata } = await readChartArchive(bytes, location);
  const target = join(folder, metadata.name);
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
    throw new PkgError('PKG_FILE_UNWRITABLE', `a file or directory with the name ${printable(target)} already exists`, {
      hints: ['remove it, or give another folder with --untardir'],
    });
  }
  const fresh = temporaryName(target);
  removeAbandoned(folder);
  try {
    for (const { name, data } of await readArchive(bytes, location)) writeFileAtomic(join(fresh, name), data);
    renameSync(fresh, target);
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    if (cause instanceof PkgError) throw cause;
    throw unwritable(target, cause);
  }
}
