/** Parses the native templates of a chart tree, and checks them before they run. */
import type { Chart } from '../../chart/chart.ts';
import { isGuard } from '../../chart/guard.ts';
import { CHART_FIELDS } from '../../chart/metadata.ts';
import { formatPosition, PkgError, throwTogether, withDetails } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { decodeBytes } from '../../yaml/readable.ts';
import { isNativeTemplate } from '../engines.ts';
import { ParseCache } from '../parse-cache.ts';
import type { GoTemplates } from '../render.ts';
import type { Program, Template } from './ast.ts';
import type { checkTemplate } from './check.ts';
import type { ChartNames } from './check-report.ts';
import { positionIn } from './template-error.ts';
import { printsItems } from './gaps.ts';
import { helperNames, isRandom, loadHelpers } from './helpers/index.ts';
import type { parseTemplate } from './parse.ts';
import { PartialIndex, partialName } from './partials.ts';
import type { ChartTemplates } from './partials.ts';
import { isPartialFile } from './ast.ts';
import type { PartialBody } from './scope.ts';
import { ParsedTemplate, TemplateCaches } from './template-cache.ts';
import type { ChartScope, TemplateFile, Uses } from './template-cache.ts';

/** The templates of a chart and of all charts below it. */
export type TemplateTree = {
  charts: ReadonlyMap<Chart, ChartTemplates>;
  /** The partials that the templates of each chart can include. */
  partials: ReadonlyMap<Chart, PartialIndex>;
  /** Names of named arguments that some call passes. */
  parameters: ReadonlySet<string>;
  /** Names of inline partials. */
  inlines: ReadonlySet<string>;
  /** Does some template call a helper whose values are stored? */
  makesRandomValues: boolean;
  /** Parses texts that templates run; undefined where no template runs any. */
  parse: typeof parseTemplate | undefined;
};

/** Templates that this process has parsed: a server that renders a chart again saves 60 % of the time. */
const parsedBefore = new ParseCache();

/**
 * Parses the templates of a chart tree and loads the helpers that they name.
 *
 * @param known the cache for parsed templates; without it, the cache of this process and those between runs are used
 * @throws {PkgError} all syntax errors at once
 */
export async function openTree(chart: Chart, known?: ParseCache): Promise<TemplateTree> {
  const parsed = await parseTree(chart, known);
  const { helpers, parameters, inlines } = usedNames(parsed);
  const runsTexts = helpers.has('tpl');
  await loadHelpers(runsTexts ? new Set(helperNames()) : helpers);
  const charts = new Map(parsed.map((one) => [one.chart, one]));
  const partials = new Map(parsed.map((one) => [one.chart, new PartialIndex(one, librariesOf(one.chart, charts))]));
  const parse = runsTexts ? (await import('./parse.ts')).parseTemplate : undefined;
  const makesRandomValues = runsTexts || [...helpers].some(isRandom);
  return { charts, partials, parameters, inlines, makesRandomValues, parse };
}

/**
 * Parses the templates of a chart and its subcharts.
 *
 * @throws {PkgError} all syntax errors at once
 */
async function parseTree(chart: Chart, known: ParseCache | undefined): Promise<ChartTemplates[]> {
  const scopes = scopesOf(chart, chart.metadata.name);
  const files = scopes.flatMap(filesOf);
  const caches = known === undefined ? new TemplateCaches(files, chart.metadata) : undefined;
  const store = known ?? parsedBefore;
  const parsed = new Map<TemplateFile, ParsedTemplate>();
  for (const file of files) {
    const template = store.find<ParsedTemplate>(file.data, keyOf(file)) ?? caches?.find(file);
    if (template !== undefined) parsed.set(file, template);
  }
  const missing = files.filter((file) => !parsed.has(file));
  if (missing.length > 0) for (const [file, template] of await parseFiles(missing)) parsed.set(file, template);
  for (const [file, template] of parsed) store.add(file.data, keyOf(file), template);
  caches?.save(parsed);
  const errors: PkgError[] = [];
  const charts = scopes.map((scope) => {
    const own = files.filter((file) => file.scope === scope);
    return templatesOf(
      scope,
      own.flatMap((file) => parsed.get(file) ?? []),
      errors,
    );
  });
  throwTogether(errors, (count) => `${count} partials are defined twice`);
  return charts;
}

