/** The engine of native templates: every `.hbs` file of a chart and its subcharts. */
import type { Chart } from '../../chart/chart.ts';
import { subchartValues } from '../../chart/values.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { LimitReached, metered, MAX_STEPS, rangeMessage } from '../functions/limits.ts';
import type { Meter } from '../functions/limits.ts';
import { KindTypes } from '../field-types.ts';
import type { RenderInput, RenderLimits } from '../render.ts';
import type { Template } from './ast.ts';
import { chartContext, templateContext } from './context.ts';
import { DocumentReader } from './documents.ts';
import type { TextMade } from './document-texts.ts';
import type { ReadDocument } from './documents.ts';
import { Evaluator } from './evaluate.ts';
import { inTopValues } from './fault.ts';
import type { Host } from './evaluate.ts';
import { ValueError } from '../../chart/value-error.ts';
import { findHelper, helperNames } from './helpers/index.ts';
import { Output, Slots } from './output.ts';
import type { Budget, Slot } from './output.ts';
import type { SlottedDocument } from './slot-tree.ts';
import { RandomCalls } from './random-calls.ts';
import type { PassState } from './random-calls.ts';
import { findKeys, labelCalls } from './random-keys.ts';
import type { RandomValue } from '../random-values.ts';
import type { PartialIndex, ChartTemplates } from './partials.ts';
import { TextCache } from './text-cache.ts';
import { chartFieldsOf, checkTree, openTree } from './tree.ts';
import type { TemplateTree } from './tree.ts';
import type { Item } from './scope.ts';

/** What one template gave, and where the values of its chart stand in those of the top chart. */
export type TemplateDocuments = { source: string; documents: ReadDocument[]; at: readonly string[] };

/** What an engine gives: documents by template in path order, and notes by chart. */
export type EngineOutput = {
  templates: TemplateDocuments[];
  notes: { chart: string; text: string }[];
  randomValues: readonly RandomValue[];
  /** The numbers and booleans that became texts. */
  textsMade: () => TextMade[];
  warnings: string[];
};

const LIMITS: RenderLimits = { depth: 200, steps: MAX_STEPS, outputLength: 1 << 26 };
const NOTES = 'templates/NOTES.txt.hbs';
/** How often templates are run for the keys of random values: twice where a chart was edited. */
const MOST_PASSES = 4;

/**
 * Runs all templates of a chart tree.
 *
 * @throws {PkgError} all syntax errors at once; else the first fault, with its position
 */
export async function renderTemplates(input: RenderInput): Promise<EngineOutput> {
  const tree = await openTree(input.chart, input.parsed);
  throwTogether(await checkTree(tree, input.goTemplates), (count) => `the templates have ${count} faults`);
  const meter: Meter = { taken: 0, most: { ...LIMITS, ...input.limits }.steps };
  const types = new KindTypes(input.chart);
  const state: PassState = { made: new Map(), keys: new Map() };
  // Where random values stand is known once all templates have run. If others are stored for these fields, they run
  // again with those. Where the fields themselves follow from random values, the calls count instead.
  for (let pass = 1; ; pass++) {
    const run = new Run(input, tree, meter, state, types);
    run.chart(input.chart, input.values, []);
    const isLast = pass >= MOST_PASSES;
    const open = run.findKeys(isLast ? state.keys : undefined);
    if (open.size === 0 || isLast) {
      run.output.templates.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
      return run.output;
    }
    state.keys =
      pass === MOST_PASSES - 1
        ? new Map([...run.keys].map(([site, fields]) => [site, open.has(site) ? [site] : fields]))
        : run.keys;
  }
}

class Run {
  readonly output: EngineOutput = {
    templates: [],
    notes: [],
    randomValues: [],
    textsMade: () => this.#reader.textsMade,
    warnings: [],
  };
  /** The fields of random values, by the sites of their calls. */
  keys: ReadonlyMap<string, readonly string[]> = new Map();
  readonly #input: RenderInput;
  readonly #limits: RenderLimits;
  readonly #slots = new Slots();
  readonly #budget: Budget;
  readonly #reader: DocumentReader;
  readonly #meter: Meter;
  readonly #now = new Date();
  readonly #texts = new TextCache();
  readonly #random: RandomCalls;
  /** The template that is being run: `web/templates/service.yaml.hbs`. */
  #running = '';

  readonly #tree: TemplateTree;

  constructor(input: RenderInput, tree: TemplateTree, meter: Meter, state: PassState, types: KindTypes) {
    this.#input = input;
    this.#tree = tree;
    this.#random = new RandomCalls(input.random, state);
    this.#limits = { ...LIMITS, ...input.limits };
    this.#budget = { left: this.#limits.outputLength };
    this.#meter = meter;
    this.#reader = new DocumentReader(this.#slots, this.#budget, types);
  }

