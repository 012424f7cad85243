import { throwTogether } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { imagesOfChart } from './support/chart-images.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { LOCAL_RENDER_FLAGS } from './support/chart-flags.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { readInputs } from './support/inputs.ts';
import { printResult } from './support/print-result.ts';

class ImagesCommand extends PkgCommand {
  static override description = [
    'Renders a chart and lists its container images: those of containers, init containers, ephemeral containers and',
    'volumes in all objects and hooks, those in fields of custom resources whose names say that they hold an image, and those',
    'that arguments and variables of containers tell operators to run.',
  ].join('\n');
  static override examples = [
    { command: 'pkg images ./web -f prod.yaml', description: 'one image per line' },
    { command: 'pkg images ./web --resolve', description: 'with the digest of each' },
    {
      command: 'pkg images acme/web --all -o json',
      description: 'with the users of each, and images that only the values name',
    },
  ];
  static override args = { CHART: Args.chart };
  static override flags = {
    ...LOCAL_RENDER_FLAGS,
    all: Flags.boolean({ summary: 'also list images that only the values name' }),
    resolve: Flags.boolean({ summary: 'ask the registries for the digests of the images' }),
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ImagesCommand);
    const inputs = await readInputs(args.CHART, flags);
    const images = await imagesOfChart(inputs, flags, { all: flags.all });
    const { found, errors } = flags.resolve
      ? await (await import('./support/resolve-images.ts')).resolveImages(images, args.CHART, flags)
      : { found: [], errors: [] };
    await printResult(
      flags.output,
      () => images.map(({ image, usedBy }, at) => ({ image, ...found[at], usedBy: usedBy.map((use) => ({ ...use })) })),
      () => images.map(({ image }, at) => `${printable(found[at]?.resolved ?? image, 500)}\n`).join(''),
    );
    // The others are listed all the same: whoever looks for what is wrong in a chart wants to see all images.
    throwTogether(errors, (count) => `${count} images cannot be found`);
  }
}

export const command: CommandClass = ImagesCommand;
