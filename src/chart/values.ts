/** Merging values as Helm 4.3 does (pkg/chart/common/util/coalesce.go, internal/chart loader's MergeMaps). */
import { printable } from '../errors-text.ts';
import { ValueError } from './value-error.ts';
import { cloneValue, isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';

/** Merges values as those of several `-f` files: maps key by key, anything else is replaced, nulls stay. */
export function mergeValues(base: ValueMap, over: ValueMap): ValueMap {
  const merged: ValueMap = new Map(base);
  for (const [key, value] of over) {
    const below = merged.get(key);
    merged.set(key, isMap(value) && isMap(below) ? mergeValues(below, value) : value);
  }
  return merged;
}

/** The part of the coalesced values of a chart that its subchart sees. */
export function subchartValues(values: ValueMap, name: string): ValueMap {
  const own = values.get(name);
  return isMap(own) ? own : new Map();
}

/** What merging needs of a chart. */
export type ChartDefaults = {
  metadata: { name: string };
  values: ValueMap;
  dependencies: readonly ChartDefaults[];
};

/** The merged values of a chart tree, and Helm's warnings about them. */
export type Coalesced = { values: ValueMap; warnings: string[] };

/**
 * Merges the user's values over the defaults of a chart and its subcharts: a null deletes a default, and each subchart gets
 * its block with `global` filled in. The result shares nothing with the chart and the user's values, so it may be changed.
 *
 * @throws {ValueError} `PKG_VALUES_INVALID` where the block of a subchart is not a map
 */
export function coalesceValues(chart: ChartDefaults, userValues: ValueMap): Coalesced {
  const coalescer = new Coalescer();
  const values = coalescer.tree(chart, userValues, false);
  coalescer.unshare(values);
  return { values, warnings: coalescer.warnings };
}

/** How nulls are merged: with `keepNulls` they stay and delete nothing, as in Helm's MergeValues. */
export type MergeOptions = { keepNulls?: boolean };

/**
 * As {@link coalesceValues}, for reading only: maps that the merge did not change are shared with the chart and the user's
 * values.
 */
export function coalescedView(
  chart: ChartDefaults,
  userValues: ValueMap,
  { keepNulls = false }: MergeOptions = {},
): ValueMap {
  return new Coalescer().tree(chart, userValues, keepNulls);
}

/** The merged defaults with their nulls. Maps may be changed, and are shared where Helm shares them. */
export function mergedDefaults(chart: ChartDefaults): ValueMap {
  const coalescer = new Coalescer();
  const values = coalescer.tree(chart, new Map(), true);
  coalescer.unshare(values);
  return values;
}

/**
 * Fills `over` with what only `under` has, as Helm's MergeTables does: both are changed, and a map that `over` lacks is the
 * same one in both from then on.
 *
 * @returns `over`; undefined where a map would be a part of itself: Helm crashes there
 */
export function shareTables(over: ValueMap, under: ValueMap): ValueMap | undefined {
  return share(over, under, 0) && !holdsItself(over, new Set(), new Set()) ? over : undefined;
}

/** Maps are deeper than YAML allows only if a map is a part of itself. */
const MAX_SHARED_DEPTH = 1000;

function share(over: ValueMap, under: ValueMap, depth: number): boolean {
  if (depth > MAX_SHARED_DEPTH) return false;
  for (const [key, value] of over) if (value === null) under.set(key, null);
  return [...under].every(([key, value]) => {
    const given = over.get(key);
    if (given === undefined) over.set(key, value);
    else if (isMap(value) && isMap(given) && value !== given) return share(given, value, depth + 1);
    return true;
  });
}

function holdsItself(map: ValueMap, around: Set<ValueMap>, known: Set<ValueMap>): boolean {
  if (around.has(map)) return true;
  if (known.has(map)) return false;
  known.add(map);
  around.add(map);
  const found = [...map.values()].some((value) => isMap(value) && holdsItself(value, around, known));
  around.delete(map);
  return found;
}

/** Merges `over` over `under`. Unchanged maps are shared. */
export function coalesceTables(over: ValueMap, under: ValueMap, { keepNulls = false }: MergeOptions = {}): ValueMap {
  return new Coalescer().tables(over, under, '', keepNulls);
}

/**
 * Merges without changing what it is given: a map is copied when it first changes, so that charts with dozens of
 * subcharts are not copied whole at each level of them.
 */
class Coalescer {
  readonly warnings: string[] = [];
  /** The maps and lists that were made here: these change in place. */
  readonly #own: Set<Value> = new Set();

  tree(chart: ChartDefaults, userValues: ValueMap, keepNulls: boolean): ValueMap {
    const values = this.#copy(userValues);
    this.#chart(chart, values, [chart.metadata.name], keepNulls);
    return values;
  }

  /**
   * @param values changed in place
   * @param names those of the charts that lead here, the top one first, this one last
   */
  #chart(chart: ChartDefaults, values: ValueMap, names: readonly string[], keepNulls: boolean): void {
    this.#defaults(chart, values, names.join('.'), keepNulls);
    for (const child of chart.dependencies) {
      const { name } = child.metadata;
      const given = values.has(name) ? values.get(name) : new Map();
      if (!isMap(given)) throw notAMap([...names.slice(1), name], given);
      const own = this.#changeable(given);
      values.set(name, own);
      this.#globals(own, values);
      this.#chart(child, own, [...names, name], keepNulls);
    }
  }

  #defaults(chart: ChartDefaults, values: ValueMap, at: string, keepNulls: boolean): void {
    for (const [key, fallback] of chart.values) {
      const given = values.get(key);
      if (given === undefined) {
        if (keepNulls || fallback !== null) values.set(key, keepNulls ? fallback : withoutNulls(fallback));
      } else if (given === null && !keepNulls) {
        values.delete(key);
      } else if (isMap(given)) {
        if (isMap(fallback)) {
          const keep = keepNulls || chart.dependencies.some((child) => child.metadata.name === key);
          values.set(key, this.tables(given, keep ? fallback : withoutNulls(fallback), join(at, key), keep));
        } else if (fallback !== null) {
          this.warnings.push(`skipped value for ${join(at, key)}: Not a table.`);
        }
      }
    }
  }

  /**
   * The parent's globals win over the child's, merged downwards. As in Helm only the upper two levels are copies:
   * below them parent and child share their maps, so the parent sees what the child's defaults add there.
   */
  #globals(child: ValueMap, parent: ValueMap): void {
    // A null counts as present, but not as a map.
    const above = parent.has('global') ? parent.get('global') : new Map();
    const below = child.has('global') ? child.get('global') : new Map();
    if (!isMap(above) || !isMap(below)) {
      this.warnings.push('skipping globals because they are not a table.');
      return;
    }
    const into = this.#changeable(below);
    child.set('global', into);
    if (above.size === 0) return;
    const from = this.#changeable(above);
    parent.set('global', from);
    for (const [key, value] of from) {
      const given = into.get(key);
      if (isMap(value)) {
        if (given !== undefined && !isMap(given)) {
          this.warnings.push(`Conflict: cannot merge map onto non-map for "${key}". Skipping.`);
          continue;
        }
        const shared = this.#shareable(value);
        from.set(key, shared);
        const copy = this.#copy(shared);
        into.set(key, given === undefined ? copy : this.tables(copy, given, '', true));
      } else if (isMap(given)) this.warnings.push(`key ${key} is table. Skipping`);
      else into.set(key, this.#hold(from, key, value));
    }
  }

  /** Adds to `over` the keys that only `under` has, in place if `over` was made here. @returns the result */
  tables(over: ValueMap, under: ValueMap, prefix: string, keepNulls: boolean): ValueMap {
    // The same map has nothing to add.
    if (over === under) return over;
    let filled = over;
    for (const [key, value] of under) {
      const given = filled.get(key);
      if (given === undefined) filled = this.#changeable(filled).set(key, value);
      else if (given === null && value !== null && !keepNulls) {
        filled = this.#changeable(filled);
        filled.delete(key);
      } else if (isMap(value)) {
        if (isMap(given)) {
          const inner = this.tables(given, value, join(prefix, key), keepNulls);
          if (inner !== given) filled = this.#changeable(filled).set(key, inner);
        } else this.warnings.push(`cannot overwrite table with non table for ${join(prefix, key)}`);
      } else if (isMap(given) && value !== null) {
        this.warnings.push(`destination for ${join(prefix, key)} is a table. Ignoring non-table value`);
      }
    }
    return filled;
  }

  /** Copies maps and lists that belong to the chart or the user. Those that were made here stay, and may occur twice. */
  unshare(values: ValueMap, done: Set<ValueMap> = new Set()): void {
    done.add(values);
    values.forEach((value, key) => {
      if (typeof value !== 'object' || value === null) return;
      if (!this.#own.has(value)) values.set(key, cloneValue(value));
      else if (isMap(value) && !done.has(value)) this.unshare(value, done);
    });
  }

  #copy(map: ValueMap): ValueMap {
    const copy: ValueMap = new Map(map);
    this.#own.add(copy);
    return copy;
  }

  #changeable(map: ValueMap): ValueMap {
    return this.#own.has(map) ? map : this.#copy(map);
  }

  /** A map to be copied by reference: later changes of the maps and lists in it are seen by all of its copies. */
  #shareable(map: ValueMap): ValueMap {
    const shared = this.#changeable(map);
    for (const [key, value] of shared) this.#hold(shared, key, value);
    return shared;
  }

  /** A value of a map that other maps may share from now on; it is changed in place. */
  #hold(map: ValueMap, key: string, value: Value): Value {
    if (typeof value !== 'object' || value === null || this.#own.has(value)) return value;
    const own = isMap(value) ? new Map(value) : cloneValue(value);
    this.#own.add(own);
    map.set(key, own);
    return own;
  }
}

function notAMap(path: readonly string[], value: Value | undefined): ValueError {
  const kind = typeof value === 'bigint' ? 'number' : typeof value;
  // The value itself is not shown: it may be a secret.
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${kind}`;
  const name = path.map((part) => printable(part, 60)).join('.');
  const error = new ValueError('PKG_VALUES_INVALID', `the values of the subchart ${name} are ${what}, not a map`, {
    hints: ['give a map, {} for an empty one, or leave it out'],
  });
  error.valuePath = path;
  return error;
}

/** Removes defaults that are null. A value without any is returned unchanged. */
function withoutNulls<T extends Value>(value: T): T;
function withoutNulls(value: Value): Value {
  if (!isMap(value)) return value;
  let result = value;
  value.forEach((item, key) => {
    const inner = withoutNulls(item);
    if (inner !== null && inner === item) return;
    if (result === value) result = new Map(value);
    if (inner === null) result.delete(key);
    else result.set(key, inner);
  });
  return result;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}
