/** Prints TOML as BurntSushi's encoder does: in each table its values first, then its tables, indented by their depth. */
import { charge, chargeCharacters, chargePrint, chargeRead, chargeVisit } from '../../functions/limits.ts';
import { shortestFloat } from '../../functions/floats.ts';
import { GoError } from '../functions/signature.ts';
import { GoInt } from '../int.ts';
import { GoComplex, GoObject, TypedList, TypedMap, entriesOf, itemsOf, sortedKeys } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { MAX_DEPTH } from './plain.ts';

/** Prints a value. @throws {GoError} for a value that TOML does not have */
export function printToml(value: GoValue): string {
  if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  return new TomlPrinter().print(value);
}

/** What a value is in TOML: nothing, a table, a list of tables (`[[name]]`), or any other value. */
type TomlType = 'nil' | 'table' | 'tables' | 'other';

class TomlPrinter {
  #out = '';

  print(value: GoValue): string {
    this.#encode([], value);
    return this.#out;
  }

  #encode(key: readonly string[], value: GoValue): void {
    const type = typeOf(value, 0);
    if (type === 'nil') return;
    if (key.length > MAX_DEPTH) throw new GoError('toml: the value is nested too deeply');
    if (type === 'table') this.#table(key, fieldsOf(value));
    else if (type === 'tables') this.#tables(key, itemsOf(value) ?? []);
    else this.#entry(key, value);
  }

  #entry(key: readonly string[], value: GoValue): void {
    if (key.length === 0) {
      this.#out += element(value);
      return;
    }
    this.#out += `${indentOf(key)}${quotedKey(key.at(-1) ?? '')} = ${element(value)}\n`;
  }

  #table(key: readonly string[], fields: readonly [string, GoValue][]): void {
    chargeHead(key);
    if (key.length === 1 && this.#out !== '') this.#out += '\n';
    if (key.length > 0) this.#out += `${indentOf(key)}[${key.map(quotedKey).join('.')}]\n`;
    this.#fields(key, fields);
  }

  #tables(key: readonly string[], items: readonly GoValue[]): void {
    if (key.length === 0) throw new GoError('toml: top-level values must be Go maps or structs');
    for (const item of items) {
      chargeHead(key);
      if (this.#out !== '') this.#out += '\n';
      this.#out += `${indentOf(key)}[[${key.map(quotedKey).join('.')}]]\n`;
      this.#fields(key, fieldsOf(item));
    }
  }

  #fields(key: readonly string[], fields: readonly [string, GoValue][]): void {
    for (const [name, value] of tablesLast(fields)) this.#encode([...key, name], value);
  }
}

/** Charges for the header of a table, which has the names of all tables around it. */
function chargeHead(key: readonly string[]): void {
  charge(10 * key.length);
  for (const name of key) chargeRead(name);
}

function indentOf(key: readonly string[]): string {
  return '  '.repeat(key.length - 1);
}

/** The fields of a map or a struct, in the order in which they are printed. */
function fieldsOf(value: GoValue): [string, GoValue][] {
  chargePrint(entriesOf(value)?.size ?? 0);
  if (value instanceof GoObject) return Object.entries(value.fields).filter(([name]) => /^[A-Z]/.test(name));
  const map: GoMap = entriesOf(value) ?? new Map();
  return sortedKeys(map).map((key) => [key, map.get(key) ?? null]);
}

/** The fields with the tables after the others. */
function tablesLast(fields: readonly [string, GoValue][]): [string, GoValue][] {
  const typed = fields.map(([name, value]) => ({ name, value, type: typeOf(value, 0) }));
  const isTable = ({ type }: { type: TomlType }): boolean => type === 'table' || type === 'tables';
  return [...typed.filter((field) => !isTable(field)), ...typed.filter(isTable)].map(({ name, value }) => [
    name,
    value,
  ]);
}

function typeOf(value: GoValue, depth: number): TomlType {
  if (depth > MAX_DEPTH) throw new GoError('toml: the value is nested too deeply');
  if (value === null) return 'nil';
  if (typeof value === 'function') throw new GoError('unsupported type: func');
  if (value instanceof GoComplex) throw new GoError('unsupported type: complex128');
  if (value instanceof GoObject) return value.json === undefined ? 'table' : 'other';
  if (value instanceof TypedMap) return value.isNil ? 'nil' : 'table';
  if (value instanceof Map) return 'table';
  if (value instanceof TypedList && value.isNil) return 'nil';
  const items = itemsOf(value);
  if (items === undefined || items.length === 0) return 'other';
  chargeVisit(items.length);
  let all = true;
  for (const item of items) {
    const type = typeOf(item, depth + 1);
    if (type === 'nil') throw new GoError('toml: cannot encode array with nil element');
    if (type !== 'table') all = false;
  }
  return all ? 'tables' : 'other';
}

/** A value behind `=`, or in a list. */
function element(value: GoValue): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return String(value);
    case 'number':
      return float(value);
    default:
  }
  if (value instanceof GoInt) {
    return value.type === 'time.Duration' && value.text !== undefined ? quoted(value.text()) : String(value.value);
  }
  const items = itemsOf(value);
  if (items !== undefined) {
    chargePrint(items.length);
    return `[${items.map(element).join(', ')}]`;
  }
  if (value instanceof GoObject && value.json !== undefined) {
    const text = value.json();
    // A time is printed without quotes.
    return typeof text === 'string' && value.type !== 'time.Time' ? quoted(text) : String(text);
  }
  return inlineTable(value);
}

function inlineTable(value: GoValue): string {
  const fields = fieldsOf(value);
  const sorted = tablesLast(fields);
  const last = sorted.at(-1);
  let out = '';
  for (const field of sorted) {
    const [name, item] = field;
    if (typeOf(item, 0) === 'nil') continue;
    // As in toml, a comma follows each field but the last, even where the last one is nil and not printed.
    out += `${quotedKey(name)} = ${element(item)}${field === last ? '' : ', '}`;
  }
  return `{${out}}`;
}

function float(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const text = shortestFloat(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A key, in quotes where it needs them. */
export function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function quoted(text: string): string {
  chargeCharacters(text);
  const inner = text.replace(
    /["\\\x00-\x1f\x7f]/g,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${inner}"`;
}
