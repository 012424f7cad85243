/** Text. Lengths and places count characters; see characters.ts. */
import { compareText, cut, isSpace, lengthOf } from './characters.ts';
import { checkCount, checkLength } from './limits.ts';
import { count, helper, itemText, list, nullableScalar, rest, scalar, size, text, value } from './parameters.ts';
import type { Value } from '../../../yaml/value.ts';
import type { Helper, HelperContext } from './types.ts';

export const texts: Record<string, Helper> = {
  trim: helper([text('text')], ([text]) => trimWhere(text, isSpace)),
  trimAll: helper([text('characters'), text('text')], ([characters, text]) => {
    const set = new Set(characters);
    return trimWhere(text, (character) => set.has(character));
  }),
  trimSuffix: helper([text('suffix'), text('text')], ([suffix, text]) =>
    suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
  trimPrefix: helper([text('prefix'), text('text')], ([prefix, text]) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  nospace: helper([text('text')], ([text]) => text.replace(/\p{White_Space}+/gu, '')),
  upper: helper([text('text')], ([text]) => text.toUpperCase()),
  lower: helper([text('text')], ([text]) => text.toLowerCase()),
  repeat: helper([size('count'), text('text')], ([count, text], context) => {
    checkLength(count * text.length, context);
    // Nothing, however often, is nothing; JavaScript refuses counts that are beyond all texts.
    return text === '' ? '' : text.repeat(count);
  }),
  substr: helper([count('start'), count('end'), text('text')], ([start, end, text], context) => {
    const stop = end < 0 ? undefined : end;
    if (stop !== undefined && start > stop) {
      context.fail(`substr takes an end at or behind its start, not ${start} to ${stop}`);
    }
    return cut(text, Math.max(start, 0), stop);
  }),
  trunc: helper([count('length'), text('text')], ([length, text]) =>
    length >= 0 ? cut(text, 0, length) : cut(text, Math.max(lengthOf(text) + length, 0)),
  ),
  abbrev: helper([count('width'), text('text')], ([width, text]) =>
    width < 4 || lengthOf(text) <= width ? text : `${cut(text, 0, width - 3)}...`,
  ),
  contains: helper([text('part'), text('text')], ([part, text]) => text.includes(part)),
  hasPrefix: helper([text('prefix'), text('text')], ([prefix, text]) => text.startsWith(prefix)),
  hasSuffix: helper([text('suffix'), text('text')], ([suffix, text]) => text.endsWith(suffix)),
  quote: helper([rest(nullableScalar('value'))], ([values]) =>
    values
      .filter((value) => value !== null)
      .map(quote)
      .join(' '),
  ),
  squote: helper([rest(nullableScalar('value'))], ([values]) =>
    values
      .filter((value) => value !== null)
      .map((value) => `'${value.replaceAll("'", "''")}'`)
      .join(' '),
  ),
  cat: helper([rest(nullableScalar('value'))], ([values]) => values.filter((value) => value !== null).join(' ')),
  indent: helper([size('spaces'), text('text')], ([spaces, text], context) => indent(spaces, text, context)),
  nindent: helper([size('spaces'), text('text')], ([spaces, text], context) => `\n${indent(spaces, text, context)}`),
  replace: helper([text('old'), text('new'), text('text')], ([old, replacement, text], context) => {
    const parts = old === '' ? Array.from(text) : text.split(old);
    const places = old === '' ? parts.length + 1 : parts.length - 1;
    checkLength(text.length + places * (replacement.length - old.length), context);
    const joined = parts.join(replacement);
    // As in Go: an empty text is found before, between and behind all characters.
    return old === '' ? `${replacement}${joined}${parts.length > 0 ? replacement : ''}` : joined;
  }),
  plural: helper([text('one'), text('many'), count('count')], ([one, many, count]) => (count === 1 ? one : many)),
  join: helper([text('separator'), value('list')], ([separator, value], context) => {
    const items = textsOf(value, context);
    checkLength(
      items.reduce((length, item) => length + item.length, separator.length * items.length),
      context,
    );
    return items.join(separator);
  }),
  split: helper([text('separator'), text('text')], ([separator, text], context) =>
    numbered(splitText(separator, text, context)),
  ),
  splitn: helper([text('separator'), count('count'), text('text')], ([separator, count, text], context) =>
    numbered(splitAtMost(separator, count, text, context)),
  ),
  splitList: helper([text('separator'), text('text')], ([separator, text], context) =>
    splitText(separator, text, context),
  ),
  sortAlpha: helper([list('list')], ([list], context) => textsOf(list, context).sort(compareText)),
  toString: helper([scalar('value')], ([text]) => text),
  toStrings: helper([value('list')], ([value], context) => textsOf(value, context)),
};

/** The texts of a list's items, nulls left out; one value is a list of itself, null of nothing. */
function textsOf(value: Value, context: HelperContext): string[] {
  if (value === null) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item, index) => (item === null ? [] : [itemText(item, index, context)]));
}

function trimWhere(text: string, matches: (character: string) => boolean): string {
  const characters = Array.from(text);
  let start = 0;
  let end = characters.length;
  while (start < end && matches(characters[start] ?? '')) start++;
  while (end > start && matches(characters[end - 1] ?? '')) end--;
  return start === 0 && end === characters.length ? text : characters.slice(start, end).join('');
}

function indent(spaces: number, text: string, context: HelperContext): string {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  checkLength(text.length + lines * spaces, context);
  const pad = ' '.repeat(spaces);
  return pad + text.replaceAll('\n', `\n${pad}`);
}

function splitText(separator: string, text: string, context: HelperContext): string[] {
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  checkCount(parts.length, context);
  return parts;
}

/** Go's SplitN: the last part holds the rest; no limit below zero, nothing for zero. */
function splitAtMost(separator: string, count: number, text: string, context: HelperContext): string[] {
  if (count === 0) return [];
  const parts = splitText(separator, text, context);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): Value {
  return new Map(parts.map((part, index) => [`_${index}`, part]));
}

/** In double quotes, as JSON and YAML both read it. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
