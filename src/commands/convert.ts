import { convertFolder } from '../convert/folder.ts';
import type { Conversion, Result } from '../convert/convert.ts';
import { formatPosition } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { printError } from '../terminal/output.ts';
import type { Json } from '../yaml/value.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { CHART_FLAGS } from './support/chart-flags.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { linkOptions } from './support/link-options.ts';
import { printResult } from './support/print-result.ts';

class ConvertCommand extends PkgCommand {
  static override description = [
    'Converts Go templates of a chart to native ones. Both must give the same objects: with the values of the chart, with',
    'each values file in ci/ and tests/, and with many variations of the values that a template reads. A template that',
    'cannot be shown to be the same stays a Go template, and the reason is printed. Helm cannot install the result.',
  ].join('\n');
  static override examples = [
    { command: 'pkg convert ./web --dry-run', description: 'show what can be converted, and why the rest cannot' },
    { command: 'pkg convert ./web --output-dir out', description: 'write the converted chart into out/web' },
    { command: 'pkg convert ./web templates/service.yaml', description: 'convert one template' },
  ];
  static override args = {
    CHART: Args.string({ required: true, description: 'a chart folder', complete: 'directory' }),
    FILE: Args.string({ description: 'templates to convert (default: all)', multiple: true }),
  };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'show the result without writing anything' }),
    'output-dir': Flags.string({
      helpValue: 'FOLDER',
      complete: 'directory',
      summary: 'write the converted chart into this folder instead of changing the chart',
    }),
    ...CHART_FLAGS,
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ConvertCommand);
    const conversion = await convertFolder(args.CHART, {
      ...linkOptions(flags),
      files: args.FILE ?? [],
      outputDir: flags['output-dir'],
      dryRun: flags['dry-run'],
      progress: everySecond((what) => printError(`comparing ${printable(what)}\n`)),
    });
    await printResult(
      flags.output,
      () => conversionJson(conversion),
      () => conversionText(conversion),
    );
  }
}

export const command: CommandClass = ConvertCommand;

/** Passes progress on, at most once a second; nothing of what ends within the first second. */
function everySecond(show: (text: string) => void): (text: string) => void {
  let last = Date.now();
  return (text) => {
    const now = Date.now();
    if (now - last < 1000) return;
    last = now;
    show(text);
  };
}

function conversionJson({ files, helpers, written, removed }: Conversion): Json {
  const result = ({ file, name, isConverted, count, why, at }: Result): Json => ({
    file,
    ...(name !== undefined && { name }),
    converted: isConverted,
    renders: count,
    ...(why !== undefined && { reason: why }),
    ...(at?.line !== undefined && { line: at.line }),
  });
  return {
    files: files.map(result),
    definitions: helpers.map(result),
    written: [...written.keys()],
    removed,
    converted: files.filter((file) => file.isConverted).length,
    total: files.length,
  };
}

function conversionText({ files, helpers }: Conversion): string {
  if (files.length === 0) return 'there are no Go templates to convert\n';
  const lines = files.map(({ file, isConverted, why, at }) => {
    const where = printable(formatPosition({ ...at, file }));
    if (isConverted) return `converted  ${where}\n`;
    return `kept       ${where}: ${printable(why ?? '', 1000)}\n`;
  });
  for (const { file, name, isConverted, why, at } of helpers) {
    if (isConverted) continue;
    const where = printable(formatPosition({ ...at, file }));
    lines.push(`kept       ${printable(name ?? '')} in ${where}: ${printable(why ?? '', 1000)}\n`);
  }
  const converted = files.filter((file) => file.isConverted).length;
  const share = Math.round((100 * converted) / files.length);
  const defined = helpers.filter((helper) => helper.isConverted).length;
  const definitions = helpers.length === 0 ? '' : `; ${defined} of ${helpers.length} definitions`;
  return `${lines.join('')}${converted} of ${files.length} files converted (${share} %)${definitions}\n`;
}
