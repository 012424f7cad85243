import { convertFolder } from '../convert/folder.ts';
import type { Conversion, Result } from '../convert/convert.ts';
import { formatPosition } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { printError } from '../terminal/output.ts';
import type { Json } from '../yaml/value.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { CHART_FLAGS, OUTPUT_FLAG } from './support/flags.ts';
import { linkOptions } from './support/load.ts';
import { printResult } from './support/release-output.ts';

export const command: Command = defineCommand({
  description: [
    'Turns Go templates of a chart into native ones, where both give the same objects: for the values of the chart, for',
    'each values file in ci/ and tests/, and for many variations of what a template reads. What cannot be shown to be',
    'the same stays a Go template, and the reason is printed. Helm cannot install the chart after that.',
  ],
  examples: [
    { command: 'pkg convert ./web --dry-run', says: 'what can be converted, and why the rest cannot' },
    { command: 'pkg convert ./web --output-dir out', says: 'the converted chart in out/web' },
    { command: 'pkg convert ./web templates/service.yaml', says: 'one file of it' },
  ],
  args: [
    { name: 'CHART', summary: 'a chart folder', complete: 'directory' },
    { name: 'FILE', summary: 'templates to convert; all of them unless named', optional: true, rest: true },
  ],
  flags: {
    'dry-run': { type: 'boolean', summary: 'write nothing' },
    'output-dir': {
      type: 'string',
      value: 'FOLDER',
      complete: 'directory',
      summary: 'write the converted chart into this folder, and leave the chart as it is',
    },
    ...CHART_FLAGS,
    ...OUTPUT_FLAG,
  },
  async run({ flags, args }) {
    const [folder = '', ...files] = args;
    const conversion = await convertFolder(folder, {
      ...linkOptions(flags),
      files,
      outputDir: flags['output-dir'],
      dryRun: flags['dry-run'],
      ...(process.stderr.isTTY && { progress: (file) => printError(`comparing ${printable(file)}\n`) }),
    });
    await printResult(
      flags.output,
      () => conversionJson(conversion),
      () => conversionText(conversion),
    );
  },
});

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
  const share = files.length === 0 ? 0 : Math.round((100 * converted) / files.length);
  const defined = helpers.filter((helper) => helper.isConverted).length;
  const definitions = helpers.length === 0 ? '' : `; ${defined} of ${helpers.length} definitions`;
  return `${lines.join('')}${converted} of ${files.length} files converted (${share} %)${definitions}\n`;
}
