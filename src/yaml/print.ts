/**
 * Prints YAML that every reader understands alike, whether it follows YAML 1.1 (kubectl, Helm) or 1.2.
 *
 * Block style, two spaces, lists not indented under their key (as sigs.k8s.io/yaml writes), keys in the
 * order of the map. A string is plain only if no reader takes it for anything else.
 */
import { isPlainSafe } from './scalar.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** Prints one document, ending in a newline. */
export function printYaml(value: Value): string {
  return printItem(value, '');
}

/** Prints a scalar on one line: quoted where it has to be. */
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
  // YAML 1.1 knows an exponent only after a point.
  return text.includes('.') ? text : text.replace('e', '.0e');
}

/** Each function returns whole lines; `indent` stands before each but the first, which its caller begins. */
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

/** What follows `- `, its line end included; `indent` is that of its own lines. */
export function printItem(value: Value, indent: string): string {
  if (isMap(value)) return value.size === 0 ? '{}\n' : printMap(value, indent);
  if (Array.isArray(value)) return value.length === 0 ? '[]\n' : printList(value, indent);
  return `${typeof value === 'string' ? printString(value, indent) : printScalar(value)}\n`;
}

/** What follows a key, its line end included; `indent` is that of the key. */
export function printChild(value: Value, indent: string): string {
  if (typeof value === 'string') return ` ${printString(value, `${indent}  `)}\n`;
  if (isMap(value)) return value.size === 0 ? ' {}\n' : `\n${indent}  ${printMap(value, `${indent}  `)}`;
  if (Array.isArray(value)) return value.length === 0 ? ' []\n' : `\n${indent}${printList(value, indent)}`;
  return ` ${printScalar(value)}\n`;
}

/** Readers take a key of more than 128 (go-yaml) or 1,024 characters only after `? `. */
const LONGEST_SIMPLE_KEY = 120;

/** A key, up to where its value begins. */
export function printKey(key: string, indent: string): string {
  const text = printScalar(key);
  return text.length > LONGEST_SIMPLE_KEY ? `? ${text}\n${indent}:` : `${text}:`;
}

function printString(text: string, indent: string): string {
  if (isPlainSafe(text)) return text;
  return text.includes('\n') && isBlockSafe(text) ? printBlock(text, indent) : quote(text);
}

/**
 * Only what every reader keeps as it is: printable, no break but `\n`, no line that ends in a space or
 * holds a tab first, and a first line that shows its indentation.
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

/**
 * What is not plainly printable is escaped. Of a surrogate pair nothing is: go-yaml refuses such escapes,
 * and a lone half, which UTF-8 cannot hold, is written as what UTF-8 makes of it.
 */
const ESCAPED = /["\\\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff]/g;
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function quote(text: string): string {
  return `"${text.toWellFormed().replace(ESCAPED, escapeUnit)}"`;
}

function escapeUnit(unit: string): string {
  return SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
