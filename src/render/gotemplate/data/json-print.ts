/** Prints JSON as Go's encoding/json does. */
import { chargePrint, chargeRead } from '../../functions/limits.ts';
import { GoError } from '../functions/signature.ts';
import { formatFloat } from '../../functions/floats.ts';
import { GoInt } from '../int.ts';
import { sortedKeys } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { refuseCycle, CYCLE_CHECK_DEPTH } from './cycles.ts';
import { MAX_DEPTH, StructFields, withoutType } from './plain.ts';
import { isValid, replaceInvalid } from './utf8-repair.ts';

/** What differs between the functions that print JSON. */
export type JsonStyle = {
  /** `<`, `>` and `&` are escaped. */
  escapeHtml: boolean;
  /** The indentation of each level; undefined prints all on one line. */
  indent: string | undefined;
};

/** Prints a value. @throws {GoError} for infinity, not-a-number, functions, and a value that contains itself */
export function printJson(value: GoValue, style: JsonStyle): string {
  return print(value, style, '\n', 0);
}

function print(value: GoValue, style: JsonStyle, newline: string, depth: number): string {
  const plain = withoutType(value);
  switch (typeof plain) {
    case 'string':
      chargeRead(plain);
      return jsonString(plain, style.escapeHtml);
    case 'number':
      return jsonNumber(plain);
    case 'boolean':
      return plain ? 'true' : 'false';
    default:
  }
  if (plain === null) return 'null';
  if (plain instanceof GoInt) return String(plain.value);
  if (depth === CYCLE_CHECK_DEPTH) refuseCycle(value);
  if (depth > MAX_DEPTH) throw new GoError('json: the value is nested too deeply');
  const inner = newline + (style.indent ?? '');
  const isList = Array.isArray(plain);
  chargePrint(
    isList ? plain.length : (plain instanceof StructFields ? plain.entries : (plain as GoMap)).size,
    style.indent === undefined ? 0 : depth,
  );
  let out = '';
  if (isList) {
    for (const item of plain) {
      if (out !== '') out += ',';
      if (style.indent !== undefined) out += inner;
      out += print(item, style, inner, depth + 1);
    }
  } else {
    const [map, keys] =
      plain instanceof StructFields
        ? [plain.entries, [...plain.entries.keys()]]
        : [plain as Map<string, GoValue>, sortedKeys(plain as Map<string, GoValue>)];
    const colon = style.indent === undefined ? ':' : ': ';
    for (const key of keys) {
      if (out !== '') out += ',';
      if (style.indent !== undefined) out += inner;
      out += jsonString(key, style.escapeHtml) + colon + print(map.get(key) ?? null, style, inner, depth + 1);
    }
  }
  if (out !== '' && style.indent !== undefined) out += newline;
  return isList ? `[${out}]` : `{${out}}`;
}

const PLAIN = /^[ !#-%'-;=?-[\]-\x7f]*$/;
const NOT_ASCII = /[^\x00-\x7f]/;
const HTML: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** A text of bytes in quotes. Bytes that are not UTF-8 become U+FFFD. */
export function jsonString(text: string, escapeHtml: boolean): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let out = JSON.stringify(text);
  if (escapeHtml) out = out.replace(/[<>&]/g, (character) => HTML[character] ?? character);
  if (!NOT_ASCII.test(text)) return out;
  if (!isValid(text)) out = replaceInvalid(out, '\xef\xbf\xbd');
  return out.replaceAll('\xe2\x80\xa8', '\\u2028').replaceAll('\xe2\x80\xa9', '\\u2029');
}

/** A float. It has an exponent only below 1e-6 and from 1e21 on. @throws {GoError} for infinity and not-a-number */
export function jsonNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isFinite(value)) throw new GoError(`json: unsupported value: ${formatFloat(value, 'g', -1)}`);
  const size = Math.abs(value);
  if (size >= 1e-6 && size < 1e21) return formatFloat(value, 'f', -1);
  // Go writes 1e-07, its JSON 1e-7.
  return formatFloat(value, 'e', -1).replace(/e-0(\d)$/, 'e-$1');
}
