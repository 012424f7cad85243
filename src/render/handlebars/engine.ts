/** The engine of native templates: every `.hbs` file of a chart and its subcharts. */
import type { Chart } from '../../chart/chart.ts';
import { isGuard } from '../../chart/guard.ts';
import { subchartValues } from '../../chart/values.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { decodeBytes } from '../../yaml/readable.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { isNativeTemplate } from '../engines.ts';
import { LimitReached, metered, MOST_STEPS } from '../functions/limits.ts';
import type { Meter } from '../functions/limits.ts';
import type { GoTemplates, RenderInput, RenderLimits } from '../render.ts';
import { CHART_FIELDS } from '../../chart/metadata.ts';
import { checkTemplate } from './check.ts';
import type { Known } from './check.ts';
import { pathOf, walk } from './ast.ts';
import type { Template } from './ast.ts';
import { chartContext, templateContext } from './context.ts';
import { DocumentReader } from './documents.ts';
import type { ReadDocument } from './documents.ts';
import { Evaluator } from './evaluate.ts';
import type { Host } from './evaluate.ts';
import { ValueFault } from '../../chart/value-fault.ts';
import { findHelper, helperNames, loadHelpers } from './helpers/index.ts';
import { Output, Slots } from './output.ts';
import type { Budget } from './output.ts';
import { parseTemplate } from './parse.ts';
import { PartialIndex, partialName } from './partials.ts';
import type { ChartTemplates } from './partials.ts';
import { simpleName } from './scope.ts';
import { TextCache } from './text-cache.ts';
import type { Item, PartialBody } from './scope.ts';

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
  const charts = parseTree(input.chart, input.chart.metadata.name);
  const { names, parameters } = usedNames(charts);
  await loadHelpers(names);
  checkTree(charts, input.goTemplates);
  const run = new Run(input, parameters);
  const libraries = new Map(charts.map((parsed) => [parsed.chart, parsed]));
  run.chart(input.chart, input.values, [], libraries);
  run.output.templates.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
  return run.output;
}

/** Parses the templates of a chart and its subcharts; all that cannot be parsed is reported together. */
function parseTree(chart: Chart, path: string): ChartTemplates[] {
  const errors: PkgError[] = [];
  const parsed: ChartTemplates[] = [];
  const visit = (at: Chart, atPath: string): void => {
    parsed.push(parseChart(at, atPath, errors));
    for (const child of at.dependencies) visit(child, `${atPath}/charts/${child.metadata.name}`);
  };
  visit(chart, path);
  throwTogether(errors, (count) => `${count} templates cannot be read`);
  return parsed;
}

function parseChart(chart: Chart, path: string, errors: PkgError[]): ChartTemplates {
  const templates: Template[] = [];
  const files: Template[] = [];
  const partials = new Map<string, PartialBody>();
  for (const { name, data } of chart.templates) {
    if (isGuard(name) || !isNativeTemplate(name)) continue;
    const file = `${chart.location}/${name}`;
    const isPartial = name.slice(name.lastIndexOf('/') + 1).startsWith('_');
    try {
      if (chart.metadata.type === 'library' && !isPartial) continue;
      const template = parseTemplate(textOf(data, file), `${path}/${name}`, file);
      if (isPartial) {
        files.push(template);
        addPartials(partials, partialName(name), template);
      } else templates.push(template);
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      errors.push(error);
    }
  }
  return { chart, path, templates, files, partials };
}

/** The text of a file, without a byte order mark. */
function textOf(data: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch (error) {
    const { text } = decodeBytes(Buffer.from(data).toString('latin1'));
    throw new PkgError('PKG_TEMPLATE_SYNTAX', 'the template is not text in UTF-8', {
      at: positionAt(text, text.length, file),
      hints: ['save the file as UTF-8'],
      cause: error,
    });
  }
}

