/** Reads and prints JSON without loss of large integers, and prints it as Go does. */
import { PkgError } from '../errors.ts';
import { setOwn } from './value.ts';
import type { Json, JsonObject } from './value.ts';
import { positionAt } from './read.ts';

/**
 * Reads JSON without loss: an integer beyond 2^53 is a bigint, and `__proto__` is an own key like any other.
 *
 * @param file for the position in errors
 * @throws {PkgError} `PKG_YAML_SYNTAX` with the position; `PKG_YAML_TOO_COMPLEX` for what is nested too deeply or too large
 */
export function parseJson(text: string, file: string): Json {
  checkSize(text, file);
  try {
    // With a reviver JSON.parse is several times slower, so it gets one only if the text may hold an integer beyond 2^53.
    return JSON.parse(text, LONG_NUMBER.test(text) ? reviveExactly : undefined) as Json;
  } catch (error) {
    if (error instanceof RangeError) throw tooComplex('this JSON is nested too deeply', file);
    if (!(error instanceof SyntaxError)) throw error;
    const offset = /at position (\d+)/.exec(error.message)?.[1];
    const at = positionAt(text, offset === undefined ? text.length : Number(offset), file);
    throw new PkgError('PKG_YAML_SYNTAX', `this is not JSON: ${reason(error.message)}`, { at });
  }
}

/** Reads JSON that another program wrote; undefined where the bytes are not JSON. Large integers lose digits. */
export function tryParseJson(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

/** The bound of YAML (`nodes.ts`). */
const MAX_DEPTH = 1000;
/** An empty list, two characters, takes up to 60 bytes of memory. No page of a list of objects holds so many values. */
const MAX_VALUES = 8_000_000;
/** A shorter text cannot be nested too deeply. */
const SHORT = 2 * MAX_DEPTH;

/** Refuses a text whose value would take too much memory, or more stack than there is to walk through it. */
function checkSize(text: string, file: string): void {
  if (text.length <= SHORT || (text.length <= MAX_VALUES && opensFew(text))) return;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 34: // "
        at = endOfString(text, at);
        break;
      case 44: // ,
        values++;
        break;
      case 91: // [
      case 123: // {
        values++;
        if (++depth > MAX_DEPTH) throw tooComplex(`this JSON is nested deeper than ${MAX_DEPTH} levels`, file);
        break;
      case 93: // ]
      case 125: // }
        depth--;
    }
  }
  if (values > MAX_VALUES) throw tooComplex(`this JSON holds more than ${MAX_VALUES} values`, file);
}

/**
 * Whether a text has fewer opening brackets than it needs to be nested too deeply. Schemas of charts have fewer, and
 * `indexOf` finds that out faster than a loop over their characters, which takes 3 ms (Node 26, 2026-11-29).
 */
function opensFew(text: string): boolean {
  let left = MAX_DEPTH;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) if (--left < 0) return false;
  }
  return true;
}

/** The offset of the quote that closes the string that begins at `start`: it has an even number of backslashes before it. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text.charCodeAt(before) === 92) before--;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

function tooComplex(problem: string, file: string): PkgError {
  return new PkgError('PKG_YAML_TOO_COMPLEX', problem, { at: { file } });
}

/** As many digits as 2^53 has. */
const LONG_NUMBER = /\d{16}/;

function reviveExactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?[0-9]+$/.test(source) && source.length < 310 ? BigInt(source) : value;
}

function reason(message: string): string {
  return message
    .replace(/\s*\(line.*$/s, '')
    .replace(/ in JSON at position \d+.*$/s, '')
    .replace(/, ".*$/s, '');
}

/**
 * Prints JSON; a bigint is printed as an integer. `indent` is that of `JSON.stringify`, and as there, fields that are
 * undefined are left out.
 */
export function printJson(value: Json, indent?: number | string): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    // JSON.stringify throws for a bigint. They are rare, and with a replacer it is slower.
    if (!(error instanceof TypeError)) throw error;
    const replace = (_key: string, item: unknown): unknown => (typeof item === 'bigint' ? rawJson(String(item)) : item);
    return JSON.stringify(value, replace, indent);
  }
}

const rawJson = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON;

/** A copy of a plain value whose objects share nothing with it. */
export function cloneJson<T extends Json>(value: T): T;
export function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => cloneJson(item));
  if (typeof value !== 'object' || value === null) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) setOwn(copy, key, cloneJson(value[key] as Json));
  return copy;
}

/**
 * Prints JSON as Go's encoding/json does: `<`, `>`, `&`, U+2028 and U+2029 are escaped, and an object with keys such as
 * `10` and `9`, which JavaScript has in front and in the order of their numbers, has all its keys in Go's order of maps.
 *
 * @param indent the blanks of each level; 0 for one line
 */
export function goJson(value: Json, indent = 0): string {
  const printed = printJson(value, indent);
  const text = INTEGER_FIRST.test(printed) ? printInOrder(value, indent) : printed;
  return text.replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Matches an object whose first key is an integer. Where it matches within a text, printing takes longer. */
const INTEGER_FIRST = /\{\s*"\d+":/;

/** {@link printJson} with the keys of objects of which one is an integer in Go's order. Fields of Go's structs are not integers. */
function printInOrder(value: Json, indent: number, pad = '\n'): string {
  if (typeof value !== 'object' || value === null) return printJson(value);
  const inner = pad + ' '.repeat(indent);
  const [before, after, colon] = indent === 0 ? ['', '', ':'] : [inner, pad, ': '];
  const inside = (open: string, items: readonly string[], close: string): string =>
    items.length === 0 ? open + close : `${open}${before}${items.join(`,${before}`)}${after}${close}`;
  const print = (item: Json): string => printInOrder(item, indent, inner);
  if (Array.isArray(value)) return inside('[', value.map(print), ']');
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  const ordered = /^\d+$/.test(keys[0] ?? '') ? keys.sort(compareCodePoints) : keys;
  return inside(
    '{',
    ordered.map((key) => `${JSON.stringify(key)}${colon}${print(value[key] as Json)}`),
    '}',
  );
}

/**
 * A copy whose objects have their keys in the order in which Go prints them: that of their bytes, and so of code points.
 * JavaScript keeps integers in front nevertheless, which {@link goJson} corrects.
 */
export function sortKeys<T extends Json>(value: T): T;
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => sortKeys(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, sortKeys(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => compareCodePoints(a, b)));
}

/** Compares texts by code points, which is the order of their bytes in UTF-8. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 units are in another order than code points only where surrogates stand.
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

/** The fields that Go prints for a struct whose fields all have `omitempty`. */
export function withoutEmpty(fields: { [key: string]: Json | undefined }): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === '' || value === 0 || value === false) continue;
    if (typeof value === 'object' && (Array.isArray(value) ? value.length : Object.keys(value).length) === 0) continue;
    setOwn(kept, key, value);
  }
  return kept;
}
