/** Compares the whole chart before and after a conversion: a template may change values that others read after it. */
import type { Chart } from '../chart/chart.ts';
import { PkgError } from '../errors.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { ParseCache } from '../render/parse-cache.ts';
import { renderChart } from '../render/render-chart.ts';
import type { ValueMap } from '../yaml/value.ts';
import { findDifference } from './compare.ts';
import { RELEASE } from './situations.ts';

/** The objects of each file. */
type Files = ReadonlyMap<string, readonly ValueMap[]>;

/** A chart before its conversion. */
export class WholeChart {
  readonly #chart: Chart;
  readonly #bases: readonly ValueMap[];
  readonly #parsed = new ParseCache();
  /** The objects for each of the bases, and the files with random ones; undefined where the chart does not render. */
  #before: ({ files: Files; random: ReadonlySet<string> } | undefined)[] | undefined;

  /** @param bases values to render with, beside the chart's own */
  constructor(chart: Chart, bases: readonly ValueMap[]) {
    this.#chart = chart;
    this.#bases = [new Map(), ...bases];
  }

  /**
   * The files of the chart, `templates/…`, whose objects are others after a conversion. Those of subcharts have the
   * names that Helm prints.
   */
  async changedFiles(after: Chart): Promise<Set<string>> {
    this.#before ??= await Promise.all(this.#bases.map((values) => this.#renderTwice(values)));
    const changed = new Set<string>();
    for (const [at, before] of this.#before.entries()) {
      if (before === undefined) continue;
      const became = await this.#render(after, this.#bases[at] ?? new Map());
      if (became instanceof PkgError) {
        changed.add(inChart(became.at?.file ?? '', after));
        continue;
      }
      for (const name of new Set([...before.files.keys(), ...became.keys()])) {
        if (!before.random.has(name) && !isSame(before.files.get(name), became.get(name))) changed.add(name);
      }
    }
    return changed;
  }

  /** Files whose objects differ between two renders contain random values. */
  async #renderTwice(values: ValueMap): Promise<{ files: Files; random: Set<string> } | undefined> {
    const [files, again] = [await this.#render(this.#chart, values), await this.#render(this.#chart, values)];
    if (files instanceof PkgError || again instanceof PkgError) return undefined;
    return { files, random: new Set([...files.keys()].filter((name) => !isSame(files.get(name), again.get(name)))) };
  }

  async #render(chart: Chart, values: ValueMap): Promise<Files | PkgError> {
    try {
      const input = { chart, userValues: values, release: RELEASE, capabilities: DEFAULT_CAPABILITIES };
      const { objects, hooks } = await renderChart({ ...input, parsed: this.#parsed, skipSchemaValidation: true });
      const files = new Map<string, ValueMap[]>();
      for (const { source, object } of [...objects, ...hooks]) {
        if (object === undefined) continue;
        const name = inChart(source, chart);
        files.set(name, [...(files.get(name) ?? []), object]);
      }
      return files;
    } catch (error) {
      if (error instanceof PkgError) return error;
      throw error;
    }
  }
}

function inChart(source: string, { metadata, location }: Chart): string {
  const start = [`${metadata.name}/`, `${location}/`].find((one) => source.startsWith(one)) ?? '';
  return source.slice(start.length).replace(/\.hbs$/, '');
}

function isSame(before: readonly ValueMap[] = [], after: readonly ValueMap[] = []): boolean {
  const options = { isAwkward: false, isVaried: false, hasPorts: false, checksums: new Map<string, string>() };
  return (
    before.length === after.length &&
    before.every((object, index) => findDifference(object, after[index] ?? new Map(), options) === undefined)
  );
}
