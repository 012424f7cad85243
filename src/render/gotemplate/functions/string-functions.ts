/** Sprig's functions on strings. They count bytes, so that they may cut a character in two, as in Go. */
import { chargeCharacters, replaceEvery } from '../../functions/limits.ts';
import { abbreviate, abbreviateBoth, wrapLines } from '../../functions/words.ts';
import { decodeLastRune, decodeRune, encodeRune, isSpace, splitRunes } from '../../../utf8.ts';
import { quoteGo } from '../../functions/quote.ts';
import type { GoValue } from '../value.ts';
import { sprintValue } from '../sprint.ts';
import { toText } from './cast.ts';
import { fn, GoError, variadic } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { FunctionHost } from '../template.ts';

/** A text that cannot become longer is not measured before it is made. */
const ALWAYS_FITS = 1 << 20;

/** `indent`: every line begins with so many blanks. */
function indent(host: FunctionHost, width: number, text: string): string {
  if (width < 0) throw new GoError('strings: negative Repeat count');
  host.charge(width);
  const pad = ' '.repeat(width);
  if (text.length * width > ALWAYS_FITS) host.charge(text.length + width * text.split('\n').length);
  return pad + replaceEvery(text, '\n', `\n${pad}`);
}

/** Removes the characters at both ends for which a test is true. */
function trimRunes(text: string, isTrimmed: (rune: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end) {
    const { rune, size } = decodeRune(text, start);
    if (!isTrimmed(rune)) break;
    start += size;
  }
  while (end > start) {
    const { rune, size } = decodeLastRune(text, end);
    if (!isTrimmed(rune)) break;
    end -= size;
  }
  return text.slice(start, end);
}

/** As `strings.TrimSpace`: the text of bytes without white space at both ends. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  let code = 0;
  while (start < end && ((code = text.charCodeAt(start)) === 0x20 || (code >= 9 && code <= 13))) start++;
  if (code >= 0x80) return trimRunes(text, isSpace);
  while (end > start && ((code = text.charCodeAt(end - 1)) === 0x20 || (code >= 9 && code <= 13))) end--;
  return code >= 0x80 ? trimRunes(text, isSpace) : text.slice(start, end);
}

/** As `strings.Trim`. */
function trimAll(cutset: string, text: string): string {
  const runes = new Set<number>();
  for (let at = 0; at < cutset.length;) {
    const { rune, size } = decodeRune(cutset, at);
    runes.add(rune);
    at += size;
  }
  return runes.size === 0 ? text : trimRunes(text, (rune) => runes.has(rune));
}

/** As `strings.ReplaceAll`. */
function replace(host: FunctionHost, old: string, by: string, text: string): string {
  if (old === '') {
    // As in Go, the empty text stands before and behind each character.
    const characters = splitRunes(text);
    host.charge(text.length + by.length * (characters.length + 1));
    return characters.length === 0 ? by : by + characters.join(by) + by;
  }
  if (!text.includes(old)) return text;
  const parts = text.split(old);
  host.charge(text.length + (by.length - old.length) * (parts.length - 1));
  return parts.join(by);
}

/** `substr`. @throws {GoError} for bounds for which Go panics */
function substring(start: number, end: number, text: string): string {
  const { length } = text;
  if (start < 0) {
    if (end < 0) throw new GoError(`runtime error: slice bounds out of range [:${end}]`);
    if (end > length) throw new GoError(`runtime error: slice bounds out of range [:${end}] with length ${length}`);
    return text.slice(0, end);
  }
  const last = end < 0 || end > length ? length : end;
  if (start > last) throw new GoError(`runtime error: slice bounds out of range [${start}:${last}]`);
  return text.slice(start, last);
}

/** A byte as the character with that code: `nospace` and `initials` take each byte for a character. */
function fromByte(code: number): string {
  return code < 0x80 ? String.fromCharCode(code) : encodeRune(code);
}

/** `nospace`. */
function deleteSpace(text: string): string {
  chargeCharacters(text);
  let out = '';
  let hasSpace = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) hasSpace = true;
    else out += fromByte(code);
  }
  return hasSpace ? out : text;
}

/** `initials`: the first byte of each word. */
function initials(text: string): string {
  chargeCharacters(text);
  let out = '';
  let afterGap = true;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isGap = isSpace(code);
    if (!isGap && afterGap) out += fromByte(code);
    afterGap = isGap;
  }
  return out;
}

function wrap(host: FunctionHost, width: number, text: string, newline: string, cutWords: boolean): string {
  host.charge(text.length + Math.ceil(text.length / Math.max(width, 1)) * newline.length);
  return wrapLines(width, text, { newline: newline === '' ? '\n' : newline, cutWords });
}

/** `quote`: the values but nil, each quoted. */
function quoteAll(values: readonly GoValue[]): string {
  const [only = null] = values;
  if (values.length === 1) return only === null ? '' : quoteGo(toText(only));
  return values.flatMap((value) => (value === null ? [] : [quoteGo(toText(value))])).join(' ');
}

const trimall = fn(['string', 'string'], (_host, cutset, text) => trimAll(cutset, text));

export const functions: FunctionGroup = {
  abbrev: fn(['int', 'string'], (_host, width, text) => abbreviate(width, text)),
  abbrevboth: fn(['int', 'int', 'string'], (_host, offset, width, text) => abbreviateBoth(offset, width, text)),
  cat: variadic([], 'any', (_host, ...values) =>
    values
      .filter((value) => value !== null)
      .map(sprintValue)
      .join(' '),
  ),
  contains: fn(['string', 'string'], (_host, part, text) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], (_host, prefix, text) => text.startsWith(prefix)),
  hasSuffix: fn(['string', 'string'], (_host, suffix, text) => text.endsWith(suffix)),
  hello: fn([], () => 'Hello!'),
  indent: fn(['int', 'string'], indent),
  initials: fn(['string'], (_host, text) => initials(text)),
  nindent: fn(['int', 'string'], (host, width, text) => `\n${indent(host, width, text)}`),
  nospace: fn(['string'], (_host, text) => deleteSpace(text)),
  plural: fn(['string', 'string', 'int'], (_host, one, many, count) => (count === 1 ? one : many)),
  quote: variadic([], 'any', (_host, ...values) => quoteAll(values)),
  repeat: fn(['int', 'string'], (host, count, text) => {
    if (count < 0) throw new GoError('strings: negative Repeat count');
    host.charge(count * text.length);
    return text === '' ? '' : text.repeat(count);
  }),
  replace: fn(['string', 'string', 'string'], replace),
  squote: variadic([], 'any', (_host, ...values) =>
    values.flatMap((value) => (value === null ? [] : [`'${sprintValue(value)}'`])).join(' '),
  ),
  substr: fn(['int', 'int', 'string'], (_host, start, end, text) => substring(start, end, text)),
  trim: fn(['string'], (_host, text) => trimSpace(text)),
  trimAll: trimall,
  trimPrefix: fn(['string', 'string'], (_host, prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fn(['string', 'string'], (_host, suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  trimall,
  /** The first bytes, or for a negative count the last ones. */
  trunc: fn(['int', 'string'], (_host, count, text) => {
    if (count < 0 && text.length + count > 0) return text.slice(text.length + count);
    return count >= 0 && text.length > count ? text.slice(0, count) : text;
  }),
  wrap: fn(['int', 'string'], (host, width, text) => wrap(host, width, text, '\n', false)),
  wrapWith: fn(['int', 'string', 'string'], (host, width, newline, text) => wrap(host, width, text, newline, true)),
};
