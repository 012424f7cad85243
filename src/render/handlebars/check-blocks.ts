/** Checks of blocks: `{{#if}}`, `{{#each}}` and the other built-in ones, and names that are none of them. */
import { nearest } from '../../nearest.ts';
import { linesOf, pathOf } from './ast.ts';
import type { Block, Expression, Location, Path } from './ast.ts';
import { builtinBlocks } from './blocks.ts';
import { checkExpression, isContextFunction, refuseNamed } from './check-calls.ts';
import { checkPath, isValueName } from './check-names.ts';
import { isHelper } from './check-report.ts';
import type { CheckReport, CheckScope } from './check-report.ts';
import { simpleName } from './scope.ts';
import { swappedLoopNames } from './likely-mistakes.ts';

/**
 * Checks the opening tag of a block.
 *
 * @returns the scopes of its two branches; undefined for `{{{{raw}}}}`, whose content is not a template
 */
export function checkBlock(
  report: CheckReport,
  node: Block,
  scope: CheckScope,
): { inner: CheckScope; outer: CheckScope } | undefined {
  const path = pathOf(node.path);
  const name = path && simpleName(path);
  const builtin = name !== undefined && builtinBlocks.has(name) ? name : undefined;
  // Of several words, as in {{#if a and b}}, each would be a second error.
  const isOne = builtin === undefined || checkBuiltin(report, node, builtin);
  if (!isOne) return { inner: innerScope(node, builtin, scope), outer: scope };
  for (const param of node.params) checkExpression(report, param, scope);
  for (const pair of node.hash?.pairs ?? []) checkExpression(report, pair.value, scope);
  if (builtin === undefined && path !== undefined) checkBlockPath(report, node, path, scope);
  return builtin === 'raw' ? undefined : { inner: innerScope(node, builtin, scope), outer: scope };
}

