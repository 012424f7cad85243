/**
 * Finds calls that would run but are typing errors: arguments in another order, names in quotes, swapped names of a
 * loop.
 */
import { isLiteral } from './ast.ts';
import type { Call, Expression } from './ast.ts';

/** What is wrong with a text or a call that can be read, and what to write. */
export type LikelyMistake = { message: string; hint: string };

/**
 * Helpers that look for a pattern in a text. The text comes last, for Go's pipes; other languages put it first. If the
 * last argument is a text in quotes and the first a value, the two are swapped.
 */
const TEXT_LAST: ReadonlySet<string> = new Set([
  'contains',
  'hasPrefix',
  'hasSuffix',
  'trimPrefix',
  'trimSuffix',
  'trimAll',
  'replace',
  'split',
  'splitList',
  'splitn',
  'regexMatch',
  'regexFind',
  'regexFindAll',
  'regexReplaceAll',
  'regexReplaceAllLiteral',
  'regexSplit',
]);

/** How the first argument of a helper is called in messages, and the form of its text. */
type FirstArgument = { what: string; is: RegExp };

const TYPE: FirstArgument = {
  what: 'type',
  is: /^(?:string|bool|int(?:64)?|float64|map|slice|invalid|\[\]interface \{\}|map\[string\]interface \{\})$/,
};

/** Helpers of two arguments whose first is a text of a certain form. */
const FIRST: ReadonlyMap<string, FirstArgument> = new Map([
  ['typeIs', TYPE],
  ['typeIsLike', TYPE],
  ['kindIs', TYPE],
  ['date', { what: 'layout', is: /2006|15:04/ }],
  ['dateModify', { what: 'duration', is: /^-?(?:\d+(?:\.\d+)?[hms])+$/ }],
]);

/** Helpers that compare two values, each with the sign of a constraint on versions. */
const COMPARING_ORDER: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
]);

function isKubeVersion(expression: Expression): boolean {
  return expression.type === 'PathExpression' && expression.original === 'capabilities.kubeVersion';
}

/**
 * Finds arguments in the order of other languages.
 *
 * @param source gives the source of an argument
 */
export function swappedArguments(
  name: string,
  { params }: Call,
  source: (one: Expression) => string,
): LikelyMistake | undefined {
  const [first, ...others] = params;
  // The count of a `regexFindAll` or `regexSplit` comes behind the text.
  const subject = params.at(name === 'regexFindAll' || name === 'regexSplit' ? -2 : -1);
  if (first === undefined || subject === undefined || first === subject) return undefined;
  const moved = [...others, first].map(source).join(' ');
  if (name === 'lookup') return swappedLookup(params, source);
  const wanted = FIRST.get(name);
  if (
    wanted !== undefined &&
    params.length === 2 &&
    !isLiteral(first) &&
    subject.type === 'StringLiteral' &&
    wanted.is.test(subject.value)
  )
    return { message: `${name} takes the ${wanted.what} first`, hint: `write (${name} ${moved})` };
  const sign = COMPARING_ORDER.get(name);
  if (sign !== undefined && subject.type === 'StringLiteral' && isKubeVersion(first)) {
    const message = `${name} compares texts by their characters, and v1.9 comes after v1.30`;
    const constraint = `${sign}${subject.value.replace(/^v/, '')}-0`;
    return { message, hint: `write (semverCompare "${constraint}" capabilities.kubeVersion)` };
  }
  if (name === 'ternary' && params.length === 3 && isLiteral(subject) && !isLiteral(first)) {
    const message = 'ternary takes the condition last';
    const [second = subject] = others;
    // Of `(ternary values.tag "x" true)` only the author knows whether the tag or something else decides.
    const isUnclear = subject.type === 'BooleanLiteral' && second.type !== 'BooleanLiteral';
    const chosen = isUnclear ? `${source(first)} ${source(second)} values.condition` : moved;
    return { message, hint: `write (ternary ${chosen})` };
  }
  const isPattern = TEXT_LAST.has(name) && subject.type === 'StringLiteral' && first.type === 'PathExpression';
  if (!isPattern) return undefined;
  const hint =
    name === 'contains'
      ? `write (contains ${moved}), or (has ${source(first)} (list "a" "b")) to look for the value among others`
      : name.startsWith('regex')
        ? `the pattern comes first: (${name} "pattern" ${source(first)} …)`
        : `write (${name} ${moved})`;
  return { message: `${name} takes the text to look at last`, hint };
}

