/** One pass over the native templates of a chart tree: runs all of them, and reads what they print as documents. */
import type { Chart } from '../../chart/chart.ts';
import { subchartValues } from '../../chart/values.ts';
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { LimitReached, metered, MAX_STEPS, rangeMessage } from '../functions/limits.ts';
import type { Meter } from '../functions/limits.ts';
import type { KindTypes } from '../field-types.ts';
import type { Asker, GoTemplates, NativePrinter, RenderInput, RenderLimits } from '../render.ts';
import type { Template } from './ast.ts';
import { chartContext, templateContext } from './context.ts';
import { DocumentReader } from './documents.ts';
import type { TextMade } from './document-texts.ts';
import type { ReadDocument } from './read-document.ts';
import { Interpreter } from './evaluate.ts';
import { inTopValues } from './template-error.ts';
import type { Host } from './evaluation.ts';
import { ValueError } from '../../chart/value-error.ts';
import { findHelper, helperNames } from './helpers/index.ts';
import { Output, Slots } from './output.ts';
import type { Budget, Slot } from './output.ts';
import type { SlottedDocument } from './slot-tree.ts';
import type { StructureCache } from './structure-cache.ts';
import { textForGo } from './text-for-go.ts';
import { NO_KEYS, RandomCalls } from './random-calls.ts';
import type { PassState } from './random-calls.ts';
import { findKeys, labelCalls } from './random-keys.ts';
import type { RandomValue } from '../random-values.ts';
import { chartPathOf } from './partials.ts';
import type { PartialIndex, ChartTemplates } from './partials.ts';
import { absentPartial } from './run-partial.ts';
import { TextCache } from './text-cache.ts';
import { chartFieldsOf } from './check-tree.ts';
import type { TemplateTree } from './tree.ts';
import { rootScope } from './scope.ts';
import type { Item, ItemMap, Namespace, PartialBody } from './scope.ts';

/** The documents of one template; `at` is the path of its chart's values in those of the top chart. */
export type TemplateDocuments = { source: string; documents: ReadDocument[]; at: readonly string[] };

/** The documents of all templates, in the order of their paths, and the notes of each chart. */
export type EngineOutput = {
  templates: TemplateDocuments[];
  notes: { chart: string; text: string }[];
  randomValues: readonly RandomValue[];
  /** The numbers and booleans that became the texts of fields. */
  textsMade: () => readonly TextMade[];
  warnings: string[];
};

/** The limits of a render that sets no others. */
export const LIMITS: RenderLimits = { depth: 200, steps: MAX_STEPS, outputLength: 1 << 26 };
const NOTES = 'templates/NOTES.txt.hbs';
/** How deep native and Go templates may include each other. */
const MAX_CROSSINGS = 50;

/** What all passes share: the types of fields, the structures that earlier runs read, and the other engine. */
export type PassResources = {
  types: KindTypes;
  structures: StructureCache | undefined;
  goTemplates: () => GoTemplates | undefined;
};

/**
 * A chart in one pass: its templates, their interpreter, and `at`, the path of its values in those of the top chart.
 */
type ChartRun = {
  chart: Chart;
  own: ChartTemplates;
  partials: PartialIndex;
  evaluator: Interpreter;
  common: readonly [string, Item][];
  at: readonly string[];
};

/** The documents of a template, or the text of NOTES. */
type TemplateResult = ReadDocument[] | string;

/** Is this the NOTES of its chart? */
function isNotesOf({ own }: ChartRun, { name }: Template): boolean {
  return name === `${own.path}/${NOTES}`;
}

/** One pass over all templates of a chart tree. */
export class Pass {
  readonly output: EngineOutput = {
    templates: [],
    notes: [],
    randomValues: [],
    textsMade: () => this.#reader.textsMade,
    warnings: [],
  };
  /** The fields of random values, by the sites of their calls. */
  keys: PassState['keys'] = new Map();
  /** Have Go templates included partials since the keys of random values were found? */
  hasRunPartials = false;
  readonly #input: RenderInput;
  readonly #limits: RenderLimits;
  readonly #slots = new Slots();
  readonly #budget: Budget;
  readonly #reader: DocumentReader;
  readonly #meter: Meter;
  readonly #now = new Date();
  readonly #texts: TextCache;
  readonly #random: RandomCalls;
  readonly #goTemplates: () => GoTemplates | undefined;
  readonly #tree: TemplateTree;
  readonly #charts: ChartRun[] = [];
  /** The results of templates; undefined for those that are running. */
  readonly #printed = new Map<Template, TemplateResult | undefined>();
  /** The file that is running: `web/templates/service.yaml.hbs`, or the Go template that includes a partial. */
  #running = '';
  #crossings = 0;