  chart(chart: Chart, values: ValueMap, at: readonly string[]): void {
    const own = this.#tree.charts.get(chart);
    const partials = this.#tree.partials.get(chart);
    if (own === undefined || partials === undefined) return;
    const { release, capabilities, subchartNotes } = this.#input;
    const evaluator = new Evaluator(this.#host(own, partials, at));
    const common = chartContext(chart, values, release, capabilities);
    for (const template of own.templates) {
      const isNotes = template.name === `${own.path}/${NOTES}`;
      if (isNotes && at.length > 0 && subchartNotes !== true) continue;
      this.#running = template.name;
      this.#guarded(template, at, () => {
        const context = templateContext(common, template.name, `${own.path}/templates`);
        if (isNotes) {
          const text = new Output(undefined, this.#budget);
          evaluator.run(template, context, text);
          this.output.notes.push({ chart: chart.metadata.name, text: text.toString() });
          return;
        }
        this.#template(template, evaluator, context, at);
      });
    }
    for (const child of chart.dependencies) {
      if (child.metadata.type === 'library') continue;
      this.chart(child, subchartValues(values, child.metadata.name), [...at, child.metadata.name]);
    }
  }

  #template(template: Template, evaluator: Evaluator, context: Map<string, Item>, at: readonly string[]): void {
    const printed = new Output(this.#slots, this.#budget);
    evaluator.run(template, context, printed);
    this.#reader.beginTemplate(at);
    this.output.templates.push({ source: template.name, documents: this.#reader.objects(printed), at });
  }

  /** A stack that overflows is a limit like any other; a fault learns where its value stands at the top. */
  #guarded(template: Template, at: readonly string[], run: () => void): void {
    try {
      this.#limited(template.file, () => metered(this.#meter, run));
    } catch (error) {
      if (error instanceof ValueError) {
        error.valuePath = inTopValues(error.valuePath, at);
        error.textPath = inTopValues(error.textPath, at);
      }
      throw error;
    }
  }

  #limited<T>(file: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof LimitReached)) throw error;
      const message = error instanceof RangeError ? rangeMessage(error) : error.message;
      throw new PkgError('PKG_TEMPLATE_LIMIT', message, { at: { file }, cause: error });
    }
  }

  /**
   * Finds the keys of random values and puts them out.
   *
   * @param settled keys that count whatever is found
   * @returns the sites of calls whose stored values were looked for by other keys
   */
  findKeys(settled: ReadonlyMap<string, readonly string[]> | undefined): Set<string> {
    const { random, release } = this.#input;
    const values = [...this.#random.values.values()];
    const open = new Set<string>();
    // Nobody stores the values of a render that knows nothing of stored ones.
    if (values.length === 0 || random === undefined) {
      this.output.randomValues = values;
      return open;
    }
    const single = (slot: Slot): SlottedDocument | undefined => this.#reader.single(slot);
    this.keys = this.#limited(this.#input.chart.location, () =>
      metered(this.#meter, () => findKeys(this.#random, this.#reader.read, this.#slots, single, release.namespace)),
    );
    this.output.randomValues = values.map((value) => {
      const { site, ownKey, keys: used } = value;
      const fields = settled?.get(site) ?? this.keys.get(site) ?? [];
      const keys = ownKey === undefined ? fields : [ownKey, ...fields];
      if (!random.stored.isEmpty && keys.join('\n') !== used.join('\n')) open.add(site);
      return { ...value, keys };
    });
    return open;
  }

  #host(own: ChartTemplates, partials: PartialIndex, at: readonly string[]): Host {
    const { lookup, goTemplates } = this.#input;
    const host: Host = {
      slots: this.#slots,
      budget: this.#budget,
      meter: this.#meter,
      maxDepth: this.#limits.depth,
      now: () => this.#now,
      findHelper,
      helperNames,
      findPartial: (name, from) => partials.find(name, from),
      partialOwners: (name) => partials.owners(name),
      chartPath: own.path,
      chartFields: chartFieldsOf(own),
      parameters: this.#tree.parameters,
      partialNames: () => [...partials.names(), ...(goTemplates?.names() ?? [])],
      parseText: (source, name, file) => this.#texts.parse(source, name, file),
      random: this.#random,
      keyPrefix: at.map((name) => `${name}/`).join(''),
      structure: (output) =>
        this.#reader.values(output, (document) => {
          if (this.#random.log.length > 0)
            labelCalls(this.#random, document, this.#slots, (slot) => this.#reader.single(slot));
        }),
      ...(lookup === undefined ? {} : { lookup }),
      ...(goTemplates && {
        goTemplate: (name, data) => goTemplates.print(own.chart, this.#running, name, data),
        goText: (text) => goTemplates.text(own.chart, this.#running, text),
      }),
    };
    return host;
  }
}
