/**
 * JSON to and from values. Keys keep their order: plain objects of JavaScript would put `443` before `http`.
 */
import { parseJson } from '../../../yaml/json.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';

/** Prints JSON on one line, or on many with `indent` at each level. */
export function printJsonValue(value: Value, indent = ''): string {
  return print(value, indent, indent === '' ? '' : '\n');
}

function print(value: Value, indent: string, line: string): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) {
    return wrap(
      '[]',
      value.map((item) => print(item, indent, line + indent)),
      indent,
      line,
    );
  }
  if (!isMap(value)) return JSON.stringify(value);
  const colon = indent === '' ? ':' : ': ';
  return wrap(
    '{}',
    Array.from(value, ([key, item]) => JSON.stringify(key) + colon + print(item, indent, line + indent)),
    indent,
    line,
  );
}

function wrap(brackets: string, parts: readonly string[], indent: string, line: string): string {
  if (parts.length === 0) return brackets;
  return brackets.slice(0, 1) + line + indent + parts.join(`,${line}${indent}`) + line + brackets.slice(1);
}

/**
 * Reads JSON into values.
 *
 * @throws {PkgError} `PKG_YAML_SYNTAX` with the position, for text that is not JSON
 */
export function parseJsonValue(text: string, file: string): Value {
  // The text below is known to be JSON, so the first character of a token tells its type.
  parseJson(text, file);
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0] ?? '';
    at += token.length;
    return token.trim();
  };
  const readValue = (): Value => {
    const token = take(TOKEN);
    if (token === '[') return readList();
    if (token === '{') return readMap();
    const value = JSON.parse(token) as Value;
    const isInteger = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?[0-9]+$/.test(token);
    return isInteger ? BigInt(token) : value;
  };
  const readList = (): Value[] => {
    const list: Value[] = [];
    while (take(CLOSE) === '') {
      list.push(readValue());
      take(COMMA);
    }
    return list;
  };
  const readMap = (): ValueMap => {
    const map: ValueMap = new Map();
    while (take(CLOSE) === '') {
      const key = JSON.parse(take(TOKEN)) as string;
      take(COLON);
      map.set(key, readValue());
      take(COMMA);
    }
    return map;
  };
  return readValue();
}

const TOKEN = /[ \t\r\n]*("(?:[^"\\]|\\.)*"|[[{]|[^\s"[\]{},:]+)/y;
const CLOSE = /[ \t\r\n]*[\]}]/y;
const COMMA = /[ \t\r\n]*,/y;
const COLON = /[ \t\r\n]*:/y;
