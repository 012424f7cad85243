/**
 * Errors that a template has whatever the values are, in all its branches: names, helpers, partials and blocks that do
 * not exist, and calls that cannot work.
 */
import type { PkgError } from '../../errors.ts';
import { isPartialFile, linesOf, pathOf } from './ast.ts';
import type {
  Comment,
  Content,
  DecoratorBlock,
  Location,
  Mustache,
  Partial,
  PartialBlock,
  Path,
  Program,
  Statement,
  Template,
} from './ast.ts';
import { isInText } from './block-texts.ts';
import { checkBlock } from './check-blocks.ts';
import { checkCall, checkExpression, refuseNamed } from './check-calls.ts';
import { checkPartialName } from './check-names.ts';
import { CheckReport } from './check-report.ts';
import type { ChartNames, CheckScope } from './check-report.ts';
import { ROOT_NAMES, simpleName } from './scope.ts';
import { LITERAL_BRACES } from './template-error.ts';

/** Finds the errors of a template. The helpers that it names must be loaded. */
export function checkTemplate(template: Template, names: ChartNames): PkgError[] {
  const report = new CheckReport(template, names);
  // A partial is called with any context, and in a loop or outside one.
  const isPartial = isPartialFile(template.name);
  const contexts = [isPartial ? 'open' : 'root'] as const;
  checkProgram(report, template.program, { contexts, locals: new Set(), isLoop: isPartial });
  return report.errors;
}

function checkProgram(report: CheckReport, program: Program, scope: CheckScope): void {
  for (const statement of program.body) {
    if (report.isFull) return;
    checkStatement(report, statement, scope);
  }
}

function checkStatement(report: CheckReport, statement: Statement, scope: CheckScope): void {
  switch (statement.type) {
    case 'MustacheStatement':
      checkMustache(report, statement, scope);
      break;
    case 'BlockStatement': {
      const scopes = checkBlock(report, statement, scope);
      if (scopes === undefined) return;
      if (statement.program) checkProgram(report, statement.program, scopes.inner);
      if (statement.inverse) checkProgram(report, statement.inverse, scopes.outer);
      break;
    }
    case 'PartialStatement':
    case 'PartialBlockStatement':
      checkPartial(report, statement, scope);
      break;
    case 'ContentStatement':
      checkContent(report, statement);
      break;
    case 'CommentStatement':
      checkComment(report, statement);
      break;
    case 'DecoratorBlock':
      checkInline(report, statement);
      break;
    default:
  }
}

/** Checks `{{#*inline "name"}}`. */
function checkInline(report: CheckReport, { params, program, loc }: DecoratorBlock): void {
  const [param] = params;
  if (params.length !== 1 || param?.type !== 'StringLiteral') {
    const name = param?.type === 'PathExpression' ? param.original : 'name';
    report.add('PKG_TEMPLATE_SYNTAX', 'the name of an inline partial is a text', loc, [`write {{#*inline "${name}"}}`]);
  }
  checkProgram(report, program, { contexts: ['open'], locals: new Set(), isLoop: true });
}

/**
 * Reports `${values.x}`, `<%= values.x %>` and `{% if values.x %}`: mustaches of other languages, which are printed. They
 * hold a name of this chart: a file of configuration may be in one of these languages.
 */
function checkContent(report: CheckReport, { original, loc }: Content): void {
  if (!FOREIGN_MARKS.test(original)) return;
  const found =
    /\$(?:\{|\()\s*((?:values|release|chart)\.[\w.-]+)\s*[)}]/.exec(original) ??
    /<%[=-]?\s*((?:values|release|chart)\.[\w.-]+)\s*-?%>/.exec(original) ??
    /\{%-?\s*((?:\w+\s+)*(?:values|release|chart)\.[\w.-]+)[^%]*%\}/.exec(original);
  if (found === null) return;
  const [mark, inner = ''] = found;
  const before = original.slice(0, found.index).split('\n');
  const line = loc.start.line + before.length - 1;
  const column = (before.length === 1 ? loc.start.column : 0) + (before.at(-1)?.length ?? 0);
  const at = { start: { line, column }, end: { line, column: column + mark.length } };
  const hint = /\s/.test(inner) ? `write {{#${inner}}}, and close it by its name` : `write {{${inner}}}`;
  report.add('PKG_TEMPLATE_SYNTAX', `${mark} is a text, not a value`, at, [hint]);
}