/** Checks `{{#name}}`, a block over the value of that name. */
function checkBlockPath(report: CheckReport, node: Block, path: Path, scope: CheckScope): void {
  const name = simpleName(path);
  const isHelperBlock = name !== undefined && isHelper(name) && !scope.locals.has(name) && scope.contexts[0] === 'root';
  if (node.params.length > 0 || node.hash !== undefined || isHelperBlock) {
    const near = name === undefined ? undefined : name === 'inline' ? '*inline' : nearest(name, builtinBlocks.keys());
    const known = name !== undefined && isHelper(name) ? [`write {{#if (${name} …)}}`] : [];
    const hints = near === undefined ? known : [`did you mean {{#${near} …}}?`];
    report.add('PKG_TEMPLATE_HELPER', `${path.original} is not a block helper`, node.loc, hints);
  } else if (/^\{\{~?\s*else\b/.test(report.source(node.loc))) {
    const hints = [`write {{else if ${path.original}}}`];
    report.add('PKG_TEMPLATE_SYNTAX', `{{else ${path.original}}} is not a condition`, node.loc, hints);
  } else checkPath(report, path, scope);
}

/**
 * Checks the opening tag of a built-in block.
 *
 * @returns whether it has as many values as the block takes
 */
function checkBuiltin(report: CheckReport, node: Block, name: string): boolean {
  const { length } = node.params;
  refuseNamed(report, node, `#${name}`);
  if (name === 'raw' || name === 'yaml' || name === 'json') {
    if (length > 0) report.add('PKG_TEMPLATE_HELPER', `#${name} takes no value`, node.loc);
    if (name === 'raw' && !report.source(node.loc).startsWith('{{{{')) {
      const hints = ['write {{{{raw}}}} … {{{{/raw}}}} around literal braces'];
      report.add('PKG_TEMPLATE_SYNTAX', 'mustaches inside {{#raw}} are not literal', node.loc, hints);
    }
    return true;
  }
  const [param] = node.params;
  if (length !== 1 || param === undefined) {
    report.add('PKG_TEMPLATE_HELPER', `#${name} takes exactly one value`, node.loc, [countHint(report, node, name)]);
    return false;
  }
  if (param.type === 'StringLiteral' && (name === 'if' || name === 'unless') && !isValueName(report, param.value)) {
    const hints = ['write the name of a value without quotes, or compare: (eq values.x "text")'];
    const message = `a text in quotes is the same in each run: #${name} needs a value`;
    report.add('PKG_TEMPLATE_HELPER', message, node.loc, hints);
  }
  if (name === 'each') checkEach(report, node, param);
  return true;
}

/** What to write for a block that is given no value, or more than one. */
function countHint(report: CheckReport, { params, loc }: Block, name: string): string {
  const [param] = params;
  const first = param?.type === 'PathExpression' ? param.original : undefined;
  const isCall = first !== undefined && (isHelper(first) || isContextFunction(first));
  if (isCall) return `write {{#${name} (${report.source(spanOf(params))})}}`;
  if (params.length === 0)
    return `write {{${report.source(loc).startsWith('{{else') ? 'else ' : '#'}${name} values.x}}`;
  return name === 'each'
    ? 'several lists as one: {{#each (concat a b)}}'
    : `several conditions: {{#${name} (and …)}} or {{#${name} (or …)}}`;
}

/** Checks a loop: the names that it gives, what it goes through, and where it puts its items. */
function checkEach(report: CheckReport, node: Block, param: Expression): void {
  const [item = '', key = '', third] = node.program?.blockParams ?? [];
  if (third !== undefined)
    report.addCall(node, 'a loop gives two names: the item, and its key or index', `write as |${item} ${key}|`);
  const mistake = swappedLoopNames(node.program?.blockParams ?? []);
  if (mistake !== undefined) report.addCall(node, mistake.message, mistake.hint);
  if (param.type === 'StringLiteral' || param.type === 'NumberLiteral' || param.type === 'BooleanLiteral') {
    const what = param.type === 'StringLiteral' ? 'a text' : param.type === 'NumberLiteral' ? 'a number' : 'a boolean';
    const hints =
      param.type === 'NumberLiteral'
        ? [`so many times: {{#each (until ${String(param.value)})}}`]
        : ['write the name of a list or a map without quotes, or {{#each (list "a" "b")}}'];
    report.add('PKG_TEMPLATE_HELPER', `#each goes through a list or a map, and this is ${what}`, node.loc, hints);
  }
  if (isOneItem(report, node)) {
    report.add('PKG_TEMPLATE_SLOT', 'this loop puts all its items into one item of the list', node.loc, [
      'write the loop on lines of its own around - {{this}}, or - {{spread …}} for a list as it is',
    ]);
  }
}

/** Is this `- {{#each list}}{{this}}{{/each}}`, which puts all items into one item of the list? */
function isOneItem(report: CheckReport, { loc: { start, end }, program }: Block): boolean {
  const lines = linesOf(report.template);
  const before = (lines[start.line - 1] ?? '').slice(0, start.column);
  const after = (lines[end.line - 1] ?? '').slice(end.column);
  const body = program?.body ?? [];
  return (
    /^\s*(?:-\s+)+$/.test(before) &&
    after.trim() === '' &&
    body.some(({ type }) => type === 'MustacheStatement') &&
    body.every(
      (one) => one.type === 'MustacheStatement' || (one.type === 'ContentStatement' && one.original.trim() === ''),
    )
  );
}

/** From the beginning of the first argument to the end of the last. */
function spanOf(params: readonly Expression[]): Location {
  const [first] = params;
  const last = params.at(-1);
  return { start: first?.loc.start ?? { line: 1, column: 0 }, end: last?.loc.end ?? { line: 1, column: 0 } };
}

/** The scope of what stands inside a block. */
function innerScope(node: Block, builtin: string | undefined, scope: CheckScope): CheckScope {
  const names = node.program?.blockParams ?? [];
  const locals = names.length === 0 ? scope.locals : new Set([...scope.locals, ...names]);
  const opensContext = builtin === undefined || builtin === 'each' || builtin === 'with';
  const isLoop = scope.isLoop || builtin === 'each' || builtin === undefined;
  return { contexts: opensContext ? ['open', ...scope.contexts] : scope.contexts, locals, isLoop };
}