/** A partial file is a partial itself, and so is every `{{#*inline}}` that stands in it. */
function addPartials(partials: Map<string, PartialBody>, name: string, template: Template): void {
  partials.set(name, { program: template.program, template, scope: undefined });
  for (const statement of template.program.body) {
    if (statement.type !== 'DecoratorBlock') continue;
    const [param] = statement.params;
    if (param?.type === 'StringLiteral')
      partials.set(param.value, { program: statement.program, template, scope: undefined });
  }
}

/**
 * Every name that may be a helper's, all of them where a text is made into a template at run time; and every name that
 * a call of a partial gives.
 */
function usedNames(charts: readonly ChartTemplates[]): { names: Set<string>; parameters: Set<string> } {
  const names = new Set<string>();
  const parameters = new Set<string>();
  const collect = (template: Template): void =>
    walk(template.program, (node) => {
      if ('hash' in node) for (const { key } of node.hash?.pairs ?? []) parameters.add(key);
      if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
      const path = pathOf(node.path);
      const name = path && simpleName(path);
      if (name !== undefined) names.add(name);
    });
  for (const { templates, files } of charts) for (const template of [...templates, ...files]) collect(template);
  return { names: names.has('tpl') ? new Set(helperNames()) : names, parameters };
}

/** Checks all templates, whichever of their branches these values take; what is wrong is reported together. */
function checkTree(charts: readonly ChartTemplates[], goTemplates: GoTemplates | undefined): void {
  const inlines = new Set<string>();
  for (const { templates, files } of charts)
    for (const template of [...templates, ...files]) addInlines(template, inlines);
  const errors = charts.flatMap((own) => {
    const parsed = new Map(charts.map((one) => [one.chart, one]));
    const partials = new PartialIndex(own, librariesOf(own.chart, parsed));
    const goNames = new Set(goTemplates?.names());
    const known: Known = {
      chartFields: new Set([...own.chart.metadata.all.keys(), ...CHART_FIELDS]),
      values: own.chart.values,
      hasPartial: (name, from) => partials.find(name, from) !== undefined || inlines.has(name) || goNames.has(name),
      partialNames: [...partials.names(), ...inlines, ...goNames],
      partialOwners: (name) => partials.owners(name),
    };
    return [...own.files, ...own.templates].flatMap((template) => checkTemplate(template, known));
  });
  throwTogether(errors, (count) => `the templates have ${count} faults`);
}

/** Inline partials are known to whatever they are given to, so that any of them may be meant. */
function addInlines({ program }: Template, inlines: Set<string>): void {
  walk(program, (node) => {
    const [name] = node.type === 'DecoratorBlock' ? node.params : [];
    if (name?.type === 'StringLiteral') inlines.add(name.value);
  });
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

  readonly #parameters: ReadonlySet<string>;

  /** @param parameters names that calls of partials give */
  constructor(input: RenderInput, parameters: ReadonlySet<string>) {
    this.#input = input;
    this.#parameters = parameters;
    this.#limits = { ...LIMITS, ...input.limits };
    this.#budget = { left: this.#limits.outputLength };
    this.#meter = { taken: 0, most: this.#limits.steps };
    this.#reader = new DocumentReader(this.#slots, this.#budget);
  }

  chart(chart: Chart, values: ValueMap, at: readonly string[], parsed: ReadonlyMap<Chart, ChartTemplates>): void {
    const own = parsed.get(chart);
    if (own === undefined) return;
    const { release, capabilities, subchartNotes } = this.#input;
    const partials = new PartialIndex(own, librariesOf(chart, parsed));
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
      this.chart(child, subchartValues(values, child.metadata.name), [...at, child.metadata.name], parsed);
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
      chartFields: new Set([...own.chart.metadata.all.keys(), ...CHART_FIELDS]),
      parameters: this.#parameters,
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

/** The library charts below a chart, the nearest first. */
function librariesOf(chart: Chart, parsed: ReadonlyMap<Chart, ChartTemplates>): ChartTemplates[] {
  const found: ChartTemplates[] = [];
  for (const child of chart.dependencies) {
    if (child.metadata.type !== 'library') continue;
    const templates = parsed.get(child);
    if (templates !== undefined) found.push(templates);
    found.push(...librariesOf(child, parsed));
  }
  return found;
}
