/** Checks of calls: which helpers there are, and how many arguments in which order they take. */
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { isLiteral, pathOf } from './ast.ts';
import type { Call, Expression, Mustache, Path, Sub } from './ast.ts';
import { builtinBlocks } from './blocks.ts';
import { FORMS } from './call.ts';
import { checkPartialName, checkPath, isValueName } from './check-names.ts';
import { isHelper } from './check-report.ts';
import type { CheckReport, CheckScope } from './check-report.ts';
import { CLOSED_FIELDS } from './context.ts';
import { helperOfAlias } from './helpers/aliases.ts';
import { findHelper, helperNames, isRandom } from './helpers/index.ts';
import { isScoped, ROOT_NAMES, simpleName } from './scope.ts';
import { swappedArguments, nameInQuotes } from './likely-mistakes.ts';
import type { LikelyMistake } from './likely-mistakes.ts';

/**
 * Checks an argument, with the calls in it.
 *
 * @param helper the name of the helper that the argument is given to; undefined for a block or a partial
 */
export function checkExpression(report: CheckReport, expression: Expression, scope: CheckScope, helper?: string): void {
  if (expression.type === 'PathExpression') {
    const { original } = expression;
    // Inside a loop an item might have a field of this name; in practice the helper is meant.
    const isCall = isContextFunction(original) || (helper !== undefined && COMPARING.has(original));
    if (isCall && !scope.locals.has(original) && (scope.contexts[0] !== 'root' || original.includes('.')))
      report.add('PKG_TEMPLATE_NAME_MISSING', `${original} is not called here`, expression.loc, [
        `a call in a call needs parentheses: (${original} …)`,
      ]);
    else checkPath(report, expression, scope, helper !== undefined);
  } else if (expression.type === 'SubExpression') checkCall(report, expression, scope, helper);
  else if (expression.type === 'StringLiteral') {
    const mistake = nameInQuotes(expression.value, (name) => isValueName(report, name), helper);
    if (mistake !== undefined) report.add('PKG_TEMPLATE_SYNTAX', mistake.message, expression.loc, [mistake.hint]);
  }
}

/**
 * Checks a mustache or a subexpression: that its helper exists and can work with these arguments.
 *
 * @param around the helper that the value of the call is given to, if any
 */
export function checkCall(report: CheckReport, node: Mustache | Sub, scope: CheckScope, around?: string): void {
  const path = pathOf(node.path);
  const { params } = node;
  const isUnquoted = isUnquotedPartial(report, node, scope);
  const infix = infixCall(report, node, scope);
  if (infix !== undefined) {
    report.addCall(node, infix.message, infix.hint);
    return;
  }
  const name = path && simpleName(path);
  // Texts below (tpl …) may hold mustaches, also in a call such as (tpl (print "{{values.a}}" …)).
  const given = around === 'tpl' || around === 'goTpl' ? around : (name ?? path?.original ?? '');
  for (const param of isUnquoted ? params.slice(1) : params) checkExpression(report, param, scope, given);
  for (const pair of node.hash?.pairs ?? []) checkExpression(report, pair.value, scope, given);
  if (path === undefined) return;
  const isCall = node.type === 'SubExpression' || params.length > 0 || node.hash !== undefined;
  if (name === undefined || scope.locals.has(name)) {
    const isCalled = params.length > 0 && !isScoped(path) && !path.data;
    if (!isCalled || !isNotCallable(report, node, path, scope)) checkPath(report, path, scope);
    return;
  }
  if (!isHelper(name)) {
    // Functions of the context are called by two names, (files.get …), but inside {{#with files}} by one.
    if (!isCall || (params.length === 0 && node.hash === undefined)) checkPath(report, path, scope);
    else if (scope.contexts[0] === 'root' || !CONTEXT_FUNCTIONS.has(name)) noHelper(report, node, name);
    return;
  }
  if (isCall) checkArguments(report, node, name);
  else if (name === 'index' && scope.isLoop) {
    const hints = ['write {{@index}} for the index in a loop'];
    report.add('PKG_TEMPLATE_NAME_MISSING', 'index is not defined', node.loc, hints);
  }
  checkOrder(report, node, name);
  const [first, second] = params;
  const [listed] = second?.type === 'SubExpression' && pathOf(second.path)?.original === 'include' ? second.params : [];
  if (
    name === 'join' &&
    listed?.type === 'StringLiteral' &&
    report.names.printsItems(listed.value, report.template.name) === true
  )
    report.addCall(
      node,
      `join takes a list, and include gives the text of ${printable(listed.value)}`,
      `(partial "${printable(listed.value)}") is its list`,
    );
  if ((name === 'include' || name === 'partial') && first?.type === 'StringLiteral')
    checkPartialName(report, first.value, node);
  if (
    CHECKSUMS.has(name) &&
    first?.type === 'StringLiteral' &&
    report.names.hasPartial(first.value, report.template.name)
  )
    report.addCall(
      node,
      `this checksum is that of the name ${printable(first.value)}, and never changes`,
      `write (${name} (include "${printable(first.value)}"))`,
    );
}

