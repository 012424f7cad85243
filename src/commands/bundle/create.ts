import { statSync } from 'node:fs';
import { createOrigins } from '../../chart/origins.ts';
import { readUserValues } from '../../chart/user-values.ts';
import { keepsWrittenKeys } from '../../chart/written-keys.ts';
import { checkDependencies } from '../../chart/dependencies.ts';
import { readArchiveFile, readChartArchive } from '../../chart/load.ts';
import { packChart, packedTime, sourceDateEpoch } from '../../chart/package.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { fullImageName, parseImageName } from '../../image-name.ts';
import type { ImageName } from '../../image-name.ts';
import { isBundle } from '../../repository/bundle-file.ts';
import { writeBundle } from '../../repository/bundle-writer.ts';
import type { ChartToBundle, SignedManifest } from '../../repository/bundle-writer.ts';
import type { FoundChart } from '../../repository/found-chart.ts';
import { checkProvenance, readProvenanceToSend } from '../../repository/provenance-file.ts';
import { isWhole } from '../../repository/signatures/signature-artifact.ts';
import { layoutSource, registrySource } from '../../repository/image-source.ts';
import { print, printError } from '../../terminal/output.ts';
import { cloneValue } from '../../yaml/value.ts';
import { imagesOfChart } from '../support/chart-images.ts';
import { isPath, openChart } from '../support/chart-source.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass, FlagValues } from '../support/command.ts';
import { fetchVerified, withChart } from '../support/fetch-chart.ts';
import { LOCAL_RENDER_FLAGS } from '../support/chart-flags.ts';
import { limitsOf, valueSources } from '../support/operation-input.ts';
import { schemaInput } from '../support/inputs.ts';
import { readStdin } from '../support/stdin.ts';
import { linkOptions } from '../support/link-options.ts';
import { withRemotes } from '../support/remotes.ts';
import type { RemoteFlags } from '../support/remotes.ts';
import { invalidImage, loginReference } from '../support/resolve-images.ts';

class BundleCreateCommand extends PkgCommand {
  static override description = [
    'Writes charts with their dependencies and provenance files into one file, for a place without a network. With',
    '--images it includes the images that the charts use with the given values. The file is a tar archive and, with',
    'images, an OCI archive that other programs can read. The same input gives the same bytes.',
  ].join('\n');
  static override examples = [
    { command: 'pkg bundle ./shop -o shop.tar', description: 'one chart' },
    {
      command: 'pkg bundle acme/web ./shop -o all.tar --images -f prod.yaml',
      description: 'two charts and their images',
    },
    {
      command: 'pkg bundle ./shop -o shop.tar --images --from-layout ./images',
      description: 'take the images from an OCI layout',
    },
    { command: 'pkg install shop.tar', description: 'install from the bundle, without a network' },
  ];
  static override args = {
    CHART: Args.string({
      required: true,
      description: 'a chart: folder, archive, URL, oci://HOST/PATH, REPOSITORY/NAME, or NAME',
      complete: 'chart',
      multiple: true,
    }),
  };
  static override flags = {
    output: Flags.string({ char: 'o', helpValue: 'FILE', complete: 'file', summary: 'file to write' }),
    images: Flags.boolean({ summary: 'include the images of the charts' }),
    'from-layout': Flags.string({
      helpValue: 'FOLDER',
      complete: 'directory',
      summary: 'with --images, take them from this OCI image layout instead of registries',
    }),
    ...LOCAL_RENDER_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(BundleCreateCommand);
    const { output = '', 'from-layout': layout = '' } = flags;
    if (output === '')
      throw new PkgError('PKG_USAGE', '--output is required', { hints: ['name the file to write: -o bundle.tar'] });
    if (layout !== '' && !flags.images) throw new PkgError('PKG_USAGE', '--from-layout needs --images');
    const modified = packedTime(sourceDateEpoch(process.env));
    const charts: ChartToBundle[] = [];
    for (const typed of args.CHART) charts.push(await take(typed.trim(), flags));
    const images = new Map<string, ImageName>();
    const invalid = new Map<string, PkgError>();
    if (flags.images) {
      const sources = valueSources(flags);
      const { values, texts } = await readUserValues(sources, readStdin);
      for (const { chart } of charts) {
        if (chart.metadata.type === 'library') continue;
        const origins = createOrigins(chart, sources, texts);
        const { values: userValues } = keepsWrittenKeys(chart)
          ? await readUserValues(sources, readStdin, { writtenKeys: true, known: texts })
          : { values: cloneValue(values) };
        const inputs = { chart, userValues, origins, limits: limitsOf(flags), ...schemaInput(flags) };
        for (const { image } of await imagesOfChart(inputs, flags, { all: false })) {
          const name = parseImageName(image);
          if (name === undefined) invalid.set(image, invalidImage(image));
          else images.set(fullImageName(name), name);
        }
      }
      throwTogether([...invalid.values()], (count) => `${count} images have invalid names`);
    }
    const sorted = [...images].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
    const written = await withRemotes({ flags, reference: loginReference(args.CHART) }, (remotes) => {
      const source = layout === '' ? registrySource(remotes) : layoutSource(layout);
      return writeBundle(output, { charts, images: sorted, source, modified, tell: remotes.tell });
    });
    const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
    const held = `${count(charts.length, 'chart')} and ${count(written.images.length, 'image')}`;
    print(`${printable(output, 300)} holds ${held}, in ${written.size} bytes\n`);
  }
}

