/** Checks of names: paths to values, `@` names, and the names of partials. */
import { GO_PARTS } from '../go-root.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { Location, Path } from './ast.ts';
import { isHelper } from './check-report.ts';
import type { CheckReport, CheckScope } from './check-report.ts';
import { CLOSED_FIELDS } from './context.ts';
import { absentPartial } from './run-partial.ts';
import { isScoped, ROOT_NAMES } from './scope.ts';
import { LITERAL_BRACES, NEW_VALUES, straightQuotes } from './template-error.ts';

/**
 * Checks that what a path names can exist. Names below `values` always can, and names in a context that depends on the
 * values are not checked.
 *
 * @param isArgument the path is given to a helper, and may be a text without its quotes
 */
export function checkPath(report: CheckReport, path: Path, scope: CheckScope, isArgument = false): void {
  if (path.data) {
    checkData(report, path, scope);
    return;
  }
  const [head, field] = path.parts;
  if (head === undefined) return;
  if (isUnusualPath(report, path, isArgument)) return;
  if (!isScoped(path)) {
    if (scope.locals.has(head)) return;
    if (ROOT_NAMES.has(head)) {
      checkField(report, path, head, field);
      return;
    }
  }
  const context = scope.contexts[path.depth];
  if (context !== 'root') return;
  if (path.depth > 0 && scope.locals.has(head)) {
    const hints = [`${head} means the same inside its block: write ${path.parts.join('.')}`];
    report.add('PKG_TEMPLATE_NAME_MISSING', `${path.original} is not defined`, path.loc, hints);
  } else if (!ROOT_NAMES.has(head)) missingName(report, path, head, isArgument);
  else checkField(report, path, head, field);
}

/** Reports `...values.x`, `[]`, and `labels.app.kubernetes.io/name`, where points and slashes are meant as part of a name. */
function isUnusualPath(report: CheckReport, { original, parts, loc }: Path, isArgument: boolean): boolean {
  if (original.startsWith('...')) {
    const hints = [`write {{spread ${original.slice(3)}}} on a line of its own, or - {{spread …}} in a list`];
    report.add('PKG_TEMPLATE_SYNTAX', `${original} is not a valid name`, loc, hints);
    return true;
  }
  if (parts.length === 1 && parts[0] === '') {
    report.add('PKG_TEMPLATE_SYNTAX', '[] is the name without characters', loc, [NEW_VALUES]);
    return true;
  }
  if (parts.some((part) => part.includes('/')) || !original.replace(/^(?:\.\.?\/)+/, '').includes('/')) return false;
  let at: Value = new Map([['values', report.names.values]]);
  let count = 0;
  for (const part of parts) {
    if (!isMap(at) || !at.has(part)) break;
    at = at.get(part) ?? null;
    count++;
  }
  const quoted = straightQuotes(original);
  const known = parts.slice(0, Math.max(1, count)).join('.');
  const name = original.slice(original.indexOf(known) + known.length + 1);
  const hints = quoted !== undefined ? [quoted] : name === '' ? [`did you mean ${known}?`] : [];
  if (report.names.hasPartial(original, report.template.name)) hints.push(partialHint(original, isArgument));
  // A path of a file, as in (files.get files/a.conf).
  if (isArgument && count < 2) hints.push(`put a text in quotes: "${original}"`);
  if (hints.length === 0) hints.push(`put a name with points or slashes in brackets: ${known}.[${name}]`);
  report.add('PKG_TEMPLATE_NAME_MISSING', `${original} is not defined`, loc, hints);
  return true;
}

/** What to write for a name that a partial has. */
function partialHint(name: string, isArgument: boolean): string {
  return isArgument ? `what a partial prints is (partial "${name}")` : `what a partial prints is {{> ${name}}}`;
}

/** Checks `@root.x`, `@index` and the other names with `@`. */
function checkData(report: CheckReport, path: Path, scope: CheckScope): void {
  const [name = '', head, field] = path.parts;
  if (name === 'go') {
    const [, ...names] = path.parts;
    if (names.length === 0 || (names.length === 1 && GO_PARTS.includes(names[0] ?? ''))) return;
    const hint = `@go can be passed to a Go template as a whole or by one of its parts: ${GO_PARTS.join(', ')}`;
    report.add('PKG_TEMPLATE_NAME_MISSING', `@${path.parts.join('.')} is not defined`, path.loc, [hint]);
    return;
  }
  // `{{#if @partial-block}}` asks whether the partial was called with a block, so the name may stand anywhere.
  if (name === 'partial-block' && head === undefined) return;
  if (name === 'root') {
    if (head === undefined) return;
    if (ROOT_NAMES.has(head)) checkField(report, path, head, field);
    else if (scope.contexts.at(-1) === 'root') missingName(report, path, head);
    return;
  }
  const isKnown = ['index', 'key', 'first', 'last'].includes(name);
  if (isKnown && scope.isLoop) return;
  const near = isKnown ? undefined : nearest(name, ['root', 'index', 'key', 'first', 'last']);
  const isItem = name === '' || ['this', 'value', 'item', 'it'].includes(name);
  const hint = isKnown
    ? '@index, @key, @first and @last are known inside {{#each}}'
    : isItem
      ? 'the item of a loop is {{this}}'
      : ROOT_NAMES.has(name)
        ? `write ${path.parts.join('.')} without @`
        : near && `did you mean @${near}?`;
  report.add('PKG_TEMPLATE_NAME_MISSING', `@${name} is not defined`, path.loc, hint ? [hint] : []);
}