/** Helpers that ask something, after which no field of an item is named. */
const COMPARING: ReadonlySet<string> = new Set([
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not'],
  ...['hasPrefix', 'hasSuffix', 'hasKey', 'contains', 'semverCompare'],
]);

/** Helpers whose argument may be forgotten to be an include. */
const CHECKSUMS: ReadonlySet<string> = new Set(['sha1sum', 'sha256sum', 'sha512sum', 'adler32sum']);

/** Reports arguments in the order of another template language. */
function checkOrder(report: CheckReport, node: Mustache | Sub, name: string): void {
  const { params } = node;
  const mistake = swappedArguments(name, node, ({ loc }) => report.source(loc));
  if (mistake !== undefined) report.addCall(node, mistake.message, mistake.hint);
  const [first, second] = params;
  if (!VALUE_LAST.has(name) || params.length !== 2 || second === undefined) return;
  if (first?.type !== 'PathExpression' || !isLiteral(second)) return;
  const [value, given] = params.map(({ loc }) => report.source(loc));
  report.addCall(node, `${name} takes the value last`, `write (${name} ${given} ${value})`);
}

/** The functions of `files` and `capabilities`, which inside `{{#with files}}` are called by their own names. */
const CONTEXT_FUNCTIONS: ReadonlySet<string> = new Set(['get', 'lines', 'glob', 'asConfig', 'asSecrets', 'has']);

/** Helpers that take the value last, and before it the text for the case that the value is absent. */
const VALUE_LAST: ReadonlySet<string> = new Set(['default', 'defaultMissing', 'required']);

/** What is wrong with `values.a or "x"`, where the helper stands between its arguments. */
function infixCall(report: CheckReport, node: Mustache | Sub, scope: CheckScope): LikelyMistake | undefined {
  const [word, other, ...more] = node.params;
  if (word?.type !== 'PathExpression' || other === undefined || more.length > 0) return undefined;
  const name = simpleName(word);
  const path = pathOf(node.path);
  if (name === undefined || !INFIX.has(name) || scope.locals.has(name) || path === undefined) return undefined;
  if (isHelper(simpleName(path) ?? '')) return undefined;
  const [left, right] = [node.path, other].map(({ loc }) => report.source(loc));
  const call = `${name} ${left} ${right}`;
  const hint = node.type === 'MustacheStatement' ? `write {{${call}}}` : `write (${call})`;
  return { message: `a helper comes before its arguments, and ${name} is between them`, hint };
}

/** Helpers that other languages write between their arguments. */
const INFIX: ReadonlySet<string> = new Set([
  'or',
  'and',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'default',
  'has',
  'contains',
]);

/**
 * Reports a value that is called with arguments, as `(values.x 1)`, and functions that do not exist, as `(files.read
 * …)`.
 */
function isNotCallable(
  report: CheckReport,
  node: Mustache | Sub,
  { original, parts }: Path,
  scope: CheckScope,
): boolean {
  const [head = '', field = ''] = parts;
  const functions = FUNCTIONS.get(head);
  if (scope.locals.has(head) || !ROOT_NAMES.has(head)) return false;
  if (parts.length === 2 && functions?.includes(field) === true) return false;
  const near = functions && (nearest(field, functions) ?? functions.find((one) => parts.at(-1) === one));
  const hints =
    near !== undefined
      ? [`did you mean ${head}.${near}?`]
      : functions === undefined
        ? ['a helper comes first, and what it is given follows: (helper value)']
        : [`${head} has ${functions.map((one) => `(${head}.${one} …)`).join(', ')}`];
  const isValue = functions === undefined || CLOSED_FIELDS.get(head)?.has(field) === true;
  const message = isValue ? `${original} is a value and takes no arguments` : `there is no helper ${original}`;
  report.add('PKG_TEMPLATE_HELPER', message, node.loc, hints);
  return true;
}

