import { appendFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { NO_SOURCES } from '../chart/user-values.ts';
import { checkDependencies } from '../chart/dependencies.ts';
import { takesFile } from '../chart/directory.ts';
import { loadChart, readArchiveFile, readChartArchive } from '../chart/load.ts';
import { packChart, sourceDateEpoch } from '../chart/package.ts';
import { nextVersion } from '../chart/next-version.ts';
import { isVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { lintChart } from '../render/lint.ts';
import { bundleReference } from '../repository/bundle-reference.ts';
import type { BundleReference } from '../repository/bundle-reference.ts';
import { digestOf } from '../repository/digest.ts';
import { readProvenanceToSend } from '../repository/provenance-file.ts';
import { newestPublished, publish, targetOf } from '../repository/publish.ts';
import type { Outcome, Packed, Signing, Target } from '../repository/publish.ts';
import type { Remotes } from '../repository/remotes.ts';
import { printError } from '../terminal/output.ts';
import { renderTable } from '../terminal/table.ts';
import type { LooseArchive } from './support/bundle-chart.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { COSIGN_KEY_FLAGS, REMOTE_FLAGS, SIGN_FLAGS } from './support/remote-flags.ts';
import { printResult } from './support/print-result.ts';
import { judgePath } from './support/local-trust.ts';
import { accessOf, withRemotes } from './support/remotes.ts';
import type { CosignFlags, SignFlags } from './support/sign.ts';

class PublishCommand extends PkgCommand {
  static override description = [
    'Checks a chart, packages it, and publishes it to OCI registries, to chart repositories that accept uploads, and to',
    'folders that are chart repositories, such as a checkout of GitHub Pages. If the version is already published with the',
    'same content, nothing changes, so that a pipeline can run again; with other content it is an error.',
    'With --cosign-key a chart in a registry is signed, unless it is already signed with that key.',
    'In GitHub Actions the outputs name, version, reference, digest and changed are set for the first target.',
  ].join('\n');
  static override examples = [
    { command: 'pkg publish ./web oci://registry.example.com/charts', description: 'publish as charts/web:VERSION' },
    {
      command: 'pkg publish ./web ./gh-pages --url https://charts.example.com',
      description: 'write the archive and index.yaml into a folder',
    },
    {
      command: 'pkg publish ./web oci://registry.example.com/charts --cosign-key cosign.key',
      description: 'sign with a cosign key',
    },
    {
      command: 'pkg publish ./web oci://registry.example.com/charts --bump patch',
      description: 'publish the next patch version after the newest published one',
    },
  ];
  static override args = {
    CHART: Args.string({
      required: true,
      description: 'a chart folder, an archive, or BUNDLE.tar[#NAME]',
      complete: 'local-chart',
    }),
    TARGET: Args.string({
      required: true,
      description: 'oci://HOST/PATH, URL or name of a repository, or a folder',
      multiple: true,
    }),
  };
  static override flags = {
    version: Flags.string({ helpValue: 'VERSION', summary: 'publish under this version' }),
    'app-version': Flags.string({ helpValue: 'VERSION', summary: 'set the appVersion of the chart' }),
    bump: Flags.string({
      helpValue: 'PART',
      options: ['major', 'minor', 'patch'],
      exclusive: ['version'],
      summary: 'publish the next version after the newest published one',
    }),
    url: Flags.string({
      helpValue: 'URL',
      default: '',
      summary: 'address under which TARGET folders are served, for their index',
    }),
    strict: Flags.boolean({ summary: 'treat warnings of the check as errors' }),
    'skip-lint': Flags.boolean({ summary: 'do not check the chart' }),
    ...SIGN_FLAGS,
    ...COSIGN_KEY_FLAGS,
    ...REMOTE_FLAGS,
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PublishCommand);
    const { CHART: path, TARGET: places } = args;
    const place = bundleReference(path);
    const bundled = place === undefined ? undefined : await archiveInBundle(place, flags['trust-policy']);
    // A folder is what the signed archive is made of, and an archive may be that of somebody else.
    const isFile = place === undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    if (isFile) await judgePath(path, flags);
    if (!flags['skip-lint']) await checkChart(path, flags.strict, bundled?.archive);
    const chart = await (bundled === undefined ? loadChart(path) : readChartArchive(bundled.archive, bundled.location));
    checkDependencies(chart);
    const { outcomes, version } = await withRemotes(
      { flags, reference: onlyRegistry(places, flags) },
      async (remotes) => {
        const access = await accessOf(flags);
        const targets = places.map((place) => targetOf(place, flags.url, access, remotes));
        const packed = await packedAs(chart, bundled ?? path, targets, flags);
        const { name, version: chosen } = packed.chart.metadata;
        if (bundled === undefined) refuseOwnFolders(path, targets, `${name}-${chosen}.tgz`);
        const provenance = flags.sign
          ? await signed(packed.archive, `${name}-${chosen}.tgz`, flags)
          : packed.provenance;
        const signing = await registrySigning(targets, flags, remotes);
        return { outcomes: await publish({ ...packed, provenance }, targets, signing), version: chosen };
      },
    );
    const { name } = chart.metadata;
    await printResult(
      flags.output,
      () => ({ name, version, published: outcomes.map((outcome) => ({ ...outcome })) }),
      () =>
        renderTable([
          ['REFERENCE', 'DIGEST', 'STATUS'],
          ...outcomes.map(({ reference, digest, status }) => [reference, digest, status]),
        ]),
    );
    tellActions(name, version, outcomes);
  }
}

export const command: CommandClass = PublishCommand;

/**
 * The target that a login on the command line is for: the first registry or repository that is given by its address;
 * empty for none.
 * @throws {PkgError} `PKG_USAGE` for a login and several hosts
 */
function onlyRegistry(
  places: readonly string[],
  flags: { username: string | undefined; password: string | undefined; 'password-stdin': boolean },
): string {
  const remote = places.filter((place) => /^(?:oci|https?):\/\//i.test(place));
  const hosts = new Set(remote.map((place) => place.split('/')[2]));
  const hasLogin = Boolean(flags.username || flags.password || flags['password-stdin']);
  if (!hasLogin || hosts.size < 2) return remote[0] ?? '';
  throw new PkgError('PKG_USAGE', 'a login on the command line is for one server, and the targets are on several', {
    hints: ['store a login for each with `pkg registry login` or `pkg repo add --username`'],
  });
}

/**
 * Refuses target folders that belong to the chart: each archive would hold all earlier ones, and no run would find the
 * content that it published.
 *
 * @throws {PkgError} `PKG_USAGE`
 */
function refuseOwnFolders(chart: string, targets: readonly Target[], archive: string): void {
  if (!statSync(chart).isDirectory()) return;
  for (const { place, isFolder } of targets) {
    const inside = relative(resolve(chart), resolve(place)).split(sep);
    if (isFolder !== true || inside[0] === '..' || isAbsolute(inside.join(sep))) continue;
    const folder = inside.filter((part) => part !== '').join('/');
    const files = ['index.yaml', archive].map((name) => (folder === '' ? name : `${folder}/${name}`));
    if (!files.some((file) => takesFile(chart, file))) continue;
    throw new PkgError(
      'PKG_USAGE',
      `${printable(place, 300)} is within the chart, so archives there become a part of it`,
      {
        hints: [
          folder === ''
            ? 'give another folder'
            : `give another folder, or write ${printable(folder, 300)}/ into .helmignore`,
        ],
      },
    );
  }
}

/** The signing of charts in registries; undefined without --cosign-key. Reads the key before anything is written. */
async function registrySigning(
  targets: readonly Target[],
  flags: CosignFlags,
  remotes: Remotes,
): Promise<Signing | undefined> {
  if (flags['cosign-key'] === undefined) return undefined;
  if (targets.some(({ subject }) => subject !== undefined)) {
    return await (await import('./support/sign.ts')).cosigning(flags, remotes);
  }
  throw new PkgError('PKG_USAGE', '--cosign-key signs charts in registries, and no target is a registry', {
    hints: ['sign archives for repositories and folders with --sign'],
  });
}

/** The archive of a chart in a bundle, by the trust policy. @throws {PkgError} as `bundledArchive` does */
async function archiveInBundle(place: BundleReference, trustPolicy: string | undefined): Promise<LooseArchive> {
  const { bundledArchive } = await import('./support/bundle-chart.ts');
  return await bundledArchive(place, { 'trust-policy': trustPolicy });
}

/** Checks a chart as `pkg lint` does, and prints its warnings. @throws {PkgError} `PKG_LINT_FAILED` */
async function checkChart(path: string, strict: boolean, archive: Uint8Array | undefined): Promise<void> {
  const messages = await lintChart(path, {
    ...(archive && { archive }),
    userValues: new Map(),
    sources: NO_SOURCES,
    namespace: 'default',
    capabilities: DEFAULT_CAPABILITIES,
    skipSchemaValidation: false,
    limits: {},
  });
  const lines = messages.map(
    ({ severity, path: file, message }) => `${severity}: ${printable(file)}: ${printable(message, 500)}`,
  );
  const failing = messages.filter(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
  if (failing.length === 0) {
    for (const [at, { severity }] of messages.entries()) if (severity === 'warning') printError(`${lines[at]}\n`);
    return;
  }
  throw new PkgError('PKG_LINT_FAILED', `the chart ${printable(path)} cannot be published: the check failed`, {
    notes: lines,
    hints: ['correct the findings, or give --skip-lint'],
  });
}

type PackFlags = { version: string | undefined; 'app-version': string | undefined; bump: string | undefined };

/**
 * Packs the chart with the version that the flags ask for. A chart that was given as an archive is published unchanged.
 *
 * @throws {PkgError} `PKG_USAGE` for a version that is invalid, or a flag that would change an archive;
 *   `PKG_SIGNATURE_INVALID` for the provenance of another archive
 */
async function packedAs(
  chart: Chart,
  from: LooseArchive | string,
  targets: readonly Target[],
  flags: PackFlags,
): Promise<Packed> {
  const { version, 'app-version': appVersion, bump } = flags;
  if (typeof from === 'object' || statSync(from).isFile()) {
    if (version === undefined && appVersion === undefined && bump === undefined) {
      const archive = typeof from === 'object' ? from.archive : readArchiveFile(from);
      const provenance = typeof from === 'object' ? from.provenance : await readProvenanceToSend(from, archive);
      return { chart, archive, provenance, created: createdNow() };
    }
    throw new PkgError('PKG_USAGE', 'the version of an archive cannot be changed', {
      hints: ['give the chart folder'],
    });
  }
  if (version !== undefined && !isVersion(version)) {
    throw new PkgError('PKG_USAGE', `the version '${printable(version, 60)}' is not a semantic version`);
  }
  if (bump === undefined) return pack(chart, version, appVersion);
  const newest = await newestPublished(chart.metadata.name, targets);
  if (newest === undefined) return pack(chart, undefined, appVersion);
  // If the newest published version has the same content, it is published to the targets that lack it, and not bumped.
  const same = pack(chart, newest, appVersion);
  const own = digestOf(same.archive);
  const there = await Promise.all(targets.map((target) => target.digest(chart.metadata.name, newest, own)));
  // A target may lack it because an earlier run broke off.
  const isSame = there.every((digest) => digest === undefined || digest === own);
  return isSame ? same : pack(chart, nextVersion(newest, bump), appVersion);
}

function pack(chart: Chart, version: string | undefined, appVersion: string | undefined): Packed {
  const all = new Map(chart.metadata.all);
  if (version !== undefined) all.set('version', version);
  if (appVersion !== undefined) all.set('appVersion', appVersion);
  const metadata = {
    ...chart.metadata,
    all,
    version: version ?? chart.metadata.version,
    appVersion: appVersion ?? chart.metadata.appVersion,
  };
  const named = { ...chart, metadata };
  return {
    chart: named,
    archive: packChart(named, sourceDateEpoch(process.env)),
    provenance: undefined,
    created: createdNow(),
  };
}

async function signed(archive: Uint8Array, fileName: string, flags: SignFlags): Promise<Buffer> {
  const { provenanceOf } = await import('./support/sign.ts');
  return Buffer.from(await provenanceOf(archive, fileName, flags));
}

/** The creation time to record: SOURCE_DATE_EPOCH, for reproducible results, else now. */
function createdNow(): Date {
  return sourceDateEpoch(process.env) ?? new Date();
}

/** Sets the outputs of the step where pkg runs in GitHub Actions. @throws {PkgError} `PKG_FILE_UNWRITABLE` */
function tellActions(name: string, version: string, outcomes: readonly Outcome[]): void {
  const file = process.env['GITHUB_OUTPUT'] ?? '';
  const [first] = outcomes;
  if (file === '' || process.env['GITHUB_ACTIONS'] !== 'true' || first === undefined) return;
  const lines = { name, version, reference: first.reference, digest: first.digest, changed: String(first.changed) };
  const text = Object.entries(lines).map(([key, value]) => `${key}=${printable(value, 500)}\n`);
  try {
    appendFileSync(file, text.join(''));
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new PkgError('PKG_FILE_UNWRITABLE', `the outputs for GitHub Actions cannot be written (${code})`, {
      at: { file: printable(file, 300) },
      notes: ['the chart is published'],
      hints: ['check GITHUB_OUTPUT, and run the command again: it publishes nothing twice'],
      cause,
    });
  }
}
