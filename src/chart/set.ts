/**
 * The grammar of `--set` and its kin, as Helm's strvals has it (helm v4, pkg/strvals): names with dots, indices in
 * brackets, lists in braces, backslash escapes, several pairs separated by commas.
 */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseJson } from '../yaml/json.ts';
import { fromPlain, isMap } from '../yaml/value.ts';
import type { Json, Value, ValueMap } from '../yaml/value.ts';

const MAX_LEVELS = 30;
/** How deep lists may be nested. Helm has no bound here; without one the stack would overflow. */
const MAX_LISTS = 500;
const MAX_INDEX = 65536;
const END = Symbol('end');

/** Makes a value of the text after `=`. */
export type SetReader = (text: string) => Value;

/**
 * Reads a value of `--set`: booleans, null and integers get their type, anything else is a string. An integer is a
 * bigint, so that Go templates can distinguish it from the numbers of YAML, which are floats.
 */
export function typedValue(text: string): Value {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  if (lower === 'false') return false;
  if (lower === 'null') return null;
  if (text === '0') return 0n;
  return text.startsWith('0') ? text : (int64Of(text) ?? text);
}

/** The integer that Go's strconv reads in a text; undefined for any other text. */
function int64Of(text: string): bigint | undefined {
  const [, sign = '', digits] = /^([-+]?)0*([0-9]{1,19})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const integer = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

/**
 * Applies `a.b=1,c[0]=x` to a map, in place.
 *
 * @throws {PkgError} `PKG_SET_SYNTAX` with the flag and the text
 */
export function applySet(into: ValueMap, text: string, flag: string, read: SetReader): void {
  run(new SetParser(into, text, flag, { read }), into);
}

/**
 * Applies `key=JSON` pairs, or merges a whole JSON object; in place.
 *
 * @throws {PkgError} `PKG_SET_SYNTAX`
 */
export function applySetJson(into: ValueMap, text: string, merge: (over: ValueMap) => void): void {
  const trimmed = text.replaceAll(SPACE_AROUND, '');
  if (trimmed.startsWith('{')) {
    const value = fromPlain(jsonOf(trimmed));
    if (isMap(value)) merge(value);
    return;
  }
  run(new SetParser(into, text, '--set-json', { read: (json) => fromPlain(jsonOf(json)), json: true }), into);
}

/**
 * Applies `key=text`, in place. The text is used unchanged, commas and backslashes included.
 *
 * @throws {PkgError} `PKG_SET_SYNTAX` for a key that is not valid
 */
export function applySetLiteral(into: ValueMap, text: string): void {
  const parser = new SetParser(into, text, '--set-literal', { read: (value) => value, literal: true });
  parser.key(into, 0);
}

function run(parser: SetParser, into: ValueMap): void {
  while (parser.key(into, 0) !== END);
}

function jsonOf(text: string): Json {
  try {
    const value = wellFormed(parseJson(text, '--set-json'));
    if (!isFinite(value)) throw new Error('a number is larger than any float');
    return value;
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_YAML_TOO_COMPLEX') throw error;
    throw new PkgError('PKG_SET_SYNTAX', `the value of --set-json is not JSON: ${printable(text, 60)}`, {
      hints: [
        'write strings in double quotes, and the whole value in single quotes for the shell: --set-json \'a={"b":"c"}\'',
      ],
      cause: error,
    });
  }
}

/** As in Go, a lone half of a pair (`"\ud800"`) is U+FFFD: in values it would be a byte that is not UTF-8. */
function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]));
}

/** Is every number finite? JavaScript reads 1e400 as infinity, which JSON does not have. */
function isFinite(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinite);
}

/** The most empty items that all settings together may add: `a[65536]=x` adds 65,536 of them before its own. */
const MAX_FILLED = 1_000_000;
const FILLED: WeakMap<ValueMap, number> = new WeakMap();

/** How values are read: as JSON, as text up to the end (`literal`), or as texts and lists `{a,b}`. */
type SetGrammar = { read: SetReader; json?: boolean; literal?: boolean };

