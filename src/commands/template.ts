import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { checkNamespace, checkReleaseName } from '../release/names.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { decodeText } from '../render/gotemplate/value.ts';
import type { Env } from '../release/operations.ts';
import { renderChart } from '../render/render-chart.ts';
import type { RenderedChart } from '../render/render-chart.ts';
import { printBytes, printError } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { LOCAL_RENDER_FLAGS, MIRROR_FLAG, NAME_FLAGS } from './support/chart-flags.ts';
import { nameOf, readInputs } from './support/inputs.ts';
import { localNamespace } from './support/local-namespace.ts';
import { kubeVersionOf } from './support/kube-version.ts';
import { PLAN_FLAGS, WAIT_OPTIONS } from './support/release-flags.ts';
import { timeoutOf } from './support/wait-input.ts';
import { piecesOf, streamOf } from '../render/stream.ts';
import { documentsOf, onlyShown, writeDocuments } from './support/template-documents.ts';

/** Flags of `install` without effect here. Helm accepts them, and scripts pass the same flags to both commands. */
const WITHOUT_EFFECT = {
  'skip-crds': Flags.boolean({ hidden: true, summary: 'CRDs are printed only with --include-crds' }),
  'create-namespace': Flags.boolean({ hidden: true, summary: 'nothing is created' }),
  replace: Flags.boolean({ hidden: true, summary: 'no release is written' }),
  description: Flags.string({ hidden: true, summary: 'nothing is recorded' }),
  labels: Flags.pairs({ char: 'l', hidden: true, summary: 'nothing is recorded' }),
  wait: Flags.string({ bare: 'watcher', options: WAIT_OPTIONS, hidden: true, summary: 'nothing is waited for' }),
  'wait-for-jobs': Flags.boolean({ hidden: true, summary: 'nothing is waited for' }),
  timeout: Flags.string({ hidden: true, summary: 'nothing is waited for' }),
  'rollback-on-failure': Flags.boolean({ aliases: ['atomic'], hidden: true, summary: 'nothing is undone' }),
  'force-conflicts': Flags.boolean({ hidden: true, summary: 'nothing is written' }),
  'force-replace': Flags.boolean({ aliases: ['force'], hidden: true, summary: 'nothing is written' }),
  'server-side': Flags.boolean({ hidden: true, summary: 'nothing is written' }),
  rotate: Flags.strings({ hidden: true, summary: 'nothing is stored' }),
  'hide-notes': Flags.boolean({ hidden: true, summary: 'notes are not printed' }),
  'render-subchart-notes': Flags.boolean({ hidden: true, summary: 'notes are not printed' }),
  'disable-openapi-validation': Flags.boolean({ hidden: true, summary: 'the cluster validates objects itself' }),
} as const;