/** Checks a field of `release`, `chart`, `capabilities`, `files` or `template`; below `values` any name can be. */
function checkField(report: CheckReport, path: Path, head: string, field: string | undefined): void {
  if (field === undefined || head === 'values') return;
  const closed = CLOSED_FIELDS.get(head);
  if (closed === undefined && head !== 'chart') return;
  if (closed?.has(field) ?? report.names.hasChartField(field)) {
    const below = path.parts.at(path.parts.indexOf(head) + 2);
    if (below === undefined || below === 'length' || !SCALAR_FIELDS.has(`${head}.${field}`)) return;
    const part = below.charAt(0).toUpperCase() + below.slice(1);
    const hints = field === 'kubeVersion' ? [`write (get (semver capabilities.kubeVersion) "${part}")`] : [];
    report.add('PKG_TEMPLATE_NAME_MISSING', `${head}.${field} is a text, and has no ${below}`, path.loc, hints);
    return;
  }
  const fields = closed ?? report.names.chartFields();
  const near = nearest(field, fields) ?? [...fields].find((one) => one.toLowerCase() === field.toLowerCase());
  report.add('PKG_TEMPLATE_NAME_MISSING', `${head}.${field} is not defined`, path.loc, [
    near === undefined ? `${head} has ${[...fields].join(', ')}` : `did you mean ${head}.${near}?`,
  ]);
}

/** Fields that are texts: a name below them, other than `length`, is an error. */
const SCALAR_FIELDS: ReadonlySet<string> = new Set([
  'capabilities.kubeVersion',
  'release.name',
  'release.namespace',
  'template.name',
  'template.basePath',
]);

/** Reports that there is no name `head`, with every hint that its spelling allows. */
function missingName(report: CheckReport, path: Path, head: string, isArgument = false): void {
  const hints: string[] = [];
  const [, second] = path.parts;
  if (second === undefined && isHelper(head))
    hints.push(
      isArgument
        ? `a call in a call needs parentheses: (${head} …)`
        : `a helper without arguments is called as (${head})`,
    );
  if (head === 'global') hints.push(`did you mean values.${path.parts.join('.')}?`);
  const root = ROOT_NAMES.has(head.toLowerCase()) ? head.toLowerCase() : nearest(head, ROOT_NAMES);
  if (root !== undefined) hints.push(`did you mean ${[root, ...path.parts.slice(1)].join('.')}?`);
  else if (second !== undefined && report.names.values.has(second))
    hints.push(`did you mean ${['values', ...path.parts.slice(1)].join('.')}?`);
  if (report.names.values.has(head)) hints.push(`did you mean values.${path.parts.join('.')}?`);
  if (report.names.hasPartial(path.original, report.template.name)) hints.push(partialHint(path.original, isArgument));
  const named = /^(\w+):(.*)$/.exec(path.original);
  if (named !== null) hints.push(`named arguments are written ${named[1]}=${named[2] || '…'}`);
  const quoted = straightQuotes(path.original);
  if (quoted !== undefined) hints.push(quoted);
  if (head.startsWith(':')) hints.push(`write {{${head.slice(1)}}}`);
  if (head.startsWith('$')) hints.push(LITERAL_BRACES);
  if (hints.length === 0) {
    hints.push(`templates know ${[...ROOT_NAMES].join(', ')}`);
    if (second === undefined && isArgument) hints.push(`put a text in quotes: "${head}"`);
  }
  report.add('PKG_TEMPLATE_NAME_MISSING', `${head} is not defined`, path.loc, hints);
}

/** Checks that a partial exists whose name is written in the template, and not computed. */
export function checkPartialName(report: CheckReport, name: string, { loc }: { loc: Location }): void {
  if (report.names.hasPartial(name, report.template.name)) return;
  const relatives = report.names.partialRelatives(name);
  const { message, hint } = absentPartial(name, report.names.partialNames(), relatives);
  const isHere = relatives.owners.length > 0 || relatives.inlines.length > 0;
  const elsewhere = isHere ? undefined : report.names.elsewhere(name);
  report.add('PKG_TEMPLATE_NAME_MISSING', message, loc, [elsewhere ?? hint]);
}

/**
 * Is `name` a path at which there can be a value: below `values` any, else a field that exists? The values themselves
 * are not asked, so that the result of a check stays the same for other values.
 */
export function isValueName(report: CheckReport, name: string): boolean {
  const [root = '', ...fields] = name.split('.');
  if (root === 'values') return fields.length > 0;
  const field = fields.length === 1 ? (fields[0] ?? '') : '';
  return root === 'chart' ? report.names.hasChartField(field) : CLOSED_FIELDS.get(root)?.has(field) === true;
}
