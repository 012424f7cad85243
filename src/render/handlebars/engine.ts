/** The engine of native templates: every `.hbs` file of a chart and its subcharts. */
import type { Chart } from '../../chart/chart.ts';
import { subchartValues } from '../../chart/values.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { LimitReached, metered, MOST_STEPS } from '../functions/limits.ts';
import type { Meter } from '../functions/limits.ts';
import type { RenderInput, RenderLimits } from '../render.ts';
import type { Template } from './ast.ts';
import { chartContext, templateContext } from './context.ts';
import { DocumentReader } from './documents.ts';
import type { ReadDocument } from './documents.ts';
import { Evaluator } from './evaluate.ts';
import type { Host } from './evaluate.ts';
import { ValueFault } from '../../chart/value-fault.ts';
import { findHelper, helperNames } from './helpers/index.ts';
import { Output, Slots } from './output.ts';
import type { Budget } from './output.ts';
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
  storedValues: Map<string, string>;
  newValues: Set<string>;
  forms: Map<string, RegExp>;
  warnings: string[];
};

const LIMITS: RenderLimits = { depth: 200, steps: MOST_STEPS, outputLength: 1 << 26 };
const NOTES = 'templates/NOTES.txt.hbs';

/**
 * Runs all templates of a chart tree.
 *
 * @throws {PkgError} all syntax errors at once; else the first fault, with its position
 */
export async function renderTemplates(input: RenderInput): Promise<EngineOutput> {
  const tree = await openTree(input.chart);
  throwTogether(await checkTree(tree, input.goTemplates), (count) => `the templates have ${count} faults`);
  const run = new Run(input, tree);
  run.chart(input.chart, input.values, []);
  run.output.templates.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  return run.output;
}

class Run {
  readonly output: EngineOutput = {
    templates: [],
    notes: [],
    storedValues: new Map(),
    newValues: new Set(),
    forms: new Map(),
    warnings: [],
  };
  readonly #input: RenderInput;
  readonly #limits: RenderLimits;
  readonly #slots = new Slots();
  readonly #budget: Budget;
  readonly #reader: DocumentReader;
  readonly #meter: Meter;
  readonly #now = new Date();
  readonly #texts = new TextCache();
  /** The template that is being run: `web/templates/service.yaml.hbs`. */
  #running = '';

  readonly #tree: TemplateTree;

  constructor(input: RenderInput, tree: TemplateTree) {
    this.#input = input;
    this.#tree = tree;
    this.#limits = { ...LIMITS, ...input.limits };
    this.#budget = { left: this.#limits.outputLength };
    this.#meter = { taken: 0, most: this.#limits.steps };
    this.#reader = new DocumentReader(this.#slots, this.#budget);
  }

  chart(chart: Chart, values: ValueMap, at: readonly string[]): void {
    const own = this.#tree.charts.get(chart);
    const partials = this.#tree.partials.get(chart);
    if (own === undefined || partials === undefined) return;
    const { release, capabilities, subchartNotes } = this.#input;
    const evaluator = new Evaluator(this.#host(own, partials));
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
    this.output.templates.push({ source: template.name, documents: this.#reader.objects(printed), at });
  }

  /** A stack that overflows is a limit like any other; a fault learns where its value stands at the top. */
  #guarded(template: Template, at: readonly string[], run: () => void): void {
    try {
      metered(this.#meter, run);
    } catch (error) {
      if (error instanceof RangeError || error instanceof LimitReached) {
        const message = error instanceof RangeError ? 'the templates are nested too deeply' : error.message;
        throw new PkgError('PKG_TEMPLATE_LIMIT', message, {
          at: { file: template.file },
          cause: error,
        });
      }
      if (error instanceof ValueFault) {
        error.valuePath = inTopValues(error.valuePath, at);
        error.textPath = inTopValues(error.textPath, at);
      }
      throw error;
    }
  }

  #host(own: ChartTemplates, partials: PartialIndex): Host {
    const { storedValues, lookup, goTemplates } = this.#input;
    const used = this.output.storedValues;
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
      remember: ({ identity, earlier }, make, form) => {
        const known = used.get(identity) ?? storedValues?.get(identity) ?? storedValues?.get(earlier ?? identity);
        const value = known ?? make();
        if (known === undefined) this.output.newValues.add(identity);
        if (form !== undefined) this.output.forms.set(identity, form);
        used.set(identity, value);
        return value;
      },
      structure: (output) => this.#reader.values(output),
      ...(lookup === undefined ? {} : { lookup }),
      ...(goTemplates && {
        goTemplate: (name, data) => goTemplates.print(own.chart, this.#running, name, data),
        goText: (text) => goTemplates.text(own.chart, this.#running, text),
      }),
    };
    return host;
  }
}

/** A path into the values of a subchart as one into those of the top chart. */
export function inTopValues(path: readonly string[] | undefined, at: readonly string[]): readonly string[] | undefined {
  return path === undefined || path[0] === 'global' ? path : [...at, ...path];
}