class TemplateCommand extends PkgCommand {
  static override description = [
    'Renders a chart and prints its objects as Helm prints them.',
    'No cluster is contacted, except with --dry-run=server: then templates can look up live objects, and the cluster',
    'validates the objects.',
  ].join('\n');
  static override examples = [
    { command: 'pkg template ./web --set replicaCount=3', description: 'override a value' },
    { command: 'pkg template shop ./web -s templates/service.yaml', description: 'one template only' },
    { command: 'pkg template shop ./web --output-dir ./out', description: 'a file for each template' },
    { command: 'pkg template shop ./web --dry-run=server', description: 'with lookups and validation by the cluster' },
  ];
  static override args = Args.NAME_AND_CHART;
  static override optionalFirst = true;
  static override flags = {
    ...LOCAL_RENDER_FLAGS,
    ...MIRROR_FLAG,
    'show-only': Flags.strings({
      char: 's',
      helpValue: 'TEMPLATE',
      summary: 'print only the templates that match this file name pattern (repeatable)',
    }),
    'include-crds': Flags.boolean({ summary: 'also print the CRDs in crds/' }),
    'no-hooks': PLAN_FLAGS['no-hooks'],
    'skip-tests': Flags.boolean({ summary: 'do not print test hooks' }),
    'is-upgrade': Flags.boolean({ summary: 'set .Release.IsUpgrade instead of .Release.IsInstall' }),
    'skip-schema-validation': PLAN_FLAGS['skip-schema-validation'],
    'output-dir': Flags.string({
      helpValue: 'FOLDER',
      complete: 'directory',
      summary: 'write one file per template into this folder instead of standard output',
      // Helm writes all files, and then finds nothing of what is to be shown.
      exclusive: ['show-only'],
    }),
    'release-name': Flags.boolean({
      summary: 'with --output-dir, write all files but CRDs into a subfolder named like the release',
    }),
    'enable-dns': PLAN_FLAGS['enable-dns'],
    'dry-run': Flags.string({
      bare: 'client',
      booleans: { true: 'client' },
      helpValue: 'MODE',
      options: ['client', 'server'],
      default: 'client',
      summary: 'server asks the cluster to validate the objects',
    }),
    validate: Flags.boolean({ hidden: true, summary: 'the same as --dry-run=server', exclusive: ['dry-run'] }),
    'take-ownership': Flags.boolean({
      hidden: true,
      summary: 'with --dry-run=server, objects may belong to other releases',
    }),
    'name-template': NAME_FLAGS['name-template'],
    'generate-name': Flags.boolean({ char: 'g', hidden: true, summary: 'a name is generated in any case' }),
    ...WITHOUT_EFFECT,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(TemplateCommand);
    if (flags.timeout !== undefined) timeoutOf(flags.timeout);
    const name = (await nameOf(args.NAME, flags)) ?? 'release-name';
    const inputs = await readInputs(args.CHART, flags);
    const isUpgrade = flags['is-upgrade'];
    const options = { skipSchemaValidation: flags['skip-schema-validation'], enableDns: flags['enable-dns'] };
    let rendered: RenderedChart;
    try {
      if (flags.validate || flags['dry-run'] === 'server') {
        const takeOwnership = flags['take-ownership'];
        const { operate } = await import('./support/operate.ts');
        const { preview } = await import('../release/operations/preview.ts');
        const show = (env: Env, namespace: string): Promise<RenderedChart> =>
          preview(env, { ...inputs, ...options, name, namespace, takeOwnership, isUpgrade });
        rendered = await operate(flags, show, { readsRecords: false });
      } else {
        const namespace = await localNamespace(flags);
        checkReleaseName(name);
        warnOfNamespace(namespace);
        rendered = await renderChart({
          ...inputs,
          ...options,
          release: { name, namespace, revision: 1, isInstall: !isUpgrade, isUpgrade },
          capabilities: {
            kubeVersion: kubeVersionOf(flags['kube-version']),
            apiVersions: [...DEFAULT_CAPABILITIES.apiVersions, ...flags['api-versions']],
          },
        });
        for (const warning of rendered.warnings) printError(`warning: ${printable(warning, 1000)}\n`);
      }
    } catch (error) {
      if (flags.debug) await showInvalid(error);
      throw error;
    }
    const documents = documentsOf(rendered, {
      crds: flags['include-crds'],
      hooks: !flags['no-hooks'],
      tests: !flags['skip-tests'],
    });
    const wanted = flags['show-only'];
    const folder = flags['output-dir'] ?? '';
    if (folder !== '') writeDocuments(folder, flags['release-name'] ? name : '', documents);
    else printBytes(wanted.length > 0 ? [onlyShown(streamOf(documents), wanted)] : piecesOf(documents));
  }
}

export const command: CommandClass = TemplateCommand;

/** Warns of a name that no namespace can have. Helm prints it, and pipelines replace it later: `-n NAMESPACE_HERE`. */
function warnOfNamespace(namespace: string): void {
  try {
    checkNamespace(namespace);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    printError(`warning: ${error.message}\n`);
  }
}

/** Prints rendered documents that turned out to be invalid YAML, so that the user can see what is wrong. */
async function showInvalid(error: unknown): Promise<void> {
  const { NotYaml } = await import('../render/gotemplate/manifests.ts');
  const found = error instanceof PkgError && error.cause instanceof NotYaml ? error.cause : error;
  if (!(found instanceof NotYaml)) return;
  const shown = found.texts.map(({ source, text }) => ({ source: decodeText(source), text: '', bytes: text }));
  printBytes(piecesOf({ manifest: shown, hooks: [] }));
}
