/** The native templates of a chart tree: parsed, and checked before they run. */
import type { Chart } from '../../chart/chart.ts';
import { isGuard } from '../../chart/guard.ts';
import { CHART_FIELDS } from '../../chart/metadata.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { decodeBytes } from '../../yaml/readable.ts';
import { isNativeTemplate } from '../engines.ts';
import { ParseCache } from '../parse-cache.ts';
import type { GoTemplates } from '../render.ts';
import type { Template } from './ast.ts';
import { checkTemplate } from './check.ts';
import type { Known } from './check.ts';
import { helperNames, loadHelpers } from './helpers/index.ts';
import { parseTemplate } from './parse.ts';
import { PartialIndex, partialName } from './partials.ts';
import type { ChartTemplates } from './partials.ts';
import { isPartialFile } from './run-partial.ts';
import type { PartialBody } from './scope.ts';
import { ParsedTemplate, TemplateCaches } from './template-cache.ts';
import type { ChartScope, TemplateFile, Uses } from './template-cache.ts';

/** The templates of a chart and of all charts below it. */
export type TemplateTree = {
  charts: ReadonlyMap<Chart, ChartTemplates>;
  /** The partials that each chart sees. */
  partials: ReadonlyMap<Chart, PartialIndex>;
  /** Names that some call of a partial gives. */
  parameters: ReadonlySet<string>;
  /** Names of inline partials. */
  inlines: ReadonlySet<string>;
};

/** A program that renders a chart again, as a server does, need not parse it again: that is 60 % of a render. */
const parsedBefore = new ParseCache();

/**
 * Parses the templates of a chart tree and loads the helpers that they name.
 *
 * @param known keeps what is parsed; without it, what this process parses is kept as long as the chart
 * @throws {PkgError} all syntax errors at once
 */
export async function openTree(chart: Chart, known?: ParseCache): Promise<TemplateTree> {
  const parsed = parseTree(chart, known);
  const { helpers, parameters, inlines } = usedNames(parsed);
  await loadHelpers(helpers);
  const charts = new Map(parsed.map((one) => [one.chart, one]));
  const partials = new Map(parsed.map((one) => [one.chart, new PartialIndex(one, librariesOf(one.chart, charts))]));
  return { charts, partials, parameters, inlines };
}

/** Parses the templates of a chart and its subcharts; all that cannot be parsed is reported together. */
function parseTree(chart: Chart, known: ParseCache | undefined): ChartTemplates[] {
  const errors: PkgError[] = [];
  const scopes = scopesOf(chart, chart.metadata.name);
  const files = scopes.flatMap(filesOf);
  const caches = known === undefined ? new TemplateCaches(files, chart.metadata) : undefined;
  const parsed = new Map<TemplateFile, ParsedTemplate>();
  for (const file of files) {
    const { data, name } = file;
    try {
      const parse = (): ParsedTemplate => caches?.find(file) ?? parseFile(file);
      // A chart that is a dependency twice, by an alias, has the same file under two names.
      parsed.set(file, (known ?? parsedBefore).get(data, `${name} ${file.file}`, parse));
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      errors.push(error);
    }
  }
  throwTogether(errors, (count) => `${count} templates cannot be read`);
  caches?.save(parsed);
  const byScope = Map.groupBy(parsed, ([{ scope }]) => scope);
  return scopes.map((scope) => templatesOf(scope, byScope.get(scope)?.map(([, template]) => template) ?? []));
}

/** A chart and all charts below it, each with its path in the tree of charts. */
function scopesOf(chart: Chart, path: string): ChartScope[] {
  const below = chart.dependencies.flatMap((child) => scopesOf(child, `${path}/charts/${child.metadata.name}`));
  return [{ chart, path }, ...below];
}

/** The native templates of a chart. */
function filesOf(scope: ChartScope): TemplateFile[] {
  const { chart, path } = scope;
  return chart.templates.flatMap(({ name, data }) => {
    if (isGuard(name) || !isNativeTemplate(name)) return [];
    if (chart.metadata.type === 'library' && !isPartialFile(name)) return [];
    return [{ name: `${path}/${name}`, file: `${chart.location}/${name}`, data, scope }];
  });
}