export const command: CommandClass = BundleCreateCommand;

/** Gets a chart and its archive. A folder is packed; an archive is used unchanged. */
async function take(reference: string, flags: TakeFlags): Promise<ChartToBundle> {
  if (isBundle(reference)) throw new PkgError('PKG_USAGE', `${printable(reference)} is already a bundle`);
  if (!isPath(reference, flags)) {
    return withChart(reference, flags, async (found) => {
      const archive = await fetchVerified(found, flags);
      const chart = await readChartArchive(archive, found.location);
      checkDependencies(chart);
      const signed = await signedOf(found);
      return { chart, archive, provenance: await provenanceOf(found, archive), origin: found.location, signed };
    });
  }
  const links = linkOptions(flags);
  let chart = await openChart(reference, flags, links);
  if (statSync(reference).isFile()) {
    checkDependencies(chart);
    const archive = readArchiveFile(reference);
    const provenance = await readProvenanceToSend(reference, archive);
    return { chart, archive, provenance, origin: reference, signed: undefined };
  }
  if (flags['dependency-update']) {
    chart = await (await import('../support/dependency-update.ts')).withDependencies(chart, flags, links);
  }
  checkDependencies(chart);
  const archive = packChart(chart, sourceDateEpoch(process.env));
  return { chart, archive, provenance: undefined, origin: reference, signed: undefined };
}

/** The provenance of a chart; undefined for none, as where a server answers every address with a page. */
async function provenanceOf(
  { fetchProvenance, location }: FoundChart,
  archive: Uint8Array,
): Promise<Buffer | undefined> {
  const provenance = await fetchProvenance();
  try {
    if (provenance !== undefined) await checkProvenance(provenance, archive, location);
    return provenance;
  } catch (error) {
    if (!(error instanceof PkgError) || error.code !== 'PKG_SIGNATURE_INVALID') throw error;
    printError(`warning: the bundle holds no provenance of ${location}: ${error.message}\n`);
    return undefined;
  }
}

/** The cosign signatures of a chart in a registry; undefined for none. */
async function signedOf({ inRegistry, location }: FoundChart): Promise<SignedManifest | undefined> {
  if (inRegistry === undefined) return undefined;
  try {
    const { artifacts, problems, digest: signed } = await inRegistry.fetchSignatures();
    for (const problem of problems) printError(`warning: the bundle lacks a signature of ${location}: ${problem}\n`);
    const signatures = artifacts.filter(isWhole);
    const { config, chart, provenance, digest } = inRegistry.manifest;
    if (signatures.length > 0 && digest !== signed) {
      printError(`warning: it is an index that is signed at ${location}, and the bundle holds only the chart\n`);
      return undefined;
    }
    // Bundles identify content by SHA-256 only.
    const isUsual = [config, chart, provenance].every((one) => one === undefined || one.digest.startsWith('sha256:'));
    if (signatures.length === 0 || !isUsual) return undefined;
    return { manifest: inRegistry.manifest.bytes, config: await inRegistry.fetchConfig(), signatures };
  } catch (error) {
    if (!(error instanceof PkgError) || error.code !== 'PKG_OFFLINE') throw error;
    printError(`warning: signatures of ${location} are not in the cache, and the bundle holds none\n`);
    return undefined;
  }
}

type TakeFlags = RemoteFlags & FlagValues<typeof LOCAL_RENDER_FLAGS>;
