import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { checkNamespace, checkReleaseName } from '../release/names.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { renderChart } from '../render/render-chart.ts';
import type { RenderedChart } from '../render/render-chart.ts';
import { printDocument, printError } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { namespaceOf, VALUE_FLAGS } from './support/flags.ts';
import { readInputs } from './support/inputs.ts';

export const command: Command = defineCommand({
  description: ['Renders a chart and prints its objects as Helm prints them. No target is read.'],
  examples: [
    { command: 'pkg template ./web --set replicaCount=3', says: 'with another value' },
    { command: 'pkg template shop ./web -s templates/service.yaml.hbs', says: 'one template only' },
  ],
  args: [
    { name: 'NAME', optional: true, summary: 'the name of the release' },
    { name: 'CHART', summary: 'a chart folder or archive', complete: 'chart' },
  ],
  flags: {
    ...VALUE_FLAGS,
    'show-only': { type: 'csv', char: 's', value: 'TEMPLATE', summary: 'print only these templates (repeatable)' },
    'include-crds': { type: 'boolean', summary: 'print the CRDs of crds/ too' },
    'skip-crds': { type: 'boolean', hidden: true, summary: 'leave out the CRDs of crds/' },
    'no-hooks': { type: 'boolean', summary: 'leave out hooks' },
    'skip-tests': { type: 'boolean', summary: 'leave out test hooks' },
    'is-upgrade': { type: 'boolean', summary: 'render as for an upgrade' },
    'kube-version': { type: 'string', value: 'VERSION', summary: 'the Kubernetes version that templates are told' },
    'api-versions': {
      type: 'csv',
      char: 'a',
      value: 'VERSION',
      summary: 'API versions that templates are told of besides the usual ones',
    },
    'skip-schema-validation': { type: 'boolean', summary: 'do not check values against values.schema.json' },
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
        kubeVersion: kubeVersion(flags['kube-version']),
        apiVersions: [...DEFAULT_CAPABILITIES.apiVersions, ...flags['api-versions']],
      },
      skipSchemaValidation: flags['skip-schema-validation'],
    });
    for (const warning of rendered.warnings) printError(`warning: ${printable(warning, 1000)}\n`);
    const documents = documentsOf(rendered, flags['no-hooks'], flags['skip-tests']);
    const crds = flags['include-crds'] && !flags['skip-crds'] ? crdTexts(rendered) : [];
    const chosen =
      flags['show-only'].length > 0
        ? onlyShown(documents, flags['show-only'], rendered.chart.metadata.name)
        : documents;
    const stream = [...crds, ...chosen.map(({ source, text }) => `---\n# Source: ${source}\n${text}\n`)];
    printDocument(stream.join(''));
  },
});

type Document = { source: string; text: string };

function documentsOf(rendered: RenderedChart, noHooks: boolean, skipTests: boolean): Document[] {
  const hooks = noHooks ? [] : rendered.hooks.filter(({ events }) => !skipTests || !events.includes('test'));
  return [...rendered.objects, ...hooks];
}

function crdTexts({ chart }: RenderedChart, path = chart.metadata.name): string[] {
  const own = chart.crds.map(
    ({ name, data }) => `---\n# Source: ${path}/${name}\n${Buffer.from(data).toString('utf8')}\n`,
  );
  const below = chart.dependencies.flatMap((child) =>
    crdTexts({ chart: child } as RenderedChart, `${path}/charts/${child.metadata.name}`),
  );
  return [...own, ...below];
}

/** The documents of the named templates, in the order in which they were named. */
function onlyShown(documents: readonly Document[], wanted: readonly string[], chart: string): Document[] {
  return wanted.flatMap((name) => {
    const plain = name.replace(/^\.\//, '');
    const found = documents.filter(
      ({ source }) => source === `${chart}/${plain}` || source === `${chart}/${plain}.hbs`,
    );
    if (found.length > 0) return found;
    throw new PkgError('PKG_USAGE', `could not find template ${printable(name)} in chart`, {
      hints: [
        `the templates that print something are ${[...new Set(documents.map(({ source }) => source.slice(chart.length + 1)))].join(', ')}`,
      ],
    });
  });
}

function kubeVersion(text: string | undefined): string {
  if (text === undefined) return DEFAULT_CAPABILITIES.kubeVersion;
  const match = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?([-+][0-9A-Za-z.+-]+)?$/.exec(text);
  if (match === null) {
    throw new PkgError('PKG_USAGE', `--kube-version takes a version such as 1.36.0, not "${printable(text)}"`);
  }
  // Helm tells templates three numbers, whatever was typed.
  const [, major, minor, patch = '0', rest = ''] = match;
  return `v${Number(major)}.${Number(minor)}.${Number(patch)}${rest}`;
}
