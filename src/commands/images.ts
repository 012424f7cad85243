import { printable } from '../errors-text.ts';
import { API_VERSIONS_FLAG, imagesOfChart } from './support/chart-images.ts';
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
import { KUBE_VERSION_FLAG } from './support/kube-version.ts';
import { printResult } from './support/release-output.ts';

export const command: Command = defineCommand({
  description: [
    'Lists the container images of a chart as it is rendered: of containers, init containers, ephemeral containers and',
    'volumes in all objects and hooks, and of fields that are called like images in custom resources.',
  ],
  examples: [
    { command: 'pkg images ./web -f prod.yaml', says: 'one image a line' },
    { command: 'pkg images ./web --resolve', says: 'each with its digest, to pin it' },
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
    resolve: { type: 'boolean', summary: 'ask the registries for the digests of the images' },
    ...KUBE_VERSION_FLAG,
    ...API_VERSIONS_FLAG,
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const inputs = await readInputs(args[0] ?? '', flags);
    const images = await imagesOfChart(inputs, flags, flags.all);
    const digests = flags.resolve
      ? await (await import('./support/resolve-images.ts')).resolveImages(images, args[0] ?? '', flags)
      : [];
    await printResult(
      flags.output,
      () =>
        images.map(({ image, usedBy }, at) => ({
          image,
          ...digests[at],
          usedBy: usedBy.map((use) => ({ ...use })),
        })),
      () => images.map(({ image }, at) => `${printable(digests[at]?.resolved ?? image, 500)}\n`).join(''),
    );
  },
});
