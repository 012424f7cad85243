/** Which subcharts take part: conditions, tags, aliases, import-values (helm v4, pkg/chart/v2/util/dependencies.go). */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { Chart, ChartDependency } from './chart.ts';
import { satisfies } from './constraint.ts';
import { coalesceTables, coalesceValues } from './values.ts';

/** A chart with only what takes part, and what Helm warns of on the way. */
export type Resolved = { chart: Chart; values: ValueMap; warnings: string[] };

/**
 * Leaves out disabled subcharts, names the others as their aliases say, and takes over imported values.
 *
 * @throws {PkgError} `PKG_CHART_DEPENDENCY_MISSING` for what `Chart.yaml` names and `charts/` does not hold
 */
export function resolveDependencies(chart: Chart, values: ValueMap): Resolved {
  checkPresent(chart);
  const warnings: string[] = [];
  const enabled = enable(chart, values, '', warnings);
  return { chart: importValues(enabled, warnings), values, warnings };
}

function checkPresent(chart: Chart): void {
  const missing = chart.metadata.dependencies.filter(
    ({ name }) => !chart.dependencies.some((child) => child.metadata.name === name),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => printable(name, 60)).join(', ');
  throw new PkgError(
    'PKG_CHART_DEPENDENCY_MISSING',
    `found in Chart.yaml, but missing in charts/ directory: ${names}`,
    {
      at: { file: `${chart.location}/Chart.yaml` },
      hints: ['put the missing charts into charts/, as folders or archives'],
    },
  );
}

function fits(range: string, version: string): boolean {
  try {
    return satisfies(version, range);
  } catch {
    return false;
  }
}

/** Disabled subcharts go; conditions look into the values of the charts above, by the path from the top. */
function enable(chart: Chart, values: ValueMap, path: string, warnings: string[]): Chart {
  const declared = chart.metadata.dependencies;
  const undeclared = chart.dependencies.filter(
    (child) =>
      !declared.some(({ name, version }) => name === child.metadata.name && fits(version, child.metadata.version)),
  );
  const entries: { chart: Chart; dependency: ChartDependency | undefined }[] = undeclared.map((child) => ({
    chart: child,
    dependency: undefined,
  }));
  for (const dependency of declared) {
    const child = chart.dependencies.find(
      ({ metadata }) => metadata.name === dependency.name && fits(dependency.version, metadata.version),
    );
    if (child !== undefined) entries.push({ chart: aliased(child, dependency.alias), dependency });
  }
  const all: Chart = { ...chart, dependencies: entries.map((entry) => entry.chart) };
  const { values: merged } = coalesceValues(all, values);
  const off = new Set(
    declared.filter((dependency) => !isEnabled(dependency, merged, path, warnings)).map(effectiveName),
  );
  const kept = entries
    .filter((entry) => !off.has(entry.chart.metadata.name))
    .map((entry) => enable(entry.chart, merged, `${path}${entry.chart.metadata.name}.`, warnings));
  const dependencies = declared.filter((dependency) => !off.has(effectiveName(dependency)));
  return { ...chart, dependencies: kept, metadata: { ...chart.metadata, dependencies } };
}

function effectiveName(dependency: ChartDependency): string {
  return dependency.alias === '' ? dependency.name : dependency.alias;
}

function aliased(chart: Chart, alias: string): Chart {
  return alias === '' ? chart : { ...chart, metadata: { ...chart.metadata, name: alias } };
}

function isEnabled(dependency: ChartDependency, values: ValueMap, path: string, warnings: string[]): boolean {
  for (const condition of dependency.condition.trim().split(',')) {
    if (condition === '') continue;
    const value = valueAt(values, `${path}${condition}`);
    if (typeof value === 'boolean') return value;
    if (value !== undefined && !isMap(value)) {
      warnings.push(`Condition path '${condition}' for chart ${dependency.name} returned non-bool value`);
    }
  }
  const tags = values.get('tags');
  if (!isMap(tags)) return true;
  const states = dependency.tags.map((tag) => tags.get(tag)).filter((state) => typeof state === 'boolean');
  return states.length === 0 || states.includes(true);
}

function valueAt(values: ValueMap, path: string): Value | undefined {
  let at: Value | undefined = values;
  for (const name of path.split('.')) {
    if (!isMap(at)) return undefined;
    at = at.get(name);
  }
  return at;
}

/** Values that children export become defaults of their parents, the deepest first. */
function importValues(chart: Chart, warnings: string[]): Chart {
  const dependencies = chart.dependencies.map((child) => importValues(child, warnings));
  const own: Chart = { ...chart, dependencies };
  const imports = own.metadata.dependencies.filter(({ importValues: list }) => list.length > 0);
  if (imports.length === 0) return own;
  const { values } = coalesceValues(own, new Map());
  let imported: ValueMap = new Map();
  for (const dependency of imports) {
    const name = effectiveName(dependency);
    for (const item of dependency.importValues) {
      const [child, parent] = typeof item === 'string' ? [`exports.${item}`, '.'] : [item.child, item.parent];
      const table = valueAt(values, `${name}.${child}`);
      if (!isMap(table)) {
        warnings.push(`ImportValues missing table from chart ${dependency.name}: ${child}`);
        continue;
      }
      imported = coalesceTables(imported, nested(parent, table));
    }
  }
  return { ...own, values: coalesceTables(values, imported) };
}

/** `a.b` and a table become `{a: {b: table}}`; `.` is the top. */
function nested(path: string, table: ValueMap): ValueMap {
  if (path === '.') return table;
  return path.split('.').reduceRight((inner, name) => new Map([[name, inner]]), table);
}
