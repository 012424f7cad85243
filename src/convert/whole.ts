/** Renders a whole chart before and after: templates may change values that others read after them. */
import type { Chart } from '../chart/chart.ts';
import { PkgError } from '../errors.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { renderChart } from '../render/render-chart.ts';
import type { ValueMap } from '../yaml/value.ts';
import { findDifference } from './compare.ts';
import { RELEASE } from './prove.ts';

/**
 * The files of the chart, `templates/…`, whose objects are others after a conversion. Those of subcharts have the names
 * that Helm prints.
 *
 * @param bases values to render with, beside the chart's own
 */
export async function changedFiles(before: Chart, after: Chart, bases: readonly ValueMap[]): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const values of [new Map(), ...bases]) {
    const [was, again] = [await render(before, values), await render(before, values)];
    if (was instanceof PkgError || again instanceof PkgError) continue;
    const became = await render(after, values);
    if (became instanceof PkgError) {
      changed.add(inChart(became.at?.file ?? '', after));
      continue;
    }
    for (const file of new Set([...was.keys(), ...became.keys()])) {
      const [first, second, third] = [was, again, became].map((files) => files.get(file) ?? []);
      if (first === undefined || second === undefined || third === undefined) continue;
      // What is random is another one each time.
      if (isSame(first, second) && !isSame(first, third)) changed.add(file);
    }
  }
  return changed;
}

async function render(chart: Chart, values: ValueMap): Promise<Map<string, ValueMap[]> | PkgError> {
  try {
    const options = { chart, userValues: values, release: RELEASE, capabilities: DEFAULT_CAPABILITIES };
    const { objects, hooks } = await renderChart({ ...options, skipSchemaValidation: true });
    const files = new Map<string, ValueMap[]>();
    for (const { source, object } of [...objects, ...hooks]) {
      if (object === undefined) continue;
      const file = inChart(source, chart);
      files.set(file, [...(files.get(file) ?? []), object]);
    }
    return files;
  } catch (error) {
    if (error instanceof PkgError) return error;
    throw error;
  }
}

function inChart(source: string, { metadata, location }: Chart): string {
  const start = [`${metadata.name}/`, `${location}/`].find((one) => source.startsWith(one)) ?? '';
  return source.slice(start.length).replace(/\.hbs$/, '');
}

function isSame(before: readonly ValueMap[], after: readonly ValueMap[]): boolean {
  const options = { isAwkward: false, checksums: new Map<string, string>() };
  return (
    before.length === after.length &&
    before.every((object, index) => findDifference(object, after[index] ?? new Map(), options) === undefined)
  );
}