class SetParser {
  readonly #runes: readonly string[];
  readonly #flag: string;
  readonly #text: string;
  readonly #read: SetReader;
  readonly #json: boolean;
  readonly #literal: boolean;
  readonly #into: ValueMap;
  #at = 0;
  #lists = 0;

  constructor(into: ValueMap, text: string, flag: string, { read, json = false, literal = false }: SetGrammar) {
    this.#into = into;
    this.#text = text;
    this.#runes = [...text];
    this.#flag = flag;
    this.#read = read;
    this.#json = json;
    this.#literal = literal;
  }

  /** Reads one pair into a map; END at the end of the text. */
  key(data: ValueMap, level: number): typeof END | undefined {
    const { text: key, stop } = this.#until(this.#literal ? '=[.' : '=[,.');
    switch (stop) {
      case undefined:
        if (key === '') return END;
        throw this.#error(`the key ${printable(key, 60)} has no value`);
      case '[': {
        const index = this.#index();
        if (index === undefined) return END;
        const existing = data.get(key);
        if (existing !== undefined && !Array.isArray(existing))
          throw this.#error(`${printable(key, 60)} is not a list`);
        const list = existing ?? [];
        const end = this.#item(list, index, level);
        set(data, key, list);
        return end;
      }
      case '=':
        return this.#value((value) => set(data, key, value));
      case ',':
        throw this.#error(`the key ${printable(key, 60)} has no value (it cannot end with a comma)`);
      default: {
        if (level + 1 > MAX_LEVELS) throw this.#error(`names are nested more than ${MAX_LEVELS} levels deep`);
        const existing = data.get(key);
        if (existing !== undefined && !isMap(existing)) throw this.#error(`${printable(key, 60)} is not a map`);
        const inner: ValueMap = existing ?? new Map();
        const end = this.key(inner, level + 1);
        if (inner.size > 0) set(data, key, inner);
        else if (end !== END) throw this.#error(`the map ${printable(key, 60)} has no value`);
        return end;
      }
    }
  }

