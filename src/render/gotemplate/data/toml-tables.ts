/**
 * The tables of a TOML text while it is read: which keys are there, and which may be defined once more. As
 * BurntSushi's toml 1.6.0 keeps them, whose answers to doubtful texts (`a.b = 1`, then `a = 2`) Helm gives.
 */
import { TypedList } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { quotedKey } from './toml-print.ts';

/** The names that lead to a table or a value. */
export type Key = readonly string[];

/** `[[name]]`, or inline tables of one list while it is read: `[]map[string]interface {}`. */
class TableList extends TypedList {
  readonly tables: GoMap[];

  constructor() {
    const tables: GoMap[] = [];
    super('map[string]interface {}', tables);
    this.tables = tables;
  }
}

/** A key as errors name it. */
export function keyText(key: Key): string {
  return key.map(quotedKey).join('.');
}

/** What cannot be defined; the reader adds where. */
export class KeyConflict extends Error {}

/** The tables, and the one that is written to. */
export class Tables {
  readonly root: GoMap = new Map();
  /** The full key of the table that is written to. */
  context: Key = [];
  /** Tables that are there only because a key passes through them: they may be defined. */
  readonly #implicit = new Set<string>();
  /** Keys whose value is a list. */
  readonly #lists = new Set<string>();

  /** Opens a table that a dotted key passes through. */
  enterImplicit(key: Key): void {
    this.markImplicit(key);
    this.enter(key, false);
  }

  markImplicit(key: Key): void {
    this.#implicit.add(keyText(key));
  }

  /** Opens the table of a header, or of an inline table; with `list` one more table of a list. @throws KeyConflict */
  enter(key: Key, list: boolean): void {
    const parent = key.slice(0, -1);
    const last = key.at(-1) ?? '';
    let table = this.root;
    for (const [index, name] of parent.entries()) {
      const path = parent.slice(0, index + 1);
      if (!table.has(name)) {
        this.markImplicit(path);
        table.set(name, new Map());
      }
      const below = tableIn(table.get(name));
      if (below === undefined) throw new KeyConflict(`Key '${keyText(path)}' was already created as a hash.`);
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

  /** Sets a name in the table that is written to. @throws KeyConflict */
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
      // The table that is there already is the one that was meant; a list is there with its tables only.
      if (!this.#lists.has(text)) return;
    }
    table.set(name, value);
  }

  /** Says of a name whether its value is a list; without a name, of the table that is written to. */
  setKind(name: string, isList: boolean): void {
    const key = name === '' ? this.context : [...this.context, name];
    const text = key.length === 0 ? '""' : keyText(key);
    if (isList) this.#lists.add(text);
    else this.#lists.delete(text);
  }
}

/** A table, or the last one of a list of tables. */
function tableIn(value: GoValue | undefined): GoMap | undefined {
  if (value instanceof TableList) return value.tables.at(-1);
  return value instanceof Map ? value : undefined;
}

function defined(key: Key): KeyConflict {
  return new KeyConflict(`Key '${keyText(key)}' has already been defined.`);
}