  constructor(
    input: RenderInput,
    tree: TemplateTree,
    state: PassState,
    meter: Meter,
    { types, structures, goTemplates }: PassResources,
  ) {
    this.#input = input;
    this.#tree = tree;
    this.#goTemplates = goTemplates;
    this.#texts = new TextCache(tree.parse ?? noParser);
    this.#random = new RandomCalls(input.random, state);
    this.#limits = { ...LIMITS, ...input.limits };
    this.#budget = { left: this.#limits.outputLength };
    this.#meter = meter;
    this.#reader = new DocumentReader(this.#slots, this.#budget, { types, structures });
    this.#addCharts(input.chart, input.values, []);
  }

  #addCharts(chart: Chart, values: ValueMap, at: readonly string[]): void {
    const own = this.#tree.charts.get(chart);
    const partials = this.#tree.partials.get(chart);
    if (own === undefined || partials === undefined) return;
    const { release, capabilities } = this.#input;
    const common = chartContext(chart, values, release, capabilities);
    this.#charts.push({ chart, own, partials, evaluator: new Interpreter(this.#host(own, partials, at)), common, at });
    for (const child of chart.dependencies) {
      if (child.metadata.type === 'library') continue;
      this.#addCharts(child, subchartValues(values, child.metadata.name), [...at, child.metadata.name]);
    }
  }

  /** Runs all templates. */
  all(): void {
    for (const run of this.#charts) {
      for (const template of run.own.templates) {
        const isNotes = isNotesOf(run, template);
        if (isNotes && run.at.length > 0 && this.#input.subchartNotes !== true) continue;
        const printed = this.#print(run, template);
        if (typeof printed === 'string') this.output.notes.push({ chart: run.chart.metadata.name, text: printed });
        else this.output.templates.push({ source: template.name, documents: printed, at: run.at });
      }
    }
  }

  /** The result of a template, which runs once, although Go templates may include it too. */
  #print(run: ChartRun, template: Template): TemplateResult {
    const known = this.#printed.get(template);
    if (known !== undefined) return known;
    if (this.#printed.has(template)) {
      throw new PkgError('PKG_TEMPLATE_LIMIT', `${template.name} includes its own text, by way of a Go template`, {
        hints: ['a checksum of a template cannot be a part of that template'],
      });
    }
    this.#printed.set(template, undefined);
    const printed = this.#as(template.name, () =>
      this.#guarded(template.file, run.at, () => {
        const isNotes = isNotesOf(run, template);
        const output = new Output(isNotes ? undefined : this.#slots, this.#budget);
        run.evaluator.run(template, this.#rootOf(run, template.name), output);
        if (isNotes) return output.toString();
        this.#reader.beginTemplate(run.at);
        return this.#reader.objects(output);
      }),
    );
    this.#printed.set(template, printed);
    return printed;
  }

  #rootOf({ common, own }: ChartRun, name: string): Namespace {
    return templateContext(common, name, `${own.path}/templates`);
  }

  #as<T>(file: string, run: () => T): T {
    const outer = this.#running;
    this.#running = file;
    try {
      return run();
    } finally {
      this.#running = outer;
    }
  }

  /** See `NativeTemplates` in `render.ts`. */
  find(name: string, asker: Asker): NativePrinter | undefined {
    for (const run of this.#charts) {
      const file = run.own.templates.find((one) => one.name === name || one.name === `${name}.hbs`);
      if (file !== undefined) return () => this.#textOf(run, file);
    }
    // Partials are found as by a native template of the same chart; for a library, of the chart that uses it.
    const path = chartPathOf(asker.template);
    const run =
      this.#charts.find(({ own }) => own.path === path) ?? this.#charts.find(({ chart }) => chart === asker.chart);
    if (run === undefined) return undefined;
    const body = run.partials.find(name, asker.template);
    if (body === undefined) {
      const relatives = run.partials.relatives(name);
      if (relatives.owners.length < 2 && relatives.inlines.length === 0) return undefined;
      return () => {
        const { message, hint } = absentPartial(name, [], relatives);
        throw new PkgError('PKG_TEMPLATE_NAME_MISSING', message, { hints: [hint] });
      };
    }
    const { template } = body;
    if (run.own.templates.some((one) => one === template)) return () => this.#textOf(run, template);
    return (context, call) => this.#partial(run, { name, body, asker }, context, call());
  }

  /** The text of a template in the output. */
  #textOf(run: ChartRun, template: Template): string {
    const printed = this.#print(run, template);
    return typeof printed === 'string' ? printed : printed.map(({ text }) => `${text}\n`).join('---\n');
  }

  /** The text of a partial that a Go template includes. */
  #partial(
    run: ChartRun,
    { name, body, asker }: { name: string; body: PartialBody; asker: Asker },
    contextOf: Parameters<NativePrinter>[0],
    identity: string,
  ): string {
    const { program, template } = body;
    const { file } = asker;
    if (this.#crossings >= MAX_CROSSINGS) {
      const message = `native and Go templates include each other more than ${MAX_CROSSINGS} deep`;
      throw new PkgError('PKG_TEMPLATE_LIMIT', message, {
        hints: [`does the partial ${name} include itself without an end?`],
      });
    }
    const roots = new Map<unknown, ChartRun>();
    const context = contextOf((chart) => {
      const owner = this.#charts.find((one) => one.chart === chart) ?? run;
      const root = this.#rootOf(owner, file);
      roots.set(root, owner);
      return root as Map<string, unknown> as ValueMap;
    });
    const owner = roots.get(context) ?? run;
    const root = roots.has(context) ? (context as ItemMap) : this.#rootOf(run, file);
    const { evaluator } = run;
    const frame = { template, calls: undefined, depth: 0, identity, earlier: undefined, counters: undefined };
    this.#crossings++;
    this.hasRunPartials = true;
    try {
      return this.#as(file, () =>
        this.#guarded(template.file, owner.at, () => {
          const output = evaluator.structureOutput();
          evaluator.program(program, { ...rootScope(root), context }, frame, output);
          return textForGo(evaluator.host, output);
        }),
      );
    } finally {
      this.#crossings--;
    }
  }

  /** Runs a template; paths into the chart's values in its errors become paths into those of the top chart. */
  #guarded<T>(file: string, at: readonly string[], run: () => T): T {
    try {
      return this.#limited(file, () => metered(this.#meter, run));
    } catch (error) {
      if (error instanceof ValueError && !error.isInTop) {
        error.isInTop = true;
        error.valuePath = inTopValues(error.valuePath, at);
        error.textPath = inTopValues(error.textPath, at);
      }
      throw error;
    }
  }

  /** Turns a stack overflow, and an exceeded limit without a position, into an error of the file. */
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
   * Finds the keys of random values, and adds the values to the output.
   *
   * @param settled keys that hold although others are found
   * @returns the sites of the calls whose stored values were looked up by other keys than those found now
   */
  findKeys(settled: PassState['keys'] | undefined): Set<string> {
    const { random, release } = this.#input;
    this.hasRunPartials = false;
    const values = [...this.#random.values.values()];
    const open = new Set(this.#random.conflicts);
    // Without stored values nothing will be stored, so that no keys are needed.
    if (values.length === 0 || random === undefined) {
      this.output.randomValues = values;
      return open;
    }
    const single = (slot: Slot): SlottedDocument | undefined => this.#reader.single(slot);
    const { keys: found, seen } = this.#limited(this.#input.chart.location, () =>
      metered(this.#meter, () => findKeys(this.#random, this.#reader.read, this.#slots, single, release.namespace)),
    );
    this.keys = found;
    const { hashed } = this.#random;
    this.output.randomValues = [...this.#random.values].map(([id, value]) => {
      const { site, ownKey, keys: used, also: usedAlso } = value;
      const { keys: fields, also } = settled?.get(site) ?? this.keys.get(site) ?? NO_KEYS;
      const keys = ownKey === undefined ? fields : [ownKey, ...fields];
      if (!random.stored.isEmpty && [...keys, ...also].join('\n') !== [...used, ...usedAlso].join('\n')) open.add(site);
      return { ...value, keys, also, isLost: hashed.has(id) && !seen.has(id) };
    });
    return open;
  }

  /** The sites of calls with a key of their own. */
  get keyed(): Set<string> {
    return this.#random.keyed;
  }

  #host(own: ChartTemplates, partials: PartialIndex, at: readonly string[]): Host {
    const { lookup } = this.#input;
    const goTemplates = this.#goTemplates;
    const host: Host = {
      slots: this.#slots,
      budget: this.#budget,
      meter: this.#meter,
      maxDepth: this.#limits.depth,
      now: () => this.#now,
      findHelper,
      helperNames,
      findPartial: (name, from) => partials.find(name, from),
      partialRelatives: (name) => partials.relatives(name),
      chartPath: own.path,
      chartFields: chartFieldsOf(own),
      parameters: this.#tree.parameters,
      partialNames: () => [...partials.names(), ...(goTemplates()?.names() ?? [])],
      parseText: (source, name, file) => this.#texts.parse(source, name, file),
      random: this.#random,
      makesRandomValues: this.#tree.makesRandomValues,
      keyPrefix: at.map((name) => `${name}/`).join(''),
      structure: (output) =>
        this.#reader.values(output, (document) => {
          if (this.#random.values.size > 0)
            labelCalls(this.#random, document, this.#slots, (slot) => this.#reader.single(slot));
        }),
      checkStructure: (output) => this.#reader.check(output),
      outputOf: (template) => {
        const run = this.#charts.find((one) => one.own === own);
        if (run === undefined) throw new Error(`no chart has ${template.name}`);
        if (this.#printed.has(template) && this.#printed.get(template) === undefined) return undefined;
        // Its random calls are not those of the expression that includes it.
        const { log } = this.#random;
        const since = log.length;
        const text = this.#textOf(run, template);
        log.length = since;
        return text;
      },
      ...(lookup === undefined ? {} : { lookup }),
      goTemplate: (name, data, identity) =>
        goTemplates()?.print(own.chart, { file: this.#running, identity }, name, data),
      goText: (text, identity) => goTemplates()?.text(own.chart, { file: this.#running, identity }, text),
    };
    return host;
  }
}

function noParser(): never {
  throw new Error('a text is run as a template, and no template names tpl');
}
