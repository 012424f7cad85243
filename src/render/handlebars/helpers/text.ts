/** Text. Lengths and places count characters; see characters.ts. */
import { compareText, cut, isSpace, lengthOf } from '../../functions/characters.ts';
import { lowerCase, upperCase } from '../../functions/letters.ts';
import { chargeCharacters, checkCount, checkLength, replaceEvery } from '../../functions/limits.ts';
import { count, helper, itemText, list, nullableScalar, rest, scalar, size, text, value } from './parameters.ts';
import { quoteJson } from '../../functions/quote.ts';
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
  nospace: helper([text('text')], ([text]) => {
    chargeCharacters(text);
    return text.replace(/\p{White_Space}+/gu, '');
  }),
  upper: helper([text('text')], ([text]) => upperCase(text)),
  lower: helper([text('text')], ([text]) => lowerCase(text)),
  repeat: helper([size('count'), text('text')], ([count, text]) => {
    checkLength(count * text.length);
    // An empty text takes any count, but JavaScript throws for counts beyond the length of strings.
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
  contains: helper([text('part'), text('text')], ([part, text]) => text.includes(part)),
  hasPrefix: helper([text('prefix'), text('text')], ([prefix, text]) => text.startsWith(prefix)),
  hasSuffix: helper([text('suffix'), text('text')], ([suffix, text]) => text.endsWith(suffix)),
  quote: helper([rest(nullableScalar('value'))], ([values]) =>
    values
      .filter((value) => value !== null)
      .map(quoteJson)
      .join(' '),
  ),
  squote: helper([rest(nullableScalar('value'))], ([values]) =>
    values
      .filter((value) => value !== null)
      .map((value) => `'${replaceEvery(value, "'", "''")}'`)
      .join(' '),
  ),
  cat: helper([rest(nullableScalar('value'))], ([values]) => values.filter((value) => value !== null).join(' ')),
  indent: helper([size('spaces'), text('text')], ([spaces, text]) => indent(spaces, text)),
  nindent: helper([size('spaces'), text('text')], ([spaces, text]) => `\n${indent(spaces, text)}`),
  replace: helper([text('old'), text('new'), text('text')], ([old, replacement, text]) => {
    const parts = old === '' ? Array.from(text) : text.split(old);
    const places = old === '' ? parts.length + 1 : parts.length - 1;
    checkLength(text.length + places * (replacement.length - old.length));
    const joined = parts.join(replacement);
    // As in Go: an empty text is found before, between and behind all characters.
    return old === '' ? `${replacement}${joined}${parts.length > 0 ? replacement : ''}` : joined;
  }),
  plural: helper([text('one'), text('many'), count('count')], ([one, many, count]) => (count === 1 ? one : many)),
  join: helper([text('separator'), value('list')], ([separator, value], context) => {
    const items = textsOf(value, context);
    checkLength(items.reduce((length, item) => length + item.length, separator.length * items.length));
    return items.join(separator);
  }),
  split: helper([text('separator'), text('text')], ([separator, text]) => numbered(splitText(separator, text))),
  splitn: helper([text('separator'), count('count'), text('text')], ([separator, count, text]) =>
    numbered(splitAtMost(separator, count, text)),
  ),
  splitList: helper([text('separator'), text('text')], ([separator, text]) => splitText(separator, text)),
  sortAlpha: helper([list('list')], ([list], context) => textsOf(list, context).sort(compareText)),
  toString: helper([scalar('value')], ([text]) => text),
  toStrings: helper([value('list')], ([value], context) => textsOf(value, context)),
};

/** The texts of a list's items without nulls; another value counts as a list of one, null as an empty list. */
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

function indent(spaces: number, text: string): string {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  checkLength(text.length + lines * spaces);
  const pad = ' '.repeat(spaces);
  return pad + replaceEvery(text, '\n', `\n${pad}`);
}

function splitText(separator: string, text: string): string[] {
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  checkCount(parts.length);
  return parts;
}

/** Go's SplitN: the last part holds the rest. A negative count is not a limit, and 0 gives no parts. */
function splitAtMost(separator: string, count: number, text: string): string[] {
  if (count === 0) return [];
  const parts = splitText(separator, text);
  if (count < 0 || parts.length <= count) return parts;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

function numbered(parts: readonly string[]): Value {
  return new Map(parts.map((part, index) => [`_${index}`, part]));
}