  /** What follows an `=`. */
  #value(use: (value: Value) => void): typeof END | undefined {
    if (this.#json) {
      use(this.#jsonValue());
      return undefined;
    }
    if (this.#literal) {
      const rest = this.#runes.slice(this.#at).join('');
      this.#at = this.#runes.length;
      use(this.#read(rest));
      return undefined;
    }
    if (this.#at >= this.#runes.length) {
      use('');
      return END;
    }
    if (this.#runes[this.#at] === '{') {
      this.#at++;
      use(this.#list());
      return undefined;
    }
    const { text } = this.#until(',');
    use(this.#read(text));
    return undefined;
  }

  #list(): Value[] {
    const list: Value[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === undefined) throw this.#error("a list must end with '}'");
      if (stop === '}') {
        if (this.#runes[this.#at] === ',') this.#at++;
        list.push(this.#read(text));
        return list;
      }
      list.push(this.#read(text));
    }
  }

  /** What follows `key[i]`. */
  #item(list: Value[], index: number, level: number): typeof END | undefined {
    if (++this.#lists > MAX_LISTS) throw this.#error(`lists are nested more than ${MAX_LISTS} levels deep`);
    const end = this.#afterIndex(list, index, level);
    this.#lists--;
    return end;
  }

  #afterIndex(list: Value[], index: number, level: number): typeof END | undefined {
    const { text, stop } = this.#until('[.=');
    if (text !== '') throw this.#error(`there is ${printable(text, 40)} after an index`);
    switch (stop) {
      case undefined:
        return END;
      case '=':
        this.#value((value) => this.#setIndex(list, index, value));
        return undefined;
      case '[': {
        const next = this.#index();
        if (next === undefined) return END;
        const existing = list[index];
        if (existing !== undefined && existing !== null && !Array.isArray(existing))
          throw this.#error(`item ${index} is not a list`);
        const inner = Array.isArray(existing) ? existing : [];
        const end = this.#item(inner, next, level);
        if (end !== END) this.#setIndex(list, index, inner);
        return end;
      }
      default: {
        const existing = list[index];
        const inner: ValueMap = existing !== undefined && isMap(existing) ? existing : new Map();
        // As in Helm, a new item is dropped where the text ends without a value for it.
        if (existing !== undefined) list[index] = inner;
        const end = this.key(inner, level);
        if (end !== END) this.#setIndex(list, index, inner);
        return end;
      }
    }
  }

  /** The index; undefined where the text ends inside the brackets, which Helm ignores. */
  #index(): number | undefined {
    const { text, stop } = this.#until(']');
    if (stop === undefined) return undefined;
    const index = int64Of(text);
    if (index === undefined) throw this.#error(`[${printable(text, 30)}] is not an index`);
    if (index < 0) throw this.#error(`the index ${index} is negative`);
    return Number(index);
  }

  /** Sets an item. As in Helm, an index is too large only if it has a value: `a[0][65537]` without one is ignored. */
  #setIndex(list: Value[], index: number, value: Value): void {
    if (index > MAX_INDEX) throw this.#error(`the index ${index} is larger than ${MAX_INDEX}`);
    const missing = index + 1 - list.length;
    if (missing > 0) this.#fill(list, missing);
    list[index] = value;
  }

  /** Adds empty items up to an index. Bounded: a hundred settings with an index of a million would take a gigabyte. */
  #fill(list: Value[], count: number): void {
    const filled = (FILLED.get(this.#into) ?? 0) + count;
    if (filled > MAX_FILLED) throw this.#error(`lists would have more than ${MAX_FILLED} items that nobody gave`);
    FILLED.set(this.#into, filled);
    for (let added = 0; added < count; added++) list.push(null);
  }

  /** A JSON value, with the blanks and the comma after it. */
  #jsonValue(): Value {
    if (this.#skipToValue()) return null;
    const rest = this.#runes.slice(this.#at).join('');
    const length = jsonLength(rest);
    const value = this.#read(rest.slice(0, length));
    this.#at += [...rest.slice(0, length)].length;
    this.#skipToValue();
    return value;
  }

  /** Skips blanks and at most one comma; true when there is nothing more for this key. */
  #skipToValue(): boolean {
    for (; this.#at < this.#runes.length; this.#at++) {
      const rune = this.#runes[this.#at] ?? '';
      if (rune === ',') {
        this.#at++;
        return true;
      }
      if (!SPACE.test(rune)) return false;
    }
    return true;
  }

  #until(stops: string): { text: string; stop: string | undefined } {
    let text = '';
    while (this.#at < this.#runes.length) {
      const rune = this.#runes[this.#at++] ?? '';
      if (stops.includes(rune)) return { text, stop: rune };
      if (rune === '\\' && !this.#literal) text += this.#runes[this.#at++] ?? '';
      else text += rune;
    }
    return { text, stop: undefined };
  }

  #error(message: string): PkgError {
    return new PkgError(
      'PKG_SET_SYNTAX',
      `${message} in ${this.#flag} ${printable(this.#text.replace(/=.*/s, '=…'), 80)}`,
      {
        hints: [
          'write key=value, a.b=value, a[0]=value or a={x,y}; a backslash before . , = [ { makes it a plain character',
        ],
      },
    );
  }
}

function set(data: ValueMap, key: string, value: Value): void {
  if (key !== '') data.set(key, value);
}

/** Go's `unicode.IsSpace`. */
const SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const SPACE_AROUND = new RegExp(`^${SPACE.source}+|${SPACE.source}+$`, 'gu');

const JSON_WORD = /^(?:"(?:[^"\\]|\\.)*"|true|false|null)/s;
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/;

/**
 * The length of the JSON value at the start of a text; the length of the text if it does not start with one. As in Go's
 * decoder, a value ends where it cannot continue: `a=1b=2` are two pairs.
 */
function jsonLength(text: string): number {
  const word = JSON_WORD.exec(text);
  if (word !== null) return word[0].length;
  const number = JSON_NUMBER.exec(text);
  if (number !== null) {
    const [{ length }, fraction, exponent] = number;
    const next = text[length] ?? '';
    const goesOn = exponent === undefined && (/[eE]/.test(next) || (fraction === undefined && next === '.'));
    return goesOn ? text.length : length;
  }
  if (!/^[[{]/.test(text)) return text.length;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}