/** Reports `{{! {{values.x}} }}`: the comment ends at the first `}}`, and what follows is printed. */
function checkComment(report: CheckReport, { value, loc }: Comment): void {
  if (!value.includes('{{') || report.source(loc).startsWith('{{!--') || report.source(loc).startsWith('{{~!--'))
    return;
  const hints = ['write {{!-- … --}} around mustaches, and close each comment'];
  report.add('PKG_TEMPLATE_SYNTAX', 'a comment ends at the first }}, and this one has a mustache in it', loc, hints);
}

const FOREIGN_MARKS = /\$[{(]|<%|\{%/;

function checkMustache(report: CheckReport, node: Mustache, scope: CheckScope): void {
  const path = pathOf(node.path);
  const name = path && simpleName(path);
  if (name === 'optional' || name === 'spread') {
    if (node.params.length !== 1)
      report.addCall(
        node,
        `${name} takes one value`,
        `write {{${name} values.x}}, or {{this.${name}}} for a field of that name`,
      );
    refuseNamed(report, node, name);
    for (const param of node.params) checkExpression(report, param, scope);
    const line = linesOf(report.template)[node.loc.start.line - 1] ?? '';
    if (name === 'spread' && line.trim() === report.source(node.loc))
      checkIndent(report, '{{spread}} adds', node.loc, () => false);
    return;
  }
  if (node.path.type !== 'PathExpression' && path !== undefined) {
    checkLiteral(report, node, path, scope);
    return;
  }
  if (path?.data === true && path.original === '@partial-block') {
    const hints = ['write {{> @partial-block}}'];
    report.add('PKG_TEMPLATE_SYNTAX', 'the block of a partial is printed as a partial', node.loc, hints);
    return;
  }
  checkCall(report, node, scope);
}

/** Reports `{{"text"}}`, which Handlebars reads as the field `text` of the context. */
function checkLiteral(report: CheckReport, node: Mustache, path: Path, scope: CheckScope): void {
  if (scope.contexts[0] !== 'root' || ROOT_NAMES.has(path.original) || node.params.length > 0) return;
  const message = `{{${report.source(node.path.loc)}}} is the field of that name, and there is none`;
  const hints = [
    /[{}]/.test(path.original) ? LITERAL_BRACES : `write what is meant itself, without braces: ${path.original}`,
  ];
  report.add('PKG_TEMPLATE_NAME_MISSING', message, node.loc, hints);
}

function checkPartial(report: CheckReport, node: Partial | PartialBlock, scope: CheckScope): void {
  for (const param of node.params) checkExpression(report, param, scope);
  for (const pair of node.hash?.pairs ?? []) checkExpression(report, pair.value, scope);
  if (node.params.length > 1) {
    const hints = ['give it names instead: {{> name a=values.a b=values.b}}'];
    report.add('PKG_TEMPLATE_HELPER', 'a partial takes one context', node.loc, hints);
  }
  if (node.alone === true && node.name.type === 'PathExpression') {
    const { original } = node.name;
    const hasItems = (): boolean => report.names.printsItems(original, report.template.name) !== false;
    checkIndent(report, 'this partial prints', node.loc, hasItems);
  }
  if (node.name.type === 'SubExpression') checkCall(report, node.name, scope);
  else if (node.type === 'PartialStatement' && !node.name.data) checkPartialName(report, node.name.original, node);
  if (node.type === 'PartialBlockStatement')
    checkProgram(report, node.program, { ...scope, contexts: ['open'], isLoop: true });
}

/**
 * Reports `data:` with a partial or `{{spread x}}` on the next line that is not indented further: the keys that it prints
 * stand beside `data`, which is null. Only items of a list may stand at the column of their key.
 *
 * @param hasItems may it print items of a list?
 */
function checkIndent(report: CheckReport, what: string, { start }: Location, hasItems: () => boolean): void {
  const lines = linesOf(report.template);
  const above = lines[start.line - 2] ?? '';
  const found = /^( *(?:- +)*)(?:[\w./-]+|"[^"]*"):\s*$/.exec(above);
  const column = found?.[1]?.length ?? 0;
  if (found === null || start.column > column || isInText(lines, start.line - 2)) return;
  if (start.column === column && hasItems()) return;
  const message = `what ${what} is beside the key above, and not in it`;
  const hints = ['indent it further than the key, or write it behind the key'];
  report.add('PKG_TEMPLATE_SLOT', message, { start, end: start }, hints);
}
