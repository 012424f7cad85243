import { pathText } from '../../chart/path-text.ts';
import { createOrigins } from '../../chart/origins.ts';
import type { Origins } from '../../chart/origins.ts';
import { resolveDependencies } from '../../chart/dependencies.ts';
import { readUserValues } from '../../chart/user-values.ts';
import { keepsWrittenKeys } from '../../chart/written-keys.ts';
import { coalesceValues } from '../../chart/values.ts';
import { printable } from '../../errors-text.ts';
import type { Chart } from '../../chart/chart.ts';
import { printBytes, printDocument, printError } from '../../terminal/output.ts';
import { printJson } from '../../yaml/json.ts';
import { printYaml } from '../../yaml/print.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { valuesText } from '../support/chart-output.ts';
import { openChart } from '../support/chart-source.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { CHART_FLAGS, SOURCE_FLAGS, VALUE_FLAGS } from '../support/chart-flags.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { valueSources } from '../support/operation-input.ts';
import { readStdin } from '../support/stdin.ts';

class ShowValuesCommand extends PkgCommand {
  static override description = [
    'Prints the default values of a chart as they are written.',
    'With --origins it prints the merged values of flags and defaults, each with its origin.',
    'With --jsonpath it prints what a JSONPath template of Kubernetes selects from the defaults.',
  ].join('\n');
  static override examples = [
    { command: 'pkg show values ./web -f prod.yaml --origins', description: 'every value with its origin' },
    {
      command: "pkg show values ./web --jsonpath '{.image.repository}:{.image.tag}'",
      description: 'the image of the chart',
    },
  ];
  static override args = { CHART: Args.chart };
  static override flags = {
    ...SOURCE_FLAGS,
    ...REMOTE_FLAGS,
    ...CHART_FLAGS,
    ...VALUE_FLAGS,
    origins: Flags.boolean({ summary: 'print the merged values with the origin of each' }),
    jsonpath: Flags.string({
      default: '',
      helpValue: 'TEMPLATE',
      summary: 'print what this JSONPath template selects: {.image.tag}',
      exclusive: ['origins'],
    }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ShowValuesCommand);
    const loaded = await openChart(args.CHART, flags);
    if (flags.jsonpath !== '') return printSelected(loaded, flags.jsonpath);
    if (!flags.origins) {
      printBytes([valuesText(loaded)]);
      return;
    }
    const sources = valueSources(flags);
    const user = await readUserValues(sources, readStdin, { writtenKeys: keepsWrittenKeys(loaded) });
    const { chart, values: given } = resolveDependencies(loaded, user.values);
    const { values } = coalesceValues(chart, given);
    const origins = createOrigins(loaded, sources, user.texts);
    const lines = await leaves(values, [], origins);
    printDocument(lines.join(''));
  }
}

export const command: CommandClass = ShowValuesCommand;

/**
 * Prints what a template selects. As with helm, a path that leads nowhere prints nothing and is not a failure; a
 * warning says so.
 *
 * @throws {PkgError} `PKG_USAGE` for a template that cannot be read
 */
async function printSelected(chart: Chart, template: string): Promise<void> {
  const { evaluateJsonPath } = await import('../../render/jsonpath/evaluate.ts');
  const { parseJsonPath } = await import('../../render/jsonpath/parse.ts');
  const { decodeText, encodeText, fromValue } = await import('../../render/gotemplate/value.ts');
  if (chart.valuesFile === undefined) return;
  const printed = evaluateJsonPath(parseJsonPath(encodeText(template)), fromValue(chart.values));
  if ('text' in printed) printBytes([printed.text]);
  else printError(`warning: --jsonpath selects nothing: ${printable(decodeText(printed.problem), 200)}\n`);
}

/** One line a leaf: `image.tag: "1.2"  # values.yaml:3:5`. */
async function leaves(value: Value, path: readonly string[], origins: Origins): Promise<string[]> {
  if (isMap(value) && value.size > 0) {
    const nested: string[] = [];
    for (const [key, item] of value) nested.push(...(await leaves(item, [...path, key], origins)));
    return nested;
  }
  const isCollection = Array.isArray(value) || isMap(value);
  const yaml = isCollection ? '' : printYaml(value).trimEnd();
  // A text of several lines is put on one.
  const text = isCollection || yaml.includes('\n') ? printJson(toPlain(value)) : yaml;
  const origin = path.length === 0 ? undefined : await origins.find(path);
  return [`${pathText(path)}: ${text}${origin === undefined ? '' : `  # ${origin}`}\n`];
}
