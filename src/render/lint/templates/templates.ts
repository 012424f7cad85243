/** Rules on the sources of a chart's templates. */
import { join } from 'node:path';
import type { Chart, ChartFile } from '../../../chart/chart.ts';
import { guardFileFor, inHelmParseOrder, isGuard } from '../../../chart/guard.ts';
import { PkgError } from '../../../errors.ts';
import { printable } from '../../../errors-text.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { walk } from '../../handlebars/ast.ts';
import type { Template } from '../../handlebars/ast.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import { conditionTexts } from './condition-texts.ts';
import { lintFilePatterns } from '../chart/file-patterns.ts';
import { lintImageParts } from './image-parts.ts';
import { lintListKeys } from './list-keys.ts';
import { lintLikelyTexts, lintNotes } from './likely-texts.ts';
import { lintSpreads } from './spread-types.ts';
import { lintTildes } from './tildes.ts';
import { lintTypographicTemplate } from './typographic.ts';
import { undeclaredValues } from '../values/undeclared.ts';
import { lintWholeValues } from './whole-values.ts';

const EXTENSIONS = ['.hbs', '.yaml', '.yml', '.tpl', '.txt'];

/**
 * Findings on the chart's own template files. Syntax errors are reported by rendering them.
 *
 * @param userValues the values of the user, which count as declared
 */
export async function lintTemplates(chart: Chart, userValues: ValueMap): Promise<LintMessage[]> {
  const messages: LintMessage[] = [...lintGuard(chart.templates.map(({ name }) => name))];
  const parsed: Template[] = [];
  const inGo = goDefinitions(chart);
  for (const file of chart.templates) {
    const { name } = file;
    if (!EXTENSIONS.some((extension) => name.endsWith(extension))) {
      const ending = /\.[^./]*$/.exec(name)?.[0] ?? '';
      const message = `file extension '${printable(ending)}' is not valid: templates end in ${EXTENSIONS.join(', ')}${renamed(name)}`;
      messages.push(finding('template-extension', name, message));
    }
    const swapped = /^(.*)\.hbs(\.(?:ya?ml|txt|tpl))$/.exec(name);
    if (swapped !== null) {
      const message = `this is a Go template: the names of native templates end in .hbs, as in ${printable(`${swapped[1]}${swapped[2]}.hbs`)}`;
      messages.push(finding('template-extension', name, message, undefined, 'warning'));
    }
    const template = name.endsWith('.hbs') ? await parse(chart, file) : undefined;
    if (template === undefined) continue;
    parsed.push(template);
    const partials = partialsAlone(template, name);
    if (partials !== undefined) messages.push(finding('file-misplaced', name, partials));
    // NOTES are text without structure, so these rules do not apply.
    if (name.endsWith('/NOTES.txt.hbs')) messages.push(...lintNotes(template, chart, name));
    else
      messages.push(
        ...lintMustaches(template, name),
        ...lintWholeValues(template, name, inGo),
        ...lintTildes(template, name),
        ...lintSpreads(template, chart, name),
        ...lintFilePatterns(template, chart, name),
        ...lintLikelyTexts(template, chart, name),
        ...lintImageParts(template, chart, name),
        ...lintListKeys(template, chart, name),
        ...lintTypographicTemplate(template.source, name, template.file),
      );
  }
  messages.push(...undeclaredValues(chart, parsed, userValues), ...conditionTexts(chart, parsed));
  return messages;
}

/** What is wrong with a file of inline partials alone whose name does not begin with `_`: no other file knows them. */
function partialsAlone({ program }: Template, name: string): string | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const hasOthers = program.body.some(
    (one) =>
      one.type !== 'DecoratorBlock' &&
      one.type !== 'CommentStatement' &&
      !(one.type === 'ContentStatement' && one.original.trim() === ''),
  );
  if (base.startsWith('_') || hasOthers || !program.body.some(({ type }) => type === 'DecoratorBlock'))
    return undefined;
  const meant = printable(`${name.slice(0, -base.length)}_${base}`);
  return `other files do not know the partials of this one: the name of a file of partials begins with _, as in ${meant}`;
}

/** What to call a native template whose name ends as other programs have it: `.handlebars`, `.mustache`, `.HBS`. */
function renamed(name: string): string {
  const found = /^(.+?)(?:\.(?:handlebars|mustache|hb|hbr))$/i.exec(name) ?? /^(.+?)\.hbs$/i.exec(name);
  return found === null ? '' : `; this is a native template as ${printable(`${found[1]}.hbs`)}`;
}

/** The names that Go templates of a chart and its subcharts define. */
function goDefinitions({ templates, dependencies }: Chart): Set<string> {
  const texts = templates.filter(({ name }) => !name.endsWith('.hbs')).map(({ data }) => Buffer.from(data).toString());
  const own = texts.flatMap((text) => Array.from(text.matchAll(DEFINITION), ([, name = '']) => name));
  return new Set([...own, ...dependencies.flatMap((child) => [...goDefinitions(child)])]);
}

const DEFINITION = /\{\{-?\s*(?:define|block)\s+"([^"\n]+)"/g;

/** The template of a file, which rendering the chart has mostly parsed; undefined where it has syntax errors. */
async function parse(chart: Chart, { name, data }: ChartFile): Promise<Template | undefined> {
  const file = join(chart.location, name);
  const { parsedFile } = await import('../../handlebars/tree.ts');
  const known = parsedFile(chart, { name, data });
  if (known !== undefined) return { name, file, source: known.source, program: known.program };
  const { parseTemplate } = await import('../../handlebars/parse.ts');
  try {
    return parseTemplate(new TextDecoder().decode(data), name, file);
  } catch (error) {
    if (error instanceof PkgError) return undefined;
    throw error;
  }
}

/** Checks that the guard exists, and is the first of the chart's templates that Helm parses. */
function lintGuard(names: readonly string[]): LintMessage[] {
  if (!names.some((name) => name.endsWith('.hbs'))) return [];
  const first = inHelmParseOrder(names.map((name) => ({ name })))[0]?.name ?? '';
  if (isGuard(first)) return [];
  const guard = names.find(isGuard);
  if (guard === undefined) {
    const message = `nothing stops Helm from misreading .hbs templates: add ${printable(guardFileFor(names))}, as pkg create writes it`;
    return [finding('guard-missing', 'templates/', message)];
  }
  const message = `Helm parses ${printable(first)} before this guard, so its message will not be the guard's: move the guard to ${printable(guardFileFor(names.filter((name) => name !== guard)))}`;
  return [finding('guard-late', guard, message)];
}

function lintMustaches(template: Template, name: string): LintMessage[] {
  const messages: LintMessage[] = [];
  walk(template.program, (node) => {
    if (node.type !== 'MustacheStatement' || node.escaped) return;
    const { line, column } = node.loc.start;
    const source = template.source.split('\n')[line - 1]?.slice(column) ?? '';
    const text = /^\{\{\{?[^}]*\}\}\}?/.exec(source)?.[0] ?? '{{{ }}}';
    const message = `${printable(text)} pastes text that can change the structure; {{ }} puts the value itself there`;
    messages.push(finding('raw-mustache', name, message, { file: template.file, line, column: column + 1 }));
  });
  return messages;
}
