/**
 * The tables of a TOML text while it is read: which keys exist, and which of them may be defined again. This follows
 * BurntSushi's toml 1.6.0 exactly, since Helm has its results for texts that TOML forbids: `a.b = 1`, then `a = 2`.
 */
import { charge } from '../../functions/limits.ts';
import { TypedList } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { quotedKey } from './toml-print.ts';

/** The names that lead to a table or a value. */
export type Key = readonly string[];

/** A list of tables (`[[name]]`), or a list whose inline tables are being read: `[]map[string]interface {}`. */
class TableList extends TypedList {
  readonly tables: GoMap[];

  constructor() {
    const tables: GoMap[] = [];
    super('map[string]interface {}', tables);
    this.tables = tables;
  }
}

/** A key as TOML writes it, which errors show. */
export function keyText(key: Key): string {
  const text = key.map(quotedKey).join('.');
  charge(text.length);
  return text;
}

/** A key cannot be defined. The reader adds the position. */
export class KeyConflict extends Error {}

/** The tables, and the current one, in which keys are set. */
export class Tables {
  readonly root: GoMap = new Map();
  /** The full key of the current table. */
  context: Key = [];
  /** Tables that exist only since a key passes through them (`a` in `[a.b]`): they may be defined later. */
  readonly #implicit = new Set<string>();
  /** Keys whose value is a list. */
  readonly #lists = new Set<string>();

  /** Makes a table through which a dotted key passes the current one. @throws {KeyConflict} */
  enterImplicit(key: Key): void {
    this.markImplicit(key);
    this.enter(key, false);
  }

  /** Allows a table to be defined later. */
  markImplicit(key: Key): void {
    this.#implicit.add(keyText(key));
  }

  /** Makes the table of a header or an inline table the current one; with `list` a new table of a list. @throws {KeyConflict} */
  enter(key: Key, list: boolean): void {
    // A key of 100,000 parts enters as many tables, each from the root.
    charge(key.length);
    const parent = key.slice(0, -1);
    const last = key.at(-1) ?? '';
    let table = this.root;
    for (const [index, name] of parent.entries()) {
      if (!table.has(name)) {
        this.markImplicit(parent.slice(0, index + 1));
        table.set(name, new Map());
      }
      const below = tableIn(table.get(name));
      if (below === undefined) {
        throw new KeyConflict(`Key '${keyText(parent.slice(0, index + 1))}' was already created as a hash.`);
      }
      table = below;
    }
    this.context = parent;
    if (list) {
      const known = table.has(last) ? table.get(last) : new TableList();
      if (!(known instanceof TableList)) {
        throw new KeyConflict(`Key '${keyText(key)}' was already created and cannot be used as an array.`);
      }
      table.set(last, known);
      known.tables.push(new Map());
    } else {
      this.set(last, new Map());
    }
    this.context = key;
  }

  /** Sets a name in the current table. @throws {KeyConflict} */
  set(name: string, value: GoValue): void {
    let table = this.root;
    for (const [index, step] of this.context.entries()) {
      const below = tableIn(table.get(step));
      if (below === undefined) throw defined(this.context.slice(0, index + 1));
      table = below;
    }
    const key = [...this.context, name];
    const text = keyText(key);
    if (table.has(name)) {
      const isImplicit = this.#implicit.delete(text);
      if (!isImplicit) throw defined(key);
      // An implicit table is kept, since its keys were set already. Only a list of values replaces it.
      if (!this.#lists.has(text)) return;
    }
    table.set(name, value);
  }

  /** Records whether the value of a name in the current table is a list; an empty name is the current table. */
  setKind(name: string, isList: boolean): void {
    const key = name === '' ? this.context : [...this.context, name];
    const text = key.length === 0 ? '""' : keyText(key);
    if (isList) this.#lists.add(text);
    else this.#lists.delete(text);
  }
}

/** A value as a table: of a list of tables the last one; undefined for any other value. */
function tableIn(value: GoValue | undefined): GoMap | undefined {
  if (value instanceof TableList) return value.tables.at(-1);
  return value instanceof Map ? value : undefined;
}

function defined(key: Key): KeyConflict {
  return new KeyConflict(`Key '${keyText(key)}' has already been defined.`);
}