function parseFile({ name, file, data }: TemplateFile): ParsedTemplate {
  return ParsedTemplate.parsed(parseTemplate(textOf(data, file), name, file), data);
}

function templatesOf({ chart, path }: ChartScope, all: readonly ParsedTemplate[]): ChartTemplates {
  const templates: ParsedTemplate[] = [];
  const files: ParsedTemplate[] = [];
  const partials = new Map<string, PartialBody>();
  for (const template of all) {
    const { name } = template;
    if (isPartialFile(name)) {
      files.push(template);
      addPartials(partials, partialName(name.slice(path.length + 1)), template);
    } else templates.push(template);
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

/** What all templates use: all helpers where a text is made into a template at run time. */
function usedNames(charts: readonly ChartTemplates[]): Record<keyof Uses, Set<string>> {
  const used = { helpers: new Set<string>(), parameters: new Set<string>(), inlines: new Set<string>() };
  for (const { templates, files } of charts) {
    for (const { uses } of [...templates, ...files]) {
      for (const name of uses.helpers) used.helpers.add(name);
      for (const name of uses.parameters) used.parameters.add(name);
      for (const name of uses.inlines) used.inlines.add(name);
    }
  }
  return used.helpers.has('tpl') ? { ...used, helpers: new Set(helperNames()) } : used;
}

/**
 * Checks all templates, whichever of their branches are run.
 *
 * @param goTemplates those that native templates of the chart may include
 */
export async function checkTree(
  { charts, partials, inlines }: TemplateTree,
  goTemplates: GoTemplates | undefined,
): Promise<PkgError[]> {
  const goNames = new Set(goTemplates?.names());
  const errors = [...charts.values()].flatMap((own) => {
    const index = partials.get(own.chart);
    if (index === undefined) return [];
    const fields = chartFieldsOf(own);
    const known: Known = {
      hasChartField: (name) => fields.has(name),
      chartFields: () => fields,
      values: own.chart.values,
      hasPartial: (name, from) => index.find(name, from) !== undefined || inlines.has(name) || goNames.has(name),
      partialNames: () => [...index.names(), ...inlines, ...goNames],
      partialOwners: (name) => index.owners(name),
    };
    return [...own.files, ...own.templates].flatMap((template) => checkOnce(template, known));
  });
  return errors.length === 0 ? errors : withExamples(errors);
}

/** Checks a template, unless a check of it found no fault and the chart answers as it did then. */
function checkOnce(template: ParsedTemplate, known: Known): PkgError[] {
  const { answers: before } = template;
  const isSound =
    before !== undefined &&
    before.chartFields.every((name) => known.hasChartField(name)) &&
    [...before.partials].every(([name, answer]) => known.hasPartial(name, template.name) === answer);
  if (isSound) return [];
  const partials = new Map<string, boolean>();
  const chartFields = new Set<string>();
  const errors = checkTemplate(template, {
    ...known,
    hasChartField: (name) => {
      chartFields.add(name);
      return known.hasChartField(name);
    },
    hasPartial: (name, from) => {
      const answer = known.hasPartial(name, from);
      partials.set(name, answer);
      return answer;
    },
  });
  if (errors.length === 0) template.answers = { partials, chartFields: [...chartFields] };
  return errors;
}

/** Errors that say how a helper is written show a call of it, too. */
async function withExamples(errors: readonly PkgError[]): Promise<PkgError[]> {
  const { EXAMPLES } = await import('./helpers/examples.ts');
  return errors.map((error) => {
    const name = /^[Ww]rite (?:it as )?\((\w+)/.exec(error.hints[0] ?? '')?.[1] ?? '';
    const example = error.code === 'PKG_TEMPLATE_HELPER' && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
    if (example === undefined) return error;
    const { code, message, at, hints } = error;
    return new PkgError(code, message, { ...(at && { at }), hints: [...hints, `as in ${example}`] });
  });
}

/** The fields of Chart.yaml that there are, and those that it may have. */
export function chartFieldsOf({ chart }: ChartTemplates): ReadonlySet<string> {
  return new Set([...chart.metadata.all.keys(), ...CHART_FIELDS]);
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
