/** The engine of native templates: every `.hbs` file of a chart and its subcharts. */
import type { Chart } from '../../chart/chart.ts';
import { throwTogether } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import type { Meter } from '../functions/limits.ts';
import { KindTypes } from '../field-types.ts';
import type { Asker, GoTemplates, NativePrinter, NativeTemplates, RenderInput } from '../render.ts';
import { LIMITS, Pass } from './pass.ts';
import type { EngineOutput, PassResources } from './pass.ts';
import type { PassState } from './random-calls.ts';
import { StructureCache } from './structure-cache.ts';
import { checkTree } from './check-tree.ts';
import { openTree } from './tree.ts';
import type { TemplateTree } from './tree.ts';
import { compareSources } from '../order.ts';

/** How often all templates run until the keys of random values are settled; where a chart was edited, twice. */
const MAX_PASSES = 4;

/** The native templates of a chart tree: parsed and checked at once, and run when the first text is needed. */
export class NativeRender implements NativeTemplates {
  /** The Go templates that native templates include. */
  goTemplates: GoTemplates | undefined;
  readonly #input: RenderInput;
  readonly #tree: TemplateTree;
  readonly #meter: Meter;
  readonly #shared: PassResources;
  readonly #state: PassState;
  /** The pass that runs, or the last one. */
  #pass: Pass | undefined;
  #isFinal = false;
  /** Keys that hold for random values although the last pass found others. */
  #settled: PassState['keys'] | undefined;

  private constructor(
    input: RenderInput,
    tree: TemplateTree,
    goTemplates: GoTemplates | undefined,
    state: PassState = { made: new Map(), keys: new Map(), keyed: new Set() },
  ) {
    this.#state = state;
    this.#input = input;
    this.#tree = tree;
    this.goTemplates = goTemplates;
    this.#meter = { taken: 0, most: { ...LIMITS, ...input.limits }.steps };
    this.#shared = {
      types: new KindTypes(input.chart),
      structures: input.parsed === undefined ? StructureCache.of(input.chart) : undefined,
      goTemplates: () => this.goTemplates,
    };
  }

  /**
   * Parses and checks all templates.
   *
   * @param goTemplates for a chart tree that has Go templates too, or calls `goTpl`
   * @throws {PkgError} all errors of syntax and checks at once
   */
  static async open(input: RenderInput, goTemplates?: GoTemplates): Promise<NativeRender> {
    const tree = await openTree(input.chart, input.parsed);
    throwTogether(await checkTree(tree, goTemplates), (count) => `the templates have ${count} errors`);
    return new NativeRender(input, tree, goTemplates);
  }

  /** The same templates with other values, and with the random values of this render. */
  with(values: ValueMap): NativeRender {
    return new NativeRender({ ...this.#input, values }, this.#tree, this.goTemplates, { ...this.#state });
  }

  /**
   * The documents of all templates.
   *
   * @throws {PkgError} the first error, with its position
   */
  finish(): EngineOutput {
    const pass = this.#final();
    // Partials that Go templates include may have made further random values.
    if (pass.hasRunPartials) pass.findKeys(this.#settled);
    this.#shared.structures?.save();
    const { output } = pass;
    output.templates.sort(compareSources);
    return output;
  }

  names(chart: Chart): string[] {
    const files = [...this.#tree.charts.values()].flatMap(({ templates }) => templates.map(({ name }) => name));
    return [...files, ...(this.#tree.partials.get(chart)?.names() ?? [])];
  }

  find(name: string, asker: Asker): NativePrinter | undefined {
    const pass = this.#pass ?? this.#final();
    return pass.find(name, asker);
  }

  /**
   * Runs all templates until the random values fit the stored ones. The fields in which random values stand, their
   * keys, are known only after a run; if other values are stored for these fields, all templates run again with those.
   * Where the fields depend on random values themselves, as a name with a random suffix does, this may never end: in
   * the last pass such values are known by the sites of their calls.
   */
  #final(): Pass {
    if (this.#isFinal && this.#pass !== undefined) return this.#pass;
    const state = this.#state;
    for (let number = 1; ; number++) {
      const pass = new Pass(this.#input, this.#tree, state, this.#meter, this.#shared);
      this.#pass = pass;
      pass.all();
      const isLast = number >= MAX_PASSES;
      this.#settled = isLast ? state.keys : undefined;
      const open = pass.findKeys(this.#settled);
      if (open.size === 0 || isLast) {
        this.#isFinal = true;
        return pass;
      }
      state.keys =
        number === MAX_PASSES - 1
          ? new Map([...pass.keys].map(([site, found]) => [site, open.has(site) ? { keys: [site], also: [] } : found]))
          : pass.keys;
      state.keyed = pass.keyed;
    }
  }
}
