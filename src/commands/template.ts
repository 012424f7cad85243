import { join } from 'node:path';
import { printable } from '../errors-text.ts';
import { checkNamespace, checkReleaseName } from '../release/names.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { renderChart } from '../render/render-chart.ts';
import { printBytes, printError } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { namespaceOf, VALUE_FLAGS } from './support/flags.ts';
import { readInputs } from './support/inputs.ts';
import { KUBE_VERSION_FLAG, kubeVersionOf } from './support/kube-version.ts';
import { documentsOf, onlyShown, streamOf, writeDocuments } from './support/template-documents.ts';

/** Flags of `install` that change nothing here: scripts give them to both, and Helm takes them. */
const WITHOUT_EFFECT = {
  'skip-crds': { type: 'boolean', hidden: true, summary: 'CRDs are printed only with --include-crds' },
  'create-namespace': { type: 'boolean', hidden: true, summary: 'nothing is created' },
  'generate-name': { type: 'boolean', char: 'g', hidden: true, summary: 'without a name it is release-name' },
  replace: { type: 'boolean', hidden: true, summary: 'no name is taken' },
  'take-ownership': { type: 'boolean', hidden: true, summary: 'nothing is owned' },
  description: { type: 'string', hidden: true, summary: 'nothing is recorded' },
  labels: { type: 'map', char: 'l', hidden: true, summary: 'nothing is recorded' },
  'hide-notes': { type: 'boolean', hidden: true, summary: 'notes are not printed' },
  'render-subchart-notes': { type: 'boolean', hidden: true, summary: 'notes are not printed' },
  'dry-run': { type: 'string', bare: 'client', choices: ['client'], hidden: true, summary: 'nothing is written' },
} as const;

export const command: Command = defineCommand({
  description: ['Renders a chart and prints its objects as Helm prints them. No target is read.'],
  examples: [
    { command: 'pkg template ./web --set replicaCount=3', says: 'with another value' },
    { command: 'pkg template shop ./web -s templates/service.yaml', says: 'one template only' },
    { command: 'pkg template shop ./web --output-dir ./out', says: 'a file for each template' },
  ],
  args: [
    { name: 'NAME', optional: true, summary: 'the name of the release' },
    { name: 'CHART', summary: 'a chart folder or archive', complete: 'chart' },
  ],
  flags: {
    ...VALUE_FLAGS,
    'show-only': {
      type: 'list',
      char: 's',
      value: 'TEMPLATE',
      summary: 'print only these templates, * as in file names (repeatable)',
    },
    'include-crds': { type: 'boolean', summary: 'print the CRDs of crds/ too' },
    'no-hooks': { type: 'boolean', summary: 'leave out hooks' },
    'skip-tests': { type: 'boolean', summary: 'leave out test hooks' },
    'is-upgrade': { type: 'boolean', summary: 'render as for an upgrade' },
    ...KUBE_VERSION_FLAG,
    'api-versions': {
      type: 'csv',
      char: 'a',
      value: 'VERSION',
      summary: 'API versions that templates are told of besides the usual ones',
    },
    'skip-schema-validation': { type: 'boolean', summary: 'do not check values against values.schema.json' },
    'output-dir': {
      type: 'string',
      value: 'FOLDER',
      complete: 'directory',
      summary: 'write a file for each template into this folder',
    },
    'release-name': { type: 'boolean', summary: 'with --output-dir, put a folder of the name of the release around' },
    ...WITHOUT_EFFECT,
  },
  async run({ flags, args }) {
    const name = args.length > 1 ? (args[0] ?? '') : 'release-name';
    const namespace = namespaceOf(flags);
    checkReleaseName(name);
    checkNamespace(namespace);
    const { chart, userValues, origins } = await readInputs(args.at(-1) ?? '', flags);
    const isUpgrade = flags['is-upgrade'];
    const rendered = await renderChart({
      chart,
      userValues,
      origins,
      release: { name, namespace, revision: 1, isInstall: !isUpgrade, isUpgrade },
      capabilities: {
        kubeVersion: kubeVersionOf(flags['kube-version']),
        apiVersions: [...DEFAULT_CAPABILITIES.apiVersions, ...flags['api-versions']],
      },
      skipSchemaValidation: flags['skip-schema-validation'],
    });
    for (const warning of rendered.warnings) printError(`warning: ${printable(warning, 1000)}\n`);
    const documents = documentsOf(rendered, {
      crds: flags['include-crds'],
      hooks: !flags['no-hooks'],
      tests: !flags['skip-tests'],
    });
    const wanted = flags['show-only'];
    const folder = flags['output-dir'] ?? '';
    if (folder !== '') writeDocuments(flags['release-name'] ? join(folder, name) : folder, documents);
    else printBytes(wanted.length > 0 ? onlyShown(streamOf(documents), wanted) : streamOf(documents));
  },
});
