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
import { pathOf, walk } from './ast.ts';
import type { Template } from './ast.ts';
import { checkTemplate } from './check.ts';
import type { Known } from './check.ts';
import { helperNames, loadHelpers } from './helpers/index.ts';
import { parseTemplate } from './parse.ts';
import { PartialIndex, partialName } from './partials.ts';
import type { ChartTemplates } from './partials.ts';
import { simpleName } from './scope.ts';
import type { PartialBody } from './scope.ts';

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
export async function openTree(chart: Chart, known: ParseCache = parsedBefore): Promise<TemplateTree> {
  const parsed = parseTree(chart, chart.metadata.name, known);
  const { names, parameters, inlines } = usedNames(parsed);
  await loadHelpers(names);
  const charts = new Map(parsed.map((one) => [one.chart, one]));
  const partials = new Map(parsed.map((one) => [one.chart, new PartialIndex(one, librariesOf(one.chart, charts))]));
  return { charts, partials, parameters, inlines };
}

/** Parses the templates of a chart and its subcharts; all that cannot be parsed is reported together. */
function parseTree(chart: Chart, path: string, known: ParseCache): ChartTemplates[] {
  const errors: PkgError[] = [];
  const parsed: ChartTemplates[] = [];
  const visit = (at: Chart, atPath: string): void => {
    parsed.push(parseChart(at, atPath, errors, known));
    for (const child of at.dependencies) visit(child, `${atPath}/charts/${child.metadata.name}`);
  };
  visit(chart, path);
  throwTogether(errors, (count) => `${count} templates cannot be read`);
  return parsed;
}

function parseChart(chart: Chart, path: string, errors: PkgError[], known: ParseCache): ChartTemplates {
  const templates: Template[] = [];
  const files: Template[] = [];
  const partials = new Map<string, PartialBody>();
  for (const { name, data } of chart.templates) {
    if (isGuard(name) || !isNativeTemplate(name)) continue;
    const file = `${chart.location}/${name}`;
    const isPartial = name.slice(name.lastIndexOf('/') + 1).startsWith('_');
    try {
      if (chart.metadata.type === 'library' && !isPartial) continue;
      const full = `${path}/${name}`;
      // A chart that is a dependency twice, by an alias, has the same file under two names.
      const template = known.get(data, `${full} ${file}`, () => parseTemplate(textOf(data, file), full, file));
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
 * Every name that may be a helper's, all of them where a text is made into a template at run time; every name that a
 * call of a partial gives; and of every inline partial, which may be known to whatever it is given to.
 */
function usedNames(charts: readonly ChartTemplates[]): Record<'names' | 'parameters' | 'inlines', Set<string>> {
  const names = new Set<string>();
  const parameters = new Set<string>();
  const inlines = new Set<string>();
  const collect = (template: Template): void =>
    walk(template.program, (node) => {
      if ('hash' in node) for (const { key } of node.hash?.pairs ?? []) parameters.add(key);
      if (node.type === 'DecoratorBlock' && node.params[0]?.type === 'StringLiteral') inlines.add(node.params[0].value);
      if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
      const path = pathOf(node.path);
      const name = path && simpleName(path);
      if (name !== undefined) names.add(name);
    });
  for (const { templates, files } of charts) for (const template of [...templates, ...files]) collect(template);
  return { names: names.has('tpl') ? new Set(helperNames()) : names, parameters, inlines };
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
    const known: Known = {
      chartFields: chartFieldsOf(own),
      values: own.chart.values,
      hasPartial: (name, from) => index.find(name, from) !== undefined || inlines.has(name) || goNames.has(name),
      partialNames: () => [...index.names(), ...inlines, ...goNames],
      partialOwners: (name) => index.owners(name),
    };
    return [...own.files, ...own.templates].flatMap((template) => checkTemplate(template, known));
  });
  return errors.length === 0 ? errors : withExamples(errors);
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
