/** Merging values as Helm 4.2 does (pkg/chart/common/util/coalesce.go, internal/chart loader's MergeMaps). */
import { printable } from '../errors-text.ts';
import type { Chart } from './chart.ts';
import { ValueFault } from './value-fault.ts';
import { cloneValue, isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';

/** As several `-f` files merge: maps key by key, anything else is replaced; nulls are kept. */
export function mergeValues(base: ValueMap, over: ValueMap): ValueMap {
  const merged: ValueMap = new Map(base);
  for (const [key, value] of over) {
    const below = merged.get(key);
    merged.set(key, isMap(value) && isMap(below) ? mergeValues(below, value) : value);
  }
  return merged;
}

/** What a subchart sees of its parent's coalesced values. */
export function subchartValues(values: ValueMap, name: string): ValueMap {
  const own = values.get(name);
  return isMap(own) ? own : new Map();
}

/** The merged values of a chart tree, and what Helm warns of on the way. */
export type Coalesced = { values: ValueMap; warnings: string[] };

/**
 * The user's values over the defaults of a chart and its subcharts: a null deletes a default, each subchart
 * gets its block with `global` filled in.
 *
 * @param keepNulls nulls neither delete nor go away: Helm's MergeValues
 * @throws {ValueFault} `PKG_VALUES_INVALID` where the block of a subchart is not a map
 */
export function coalesceValues(chart: Chart, userValues: ValueMap, keepNulls = false): Coalesced {
  const coalescer = new Coalescer();
  const values = cloneValue(userValues);
  coalescer.chart(chart, values, [chart.metadata.name], keepNulls);
  return { values, warnings: coalescer.warnings };
}

/** The values of `over` win; nulls of `over` delete unless nulls are kept. */
export function coalesceTables(over: ValueMap, under: ValueMap, keepNulls = false): ValueMap {
  const merged = cloneValue(over);
  new Coalescer().tables(merged, cloneValue(under), '', keepNulls);
  return merged;
}

class Coalescer {
  readonly warnings: string[] = [];

  /** @param names those of the charts that lead here, the top one first, this one last */
  chart(chart: Chart, values: ValueMap, names: readonly string[], keepNulls: boolean): void {
    this.#defaults(chart, values, names.join('.'), keepNulls);
    for (const child of chart.dependencies) {
      const { name } = child.metadata;
      if (!values.has(name)) values.set(name, new Map());
      const own = values.get(name);
      if (!isMap(own)) throw notAMap([...names.slice(1), name], own);
      this.#globals(own, values);
      this.chart(child, own, [...names, name], keepNulls);
    }
  }

  #defaults(chart: Chart, values: ValueMap, at: string, keepNulls: boolean): void {
    for (const [key, fallback] of cloneValue(chart.values)) {
      const given = values.get(key);
      if (!values.has(key)) {
        if (keepNulls || fallback !== null) values.set(key, keepNulls ? fallback : withoutNulls(fallback));
      } else if (given === null && !keepNulls) {
        values.delete(key);
      } else if (isMap(given)) {
        if (isMap(fallback)) {
          const keep = keepNulls || chart.dependencies.some((child) => child.metadata.name === key);
          this.tables(given, keep ? fallback : withoutNulls(fallback), join(at, key), keep);
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
    // A null is there, and is no table.
    const from = parent.has('global') ? parent.get('global') : new Map();
    const into = child.has('global') ? child.get('global') : new Map();
    if (!isMap(from) || !isMap(into)) {
      this.warnings.push('skipping globals because they are not a table.');
      return;
    }
    for (const [key, value] of from) {
      const below = into.get(key);
      if (isMap(value)) {
        if (below === undefined) into.set(key, new Map(value));
        else if (!isMap(below)) this.warnings.push(`Conflict: cannot merge map onto non-map for "${key}". Skipping.`);
        else {
          const merged = new Map(value);
          this.tables(merged, below, '', true);
          into.set(key, merged);
        }
      } else if (isMap(below)) this.warnings.push(`key ${key} is table. Skipping`);
      else into.set(key, value);
    }
    child.set('global', into);
  }

  /** Fills `over` with what only `under` has; in place. */
  tables(over: ValueMap, under: ValueMap, prefix: string, keepNulls: boolean): void {
    for (const [key, value] of under) {
      const given = over.get(key);
      const at = join(prefix, key);
      if (!over.has(key)) over.set(key, value);
      else if (given === null && value !== null && !keepNulls) over.delete(key);
      else if (isMap(value)) {
        if (isMap(given)) this.tables(given, value, at, keepNulls);
        else this.warnings.push(`cannot overwrite table with non table for ${at}`);
      } else if (isMap(given) && value !== null) {
        this.warnings.push(`destination for ${at} is a table. Ignoring non-table value`);
      }
    }
  }
}

function notAMap(path: readonly string[], value: Value | undefined): ValueFault {
  const kind = typeof value === 'bigint' ? 'number' : typeof value;
  // The value itself is not shown: it may be a secret.
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${kind}`;
  const name = path.map((part) => printable(part, 60)).join('.');
  const fault = new ValueFault('PKG_VALUES_INVALID', `the values of the subchart ${name} are ${what}, not a map`, {
    hints: ['give a map, {} for an empty one, or leave it out'],
  });
  fault.valuePath = path;
  return fault;
}

/** A default that is null says nothing. */
function withoutNulls<T extends Value>(value: T): T;
function withoutNulls(value: Value): Value {
  if (!isMap(value)) return value;
  const kept: ValueMap = new Map();
  value.forEach((item, key) => {
    if (item !== null) kept.set(key, withoutNulls(item));
  });
  return kept;
}

function join(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}