/** The functions of `files` and `capabilities`. */
const FUNCTIONS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['files', ['get', 'lines', 'glob', 'asConfig', 'asSecrets']],
  ['capabilities', ['has']],
]);

/** Is this a function of `files` or `capabilities`, as `capabilities.has`? */
export function isContextFunction(name: string): boolean {
  const [head = '', field = '', ...more] = name.split('.');
  return more.length === 0 && FUNCTIONS.get(head)?.includes(field) === true;
}

/** Reports a name that is called and is not a helper. */
function noHelper(report: CheckReport, node: Call, name: string): void {
  if (name === 'spread' || name === 'optional') {
    const hints = [
      name === 'spread'
        ? 'helpers take the list or the map itself: (join "," values.list)'
        : 'what a helper is given may be absent: write the name itself, or (default "…" values.x)',
    ];
    report.add('PKG_TEMPLATE_HELPER', `${name} must be in a mustache of its own`, node.loc, hints);
    return;
  }
  const near = helperOfAlias(name) ?? nearest(name, [...helperNames(), ...FORMS, ...builtinBlocks.keys()]);
  const hint = builtinBlocks.has(near ?? '') ? `{{#${near} …}}` : near;
  report.add('PKG_TEMPLATE_HELPER', `there is no helper ${name}`, node.loc, [
    hint === undefined ? 'docs/helpers.md lists all helpers' : `did you mean ${hint}?`,
  ]);
}

/** Checks the number of arguments, and that only helpers with named arguments get some. */
function checkArguments(report: CheckReport, node: Mustache | Sub, name: string): void {
  const { length } = node.params;
  const bounds = FORM_ARGUMENTS.get(name);
  if (bounds !== undefined && !(name === 'lookup' && length === 2)) {
    const [min, max, usage] = bounds;
    if (length < min || length > max) {
      const count = min === max ? `${min}` : `${min} to ${max}`;
      report.addCall(
        node,
        `${name} takes ${count} argument${count === '1' ? '' : 's'}, not ${length}`,
        `write ${usage}`,
      );
    }
    if (name === 'tpl')
      refuseNamed(report, node, name, 'the names of its text are a map: (tpl values.x (dict "a" values.a))');
    else if (name === 'goTpl' || name === 'lookup') refuseNamed(report, node, name);
    return;
  }
  if (FORMS.includes(name)) return;
  const helper = findHelper(name);
  const wrong = helper?.wrongCount?.(name, length);
  if (wrong !== undefined) report.addCall(node, wrong.message, wrong.hint);
  else if (helper?.wrongCount !== undefined) refuseNamed(report, node, name);
}

/** Reports named arguments where none are looked at: `key` of random values and `includeZero` of conditions are. */
export function refuseNamed(report: CheckReport, { hash }: Call, name: string, hint?: string): void {
  const named = hash?.pairs.find(
    ({ key }) =>
      !(key === 'key' && isRandom(name)) && !(key === 'includeZero' && (name === '#if' || name === '#unless')),
  )?.key;
  if (hash === undefined || named === undefined) return;
  const message = `${name} takes no named arguments, and here is ${named}=`;
  report.add('PKG_TEMPLATE_HELPER', message, hash.loc, hint === undefined ? [] : [hint]);
}

/** How many arguments the forms take, and how their calls are written. */
const FORM_ARGUMENTS: ReadonlyMap<string, readonly [min: number, max: number, usage: string]> = new Map([
  ['include', [1, 2, '(include "name") or (include "name" this)']],
  ['partial', [1, 2, '(partial "name") or (partial "name" this)']],
  ['tpl', [1, 2, '(tpl values.x) or (tpl values.x this)']],
  ['goTpl', [1, 1, '(goTpl values.x)']],
  ['lookup', [4, 4, '(lookup apiVersion kind namespace name)']],
]);

/** Reports `(include labels)` where `(include "labels")` is meant: a partial has the name. */
function isUnquotedPartial(report: CheckReport, node: Call, scope: CheckScope): boolean {
  const [first] = node.params;
  const form = pathOf(node.path)?.original ?? '';
  if (first?.type !== 'PathExpression' || first.data || !['include', 'partial'].includes(form)) return false;
  const isName = !isScoped(first) && !scope.locals.has(first.parts[0] ?? '');
  if (!isName || !report.names.hasPartial(first.original, report.template.name)) return false;
  report.addCall(node, `${form} takes the name of a partial as a text`, `write (${form} "${first.original}")`);
  return true;
}
