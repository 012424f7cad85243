/** What install, upgrade, template and their diffs read before they begin. */
import { createOrigins } from '../../chart/origins.ts';
import type { Origins } from '../../chart/origins.ts';
import type { Chart } from '../../chart/chart.ts';
import { loadChart } from '../../chart/load.ts';
import { readUserValues } from '../../chart/user-values.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { FlagValues } from './command.ts';
import { valueSources } from './flags.ts';
import type { VALUE_FLAGS } from './flags.ts';

/** A chart and the values for it. */
export type Inputs = { chart: Chart; userValues: ValueMap; origins: Origins };

/** Loads the chart and reads the values that the flags name. */
export async function readInputs(path: string, flags: FlagValues<typeof VALUE_FLAGS>): Promise<Inputs> {
  const sources = valueSources(flags);
  const chart = await loadChart(path);
  const userValues = await readUserValues(sources, readStdin);
  return { chart, userValues, origins: createOrigins(chart, sources) };
}

/** Standard input, whole. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * `[NAME] CHART`: with one argument the chart names the release.
 *
 * @param generate make the name unique by the time, as `--generate-name` asks
 */
export async function readNamedInputs(
  args: readonly string[],
  flags: FlagValues<typeof VALUE_FLAGS>,
  generate: boolean,
): Promise<Inputs & { name: string }> {
  const inputs = await readInputs(args.at(-1) ?? '', flags);
  const chartName = inputs.chart.metadata.name;
  if (generate) return { ...inputs, name: `${chartName}-${Math.floor(Date.now() / 1000)}` };
  return { ...inputs, name: args.length > 1 ? (args[0] ?? '') : chartName };
}
