/** Parses the native templates of a chart tree. */
import type { Chart, ChartFile } from '../../chart/chart.ts';
import { isGuard } from '../../chart/guard.ts';
import { formatPosition, PkgError, throwTogether } from '../../errors.ts';
import type { Position } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { decodeBytes } from '../../yaml/readable.ts';
import { isNativeTemplate } from '../engines.ts';
import { ParseCache } from '../parse-cache.ts';
import type { Program, Template } from './ast.ts';
import { positionIn } from './template-error.ts';
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

/** The template of a file of a chart that this process has parsed; undefined where it has not. */
export function parsedFile(chart: Chart, file: ChartFile): Template | undefined {
  const found = templateFile({ chart, path: chart.metadata.name }, file);
  return parsedBefore.find<ParsedTemplate>(file.data, keyOf(found));
}

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
  const { chart } = scope;
  return chart.templates.flatMap(({ name, data }) => {
    if (isGuard(name) || !isNativeTemplate(name)) return [];
    if (chart.metadata.type === 'library' && !isPartialFile(name)) return [];
    return [templateFile(scope, { name, data })];
  });
}

function templateFile(scope: ChartScope, { name, data }: ChartFile): TemplateFile {
  const { chart, path } = scope;
  return { name: `${path}/${name}`, file: `${chart.location}/${name}`, data, scope };
}

function templatesOf({ chart, path }: ChartScope, all: readonly ParsedTemplate[], errors: PkgError[]): ChartTemplates {
  const templates: ParsedTemplate[] = [];
  const files: ParsedTemplate[] = [];
  const partials = new Map<string, PartialBody>();
  const inlineFiles = new Map<string, string[]>();
  for (const template of all) {
    const { name } = template;
    if (isPartialFile(name)) {
      files.push(template);
      const own = partialName(name.slice(path.length + 1));
      const inlines = addPartials(partials, own, template, errors);
      if (inlines.length > 0 && isEmpty(template.program)) inlineFiles.set(own, inlines);
    } else templates.push(template);
  }
  return { chart, path, templates, files, partials, inlineFiles };
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

/**
 * Adds the partials of a file: every `{{#*inline}}` at its top level, and the file itself, unless it holds nothing else.
 *
 * @returns the names of the inline partials
 */
function addPartials(
  partials: Map<string, PartialBody>,
  name: string,
  template: Template,
  errors: PkgError[],
): string[] {
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
  const inlines = template.program.body.flatMap((statement) => {
    const [param] = statement.type === 'DecoratorBlock' ? statement.params : [];
    return statement.type === 'DecoratorBlock' && param?.type === 'StringLiteral'
      ? [{ own: param.value, statement }]
      : [];
  });
  if (inlines.length === 0 || !isEmpty(template.program)) add(name, template.program, { file: template.file });
  for (const { own, statement } of inlines) add(own, statement.program, positionIn(template, statement.loc));
  return inlines.map(({ own }) => own);
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
