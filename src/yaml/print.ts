/**
 * Prints YAML that readers of YAML 1.1 (kubectl, Helm) and 1.2 read as the same data: in block style, indented by two
 * blanks, lists at the column of their key (as sigs.k8s.io/yaml prints them), keys in the order of the map. A text is
 * quoted where some reader would take it for something else.
 */
import { isPlainSafe } from './scalar.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** Prints one document, ending in a newline. */
export function printYaml(value: Value): string {
  return printItem(value, '');
}

/**
 * Prints one document without a newline at its end, for texts that end where the document does. A string at its very
 * end that ends in a line break is quoted: a block without its newline would be the string without its line break.
 */
export function printYamlText(value: Value): string {
  const last = lastOf(value);
  if (typeof last !== 'string' || !last.endsWith('\n')) return printYaml(value).slice(0, -1);
  return printYaml(withLast(value, 'x')).slice(0, -'x\n'.length) + quote(last);
}

/** The scalar that is printed at the end of a value; undefined for an empty collection. */
function lastOf(value: Value | undefined): Value | undefined {
  if (Array.isArray(value)) return lastOf(value.at(-1));
  return isMap(value) ? lastOf([...value.values()].at(-1)) : value;
}

/** The value with another scalar at its end. */
function withLast(value: Value, last: Value): Value {
  if (Array.isArray(value)) return value.with(-1, withLast(value.at(-1) ?? null, last));
  if (!isMap(value)) return last;
  const [key, inner] = [...value].at(-1) ?? ['', null];
  return new Map(value).set(key, withLast(inner, last));
}

/** Prints a scalar on one line, in quotes where it needs them. */
export function printScalar(value: null | boolean | number | bigint | string): string {
  switch (typeof value) {
    case 'string':
      return isPlainSafe(value) ? value : quote(value);
    case 'number':
      return printNumber(value);
    default:
      return String(value);
  }
}

function printNumber(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
  const text = Math.abs(value) >= 2 ** 53 ? value.toExponential() : String(value);
  // In YAML 1.1 `1e+21` is a text, and `1.0e+21` a number.
  return text.includes('.') ? text : text.replace('e', '.0e');
}

/** Like all functions below it returns whole lines. `indent` stands before each of them but the first, which the caller began. */
function printMap(map: ValueMap, indent: string): string {
  let out = '';
  let lead = '';
  for (const [key, value] of map) {
    out += lead + printKey(key, indent) + printChild(value, indent);
    lead = indent;
  }
  return out;
}

function printList(list: readonly Value[], indent: string): string {
  let out = '';
  let lead = '';
  const deeper = `${indent}  `;
  for (const value of list) {
    out += `${lead}- ${printItem(value, deeper)}`;
    lead = indent;
  }
  return out;
}

/** Prints what follows `- `, with the line break; `indent` is that of its further lines. */
export function printItem(value: Value, indent: string): string {
  if (isMap(value)) return value.size === 0 ? '{}\n' : printMap(value, indent);
  if (Array.isArray(value)) return value.length === 0 ? '[]\n' : printList(value, indent);
  return `${typeof value === 'string' ? printString(value, indent) : printScalar(value)}\n`;
}

/** Prints what follows the colon of a key, with the line break; `indent` is that of the key. */
export function printChild(value: Value, indent: string): string {
  if (typeof value === 'string') return ` ${printString(value, `${indent}  `)}\n`;
  if (isMap(value)) return value.size === 0 ? ' {}\n' : `\n${indent}  ${printMap(value, `${indent}  `)}`;
  if (Array.isArray(value)) return value.length === 0 ? ' []\n' : `\n${indent}${printList(value, indent)}`;
  return ` ${printScalar(value)}\n`;
}

/** YAML allows a key before its colon up to 1,024 characters; go-yaml prints it after `? ` from 128 on. */
const MAX_SIMPLE_KEY_LENGTH = 120;

/** Prints a key with its colon. */
export function printKey(key: string, indent: string): string {
  const text = printScalar(key);
  return text.length > MAX_SIMPLE_KEY_LENGTH ? `? ${text}\n${indent}:` : `${text}:`;
}

function printString(text: string, indent: string): string {
  if (isPlainSafe(text)) return text;
  return text.includes('\n') && isBlockSafe(text) ? printBlock(text, indent) : quote(text);
}

/**
 * A text is printed as a block only if every reader keeps it as it is: all characters can be printed, LF is the only line
 * break, no line ends in a blank, and the first line does not begin with one. This matches any other text.
 */
const NOT_BLOCK = /[^\n\x20-\x7e\u00a1-\u02ff\u0370-\u1fff\u3040-\ud7ff\uac00-\ud7ff]|^[ \n]|[ ]$|[ ]\n|^\n*$/;

function isBlockSafe(text: string): boolean {
  return !NOT_BLOCK.test(text);
}

function printBlock(text: string, indent: string): string {
  const pad = indent === '' ? '  ' : indent;
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const chomp = body === text ? '|-' : body.endsWith('\n') ? '|+' : '|';
  return `${chomp}\n${body.replace(/^(?=.)/gm, pad)}`;
}

/** Escaped in double quotes: what cannot be seen. Not surrogates, since go-yaml refuses escapes of pairs (`\ud83d\ude00`). */
const ESCAPED = /["\\\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff]/g;
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function quote(text: string): string {
  return `"${text.toWellFormed().replace(ESCAPED, escapeUnit)}"`;
}

function escapeUnit(unit: string): string {
  return SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
