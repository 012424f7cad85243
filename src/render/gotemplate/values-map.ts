/** Maps of Helm's type `common.Values`, as `.` and `.Values` are, with their methods (helm v4, pkg/chart/common/values.go). */
import { FunctionNotLoaded } from './exec-errors.ts';
import { findFunction } from './functions/index.ts';
import { fn, GoError } from './functions/signature.ts';
import type { FunctionHost } from './template.ts';
import { quoteGo } from '../functions/quote.ts';
import { TypedMap } from './value.ts';
import type { GoMap, GoValue, Methods } from './value.ts';

/** A `common.Values` with these entries, which are not copied. */
export function valuesMap(entries: GoMap): TypedMap {
  return new TypedMap('interface {}', entries, { type: 'common.Values', methods: methodsOf(entries) });
}

function methodsOf(entries: GoMap): Methods {
  return {
    AsMap: fn([], () => entries),
    Table: fn(['string'], (_host, path) => valuesMap(tableAt(entries, path.split('.')))),
    PathValue: fn(['string'], (_host, path) => valueAt(entries, path)),
    YAML: fn([], (host) => `${toYaml(host, entries)}\n`),
  };
}

function tableAt(entries: GoMap, path: readonly string[]): GoMap {
  let table = entries;
  for (const step of path) {
    const below = table.get(step);
    if (below instanceof Map) table = below;
    else if (below instanceof TypedMap && below.type === 'common.Values') table = below.entries;
    else throw new GoError(`${quoteGo(step)} is not a table`);
  }
  return table;
}

function valueAt(entries: GoMap, path: string): GoValue {
  if (path === '') throw new GoError('YAML path cannot be empty');
  const steps = path.split('.');
  const key = steps.pop() as string;
  let value: GoValue | undefined;
  try {
    value = tableAt(entries, steps).get(key);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
  }
  if (value === undefined || value instanceof Map) throw new GoError(`${quoteGo(key)} is not a value`);
  return value;
}

function toYaml(host: FunctionHost, value: GoValue): string {
  const found = findFunction('toYaml');
  if (found === undefined) throw new FunctionNotLoaded('toYaml');
  const call = found.call as (host: FunctionHost, value: GoValue) => string;
  return call(host, value);
}