/** Finds `(lookup "Secret" "v1" …)`, and `(lookup "v1" "secrets" …)`. */
function swappedLookup(params: readonly Expression[], source: (one: Expression) => string): LikelyMistake | undefined {
  const [kind, version, ...rest] = params;
  if (kind?.type !== 'StringLiteral' || version?.type !== 'StringLiteral') return undefined;
  if (/^(?:[a-z][\w.-]*\/)?v\d\w*$/.test(kind.value) && /^[a-z]+$/.test(version.value)) {
    const message = `lookup takes a kind, which begins with a capital letter, and not the resource ${version.value}`;
    return { message, hint: 'write the kind as objects have it: (lookup "v1" "Secret" …)' };
  }
  if (!/^[A-Z]\w*$/.test(kind.value) || !/^(?:[a-z][\w.-]*\/)?v\d\w*$/.test(version.value)) return undefined;
  const hint = `write (lookup ${[version, kind, ...rest].map(source).join(' ')})`;
  return { message: 'lookup takes the apiVersion first, and then the kind', hint };
}

/** Helpers that compare or choose, to which the name of a value in quotes is given by mistake. Others may print it. */
const COMPARING: ReadonlySet<string> = new Set([
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not', 'all', 'any', 'empty'],
  ...['default', 'coalesce', 'ternary'],
]);

/** Finds `as |key value|`: here the item comes first. */
export function swappedLoopNames(names: readonly string[]): LikelyMistake | undefined {
  const [first = '', second = ''] = names;
  const isKey = (name: string): boolean => /^(?:k|key|i|idx|index)$/.test(name);
  const isItem = (name: string): boolean => /^(?:v|val|value|item)$/.test(name);
  const areSwapped = (isKey(first) && !isKey(second)) || (isItem(second) && !isItem(first));
  if (second === '' || !areSwapped) return undefined;
  return {
    message: `the first name of a loop is the item, and the second its key or index: ${first} would be the item`,
    hint: `write as |${second} ${first}|`,
  };
}

/**
 * Finds a text in quotes that is the name of a value, or has a mustache in it: neither is replaced by a value.
 *
 * @param isKnown can there be a value of this name?
 * @param helper the helper that it is given to; undefined for a block or a partial
 */
export function nameInQuotes(
  text: string,
  isKnown: (name: string) => boolean,
  helper: string | undefined,
): LikelyMistake | undefined {
  const name = /\{\{[~{]?\s*(?:\.|\$\.)?((?:[Vv]alues|[Rr]elease|[Cc]hart)\.[\w.]+)/.exec(text)?.[1];
  if (name !== undefined && helper !== 'tpl' && helper !== 'goTpl') {
    const value = name.charAt(0).toLowerCase() + name.slice(1);
    const isWhole = /^\{\{[^{}]*\}\}$/.test(text);
    return {
      message: 'a mustache in a text that is an argument stays as it is written',
      hint: isWhole ? `write ${value} without quotes` : `put the text together: (print "…" ${value} "…")`,
    };
  }
  const compares = helper === undefined || COMPARING.has(helper);
  if (!compares || !/^(?:values|release|chart)(?:\.[\w-]+)+$/.test(text) || !isKnown(text)) return undefined;
  return { message: `"${text}" is a text, and not the value of that name`, hint: `write ${text} without quotes` };
}