/** Parses files; the parser is loaded only when there is one that no earlier run parsed. */
async function parseFiles(files: readonly TemplateFile[]): Promise<Map<TemplateFile, ParsedTemplate>> {
  const { parseTemplate } = await import('./parse.ts');
  const parsed = new Map<TemplateFile, ParsedTemplate>();
  const errors: PkgError[] = [];
  for (const file of files) {
    try {
      const template = parseTemplate(textOf(file.data, file.file), file.name, file.file);
      parsed.set(file, ParsedTemplate.parsed(template, file.data));
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      errors.push(error);
    }
  }
  throwTogether(errors, (count) => `${count} templates cannot be read`);
  return parsed;
}

/** The key of a file in the cache: a chart that is a dependency twice, by an alias, has one file under two names. */
function keyOf({ name, file }: TemplateFile): string {
  return `${name} ${file}`;
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

function templatesOf({ chart, path }: ChartScope, all: readonly ParsedTemplate[], errors: PkgError[]): ChartTemplates {
  const templates: ParsedTemplate[] = [];
  const files: ParsedTemplate[] = [];
  const partials = new Map<string, PartialBody>();
  for (const template of all) {
    const { name } = template;
    if (isPartialFile(name)) {
      files.push(template);
      addPartials(partials, partialName(name.slice(path.length + 1)), template, errors);
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

/** Adds the partials of a file: the file itself, and every `{{#*inline}}` at its top level. */
function addPartials(partials: Map<string, PartialBody>, name: string, template: Template, errors: PkgError[]): void {
  const add = (own: string, program: Program, at: Position): void => {
    const other = partials.get(own);
    if (other === undefined || isEmpty(other.program)) {
      partials.set(own, { program, template, scope: undefined });
      return;
    }
    if (isEmpty(program)) return;
    const file = formatPosition({ file: other.template.file });
    errors.push(
      new PkgError('PKG_TEMPLATE_SYNTAX', `the partial ${own} is defined twice`, {
        at,
        notes: [`the other one is in ${file}`],
        hints: ['give one of them another name'],
      }),
    );
  };
  add(name, template.program, { file: template.file });
  for (const statement of template.program.body) {
    if (statement.type !== 'DecoratorBlock') continue;
    const [param] = statement.params;
    if (param?.type === 'StringLiteral') add(param.value, statement.program, positionIn(template, statement.loc));
  }
}

/** Does a file of partials hold nothing but inline partials? Then one of them may have the name of the file. */
function isEmpty({ body }: Program): boolean {
  return body.every(
    ({ type, ...one }) =>
      type === 'DecoratorBlock' ||
      type === 'CommentStatement' ||
      (type === 'ContentStatement' && 'value' in one && String(one.value).trim() === ''),
  );
}

/** The names that all templates use. */
function usedNames(charts: readonly ChartTemplates[]): Record<keyof Uses, Set<string>> {
  const used = { helpers: new Set<string>(), parameters: new Set<string>(), inlines: new Set<string>() };
  for (const { templates, files } of charts) {
    for (const { uses } of [...templates, ...files]) {
      for (const name of uses.helpers) used.helpers.add(name);
      for (const name of uses.parameters) used.parameters.add(name);
      for (const name of uses.inlines) used.inlines.add(name);
    }
  }
  return used;
}

/**
 * Checks all templates in all their branches.
 *
 * @param goTemplates the Go templates that native templates of the chart may include
 */
export async function checkTree(
  { charts, partials, inlines }: TemplateTree,
  goTemplates: GoTemplates | undefined,
): Promise<PkgError[]> {
  const goNames = new Set(goTemplates?.names());
  const namesFor = (own: ChartTemplates, index: PartialIndex): ChartNames => {
    const fields = chartFieldsOf(own);
    return {
      hasChartField: (name) => fields.has(name),
      chartFields: () => fields,
      values: own.chart.values,
      hasPartial: (name, from) => index.find(name, from) !== undefined || inlines.has(name) || goNames.has(name),
      partialNames: () => [...index.names(), ...inlines, ...goNames],
      partialOwners: (name) => index.owners(name),
      printsItems: (name, from) => {
        const body = index.find(name, from);
        return body && printsItems(body.program, (inner) => index.find(inner, from)?.program);
      },
      elsewhere: (name) => elsewhere(name, own, [...charts.values()]),
    };
  };
  const unchecked = [...charts.values()].flatMap((own) => {
    const index = partials.get(own.chart);
    if (index === undefined) return [];
    const names = namesFor(own, index);
    const open = [...own.files, ...own.templates].filter((template) => !isSound(template, names));
    return open.map((template) => ({ template, names }));
  });
  if (unchecked.length === 0) return [];
  const { checkTemplate: check } = await import('./check.ts');
  const errors = unchecked.flatMap(({ template, names }) => checkAndNote(template, names, check));
  return errors.length === 0 ? errors : withAdvice(errors);
}

/** Did a check find no error in the template when the chart had the names that it has now? */
function isSound({ answers, name: from }: ParsedTemplate, names: ChartNames): boolean {
  return (
    answers !== undefined &&
    answers.chartFields.every((name) => names.hasChartField(name)) &&
    [...answers.partials].every(([name, answer]) => names.hasPartial(name, from) === answer)
  );
}

/** Checks a template; where there is no error, notes in it what the check asked, so that later runs can spare it. */
function checkAndNote(template: ParsedTemplate, names: ChartNames, check: typeof checkTemplate): PkgError[] {
  const partials = new Map<string, boolean>();
  const chartFields = new Set<string>();
  // What a partial prints depends on its text, which the noted answers do not hold: check such a template in each run.
  let asksForText = false;
  const errors = check(template, {
    ...names,
    hasChartField: (name) => {
      chartFields.add(name);
      return names.hasChartField(name);
    },
    printsItems: (name, from) => {
      asksForText = true;
      return names.printsItems(name, from);
    },
    hasPartial: (name, from) => {
      const answer = names.hasPartial(name, from);
      partials.set(name, answer);
      return answer;
    },
  });
  if (errors.length === 0 && !asksForText) template.answers = { partials, chartFields: [...chartFields] };
  return errors;
}

/** The hint for a partial of a library that is not a dependency of the chart. */
function elsewhere(name: string, own: ChartTemplates, all: readonly ChartTemplates[]): string | undefined {
  const [library = '', inner = ''] = name.split('/', 2);
  const owner = all.find(
    ({ chart, partials }) =>
      chart.metadata.type === 'library' &&
      (partials.has(name) || (chart.metadata.name === library && partials.has(inner))),
  );
  if (owner === undefined) return undefined;
  const { name: wanted } = owner.chart.metadata;
  const user = own.chart.metadata.name;
  return `a chart sees its own libraries alone: name ${wanted} in the dependencies of ${user}, and put it into the charts/ of ${user}`;
}

/** Adds to errors of calls an example of the helper that is meant. */
async function withAdvice(errors: readonly PkgError[]): Promise<PkgError[]> {
  const [{ EXAMPLES }, { helperOfAlias }] = await Promise.all([
    import('./helpers/examples.ts'),
    import('./helpers/aliases.ts'),
  ]);
  return errors.map((error) => {
    const unknown = /^there is no helper (\w+)$/.exec(error.message)?.[1];
    const alias = unknown === undefined ? undefined : helperOfAlias(unknown);
    const name = alias ?? /^[Ww]rite (?:it as )?\((\w+)/.exec(error.hints[0] ?? '')?.[1] ?? '';
    const example = error.code === 'PKG_TEMPLATE_HELPER' && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
    if (example === undefined) return error;
    return withDetails(error, { hints: [...error.hints, `as in ${example}`] });
  });
}

/** The fields of this Chart.yaml, and all that a Chart.yaml may have. */
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
