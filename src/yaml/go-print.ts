/**
 * Prints YAML as sigs.k8s.io/yaml marshals it: keys in go-yaml's order, lists not indented below their key, texts quoted
 * only where go-yaml 2 quotes them, and folded at 80 columns. For the files that Helm writes into a package.
 */
import { compareRunes } from './go-keys.ts';
import { printText } from './go-text.ts';
import type { Dialect } from './go-text.ts';
import { printScalar } from './print.ts';
import { encodeText } from '../utf8.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

const DIALECT: Dialect = { width: 80, version: 2 };

/** Prints one document, ending in a newline. */
export function printGoYaml(value: Value): string {
  return Buffer.from(printItem(value, 0), 'latin1').toString('utf8');
}

/** Prints the value of a document or of a list's item, which stands at a column. The result has one byte a character. */
function printItem(value: Value, column: number): string {
  if (isMap(value) && value.size > 0) return printMap(value, column);
  if (Array.isArray(value) && value.length > 0) return printList(value, column);
  return printLeaf(value, column, column);
}

function printMap(value: ValueMap, column: number): string {
  const keys = [...value.keys()].sort((a, b) => compareRunes([...a], [...b], 2));
  const pad = ' '.repeat(column);
  return keys
    .map((key) => {
      const shown = `${printText(encodeText(key), { indent: column + 2, column, simpleKey: true }, DIALECT)}:`;
      const child = value.get(key) ?? null;
      if (isMap(child) && child.size > 0) return `${shown}\n${pad}  ${printMap(child, column + 2)}`;
      if (Array.isArray(child) && child.length > 0) return `${shown}\n${pad}${printList(child, column)}`;
      return `${shown} ${printLeaf(child, column + 2, column + shown.length + 1)}`;
    })
    .join(pad);
}

function printList(value: readonly Value[], column: number): string {
  return value.map((one) => `- ${printItem(one, column + 2)}`).join(' '.repeat(column));
}

/** Prints a scalar or an empty collection. @param indent of the lines after the first */
function printLeaf(value: Value, indent: number, column: number): string {
  if (isMap(value)) return '{}\n';
  if (Array.isArray(value)) return '[]\n';
  if (typeof value !== 'string') return `${printScalar(value)}\n`;
  const shown = printText(encodeText(value), { indent, column, simpleKey: false }, DIALECT);
  return /(?:\n|\xe2\x80[\xa8\xa9])$/.test(shown) ? shown : `${shown}\n`;
}
