import { coalesceValues } from '../chart/values.ts';
import { printable } from '../errors-text.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { imagesOf } from '../render/images.ts';
import { renderChart } from '../render/render-chart.ts';
import { CHART_SUMMARY } from './support/chart-source.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import {
  CHART_FLAGS,
  DEPENDENCY_FLAGS,
  LIMITS_FLAG,
  OUTPUT_FLAG,
  REMOTE_FLAGS,
  SCHEMA_FLAGS,
  SOURCE_FLAGS,
  VALUE_FLAGS,
} from './support/flags.ts';
import { readInputs } from './support/inputs.ts';
import { KUBE_VERSION_FLAG, kubeVersionOf } from './support/kube-version.ts';
import { localNamespace } from './support/local-namespace.ts';
import { printResult } from './support/release-output.ts';

export const command: Command = defineCommand({
  description: [
    'Lists the container images of a chart as it is rendered: of containers, init containers, ephemeral containers and',
    'volumes in all objects and hooks, and of fields that are called like images in custom resources.',
  ],
  examples: [
    { command: 'pkg images ./web -f prod.yaml', says: 'one image a line' },
    { command: 'pkg images acme/web --all -o json', says: 'with what uses each, and images that only values name' },
  ],
  args: [{ name: 'CHART', summary: CHART_SUMMARY, complete: 'chart' }],
  flags: {
    ...SOURCE_FLAGS,
    ...REMOTE_FLAGS,
    ...VALUE_FLAGS,
    ...CHART_FLAGS,
    ...SCHEMA_FLAGS,
    ...LIMITS_FLAG,
    ...DEPENDENCY_FLAGS,
    all: { type: 'boolean', summary: 'images that only the values name, too' },
    ...KUBE_VERSION_FLAG,
    'api-versions': { type: 'csv', char: 'a', value: 'VERSION', summary: 'API versions that templates are told of' },
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const inputs = await readInputs(args[0] ?? '', flags);
    const rendered = await renderChart({
      ...inputs,
      release: {
        name: 'release-name',
        namespace: await localNamespace(flags),
        revision: 1,
        isInstall: true,
        isUpgrade: false,
      },
      capabilities: {
        kubeVersion: kubeVersionOf(flags['kube-version']),
        apiVersions: [...DEFAULT_CAPABILITIES.apiVersions, ...flags['api-versions']],
      },
    });
    const documents = [...rendered.objects, ...rendered.hooks].flatMap(({ object }) => object ?? []);
    const values = flags.all ? coalesceValues(rendered.chart, inputs.userValues).values : undefined;
    const images = imagesOf(documents, values);
    await printResult(
      flags.output,
      () => images.map(({ image, usedBy }) => ({ image, usedBy: usedBy.map((use) => ({ ...use })) })),
      () => images.map(({ image }) => `${printable(image, 500)}\n`).join(''),
    );
  },
});
