/** Which subcharts take part: conditions, tags, aliases, import-values (helm v4, pkg/chart/v2/util/dependencies.go). */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { Chart, ChartDependency, ChartMetadata } from './chart.ts';
import { satisfies } from './constraint.ts';
import { dependencyValue } from './metadata.ts';
import { coalescedView, coalesceTables, mergedDefaults, shareTables } from './values.ts';

/** A chart with only its enabled subcharts, the values for it, and Helm's warnings. */
export type Resolved = { chart: Chart; values: ValueMap; warnings: string[] };

/**
 * Removes disabled subcharts, renames those with an alias, and copies imported values into the defaults of their parents.
 *
 * @param values the user's
 * @throws {PkgError} `PKG_CHART_DEPENDENCY_MISSING` as {@link checkDependencies} does
 */
export function resolveDependencies(chart: Chart, values: ValueMap): Resolved {
  checkDependencies(chart);
  const progress: Progress = { warnings: new Set(), charts: 0, location: chart.location };
  const enabled = enable(chart, values, '', progress);
  return { chart: importValues(enabled, progress.warnings), values, warnings: [...progress.warnings] };
}

/** The most charts of a tree. Aliases at each level multiply: 20 levels with two aliases each are a million charts. */
const MAX_CHARTS = 1000;

type Progress = { warnings: Set<string>; charts: number; location: string };

/**
 * Checks that every dependency that a chart declares is in `charts/`, even one that is disabled. As in Helm, this is
 * checked for the top chart only.
 *
 * @throws {PkgError} `PKG_CHART_DEPENDENCY_MISSING`
 */
export function checkDependencies(chart: Chart): void {
  const missing = missingDependencies(chart);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => printable(name, 60)).join(', ');
  throw new PkgError(
    'PKG_CHART_DEPENDENCY_MISSING',
    `found in Chart.yaml, but missing in charts/ directory: ${names}`,
    {
      at: { file: `${chart.location}/Chart.yaml` },
      hints: [
        `download them with \`pkg dependency update ${printable(chart.location)}\``,
        'or give --dependency-update to template, install or upgrade',
      ],
    },
  );
}

/** Dependencies that are declared and not in `charts/`. */
export function missingDependencies(chart: Chart): ChartDependency[] {
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  return chart.metadata.dependencies.filter(({ name }) => !present.has(name));
}

/** Is this the chart that a dependency asks for, by name and version? A version that cannot be read fits nothing. */
export function isAskedFor(dependency: ChartDependency, chart: Chart): boolean {
  if (dependency.name !== chart.metadata.name) return false;
  try {
    return satisfies(chart.metadata.version, dependency.version);
  } catch (error) {
    if (error instanceof PkgError) return false;
    throw error;
  }
}

/**
 * Applies tags and conditions, here and below.
 *
 * @param values the user's values for the top chart; for a subchart, all values of its parent
 * @param path the names of the charts from the top to this one, each followed by a dot
 */
function enable(chart: Chart, values: ValueMap, path: string, progress: Progress): Chart {
  const { metadata } = chart;
  const { warnings } = progress;
  progress.charts++;
  if (progress.charts > MAX_CHARTS) {
    throw new PkgError('PKG_CHART_TOO_LARGE', `with its aliases this chart has more than ${MAX_CHARTS} charts`, {
      at: { file: progress.location },
      hints: ['use fewer aliases in Chart.yaml: those of each level multiply'],
    });
  }
  // As in Helm, the subcharts of a chart that declares no dependencies are not looked at.
  if (!declares(metadata)) return chart;
  const candidates = candidatesOf(chart, warnings);
  const declared = metadata.dependencies.map(underOwnName);
  const merged = coalescedView({ ...chart, dependencies: candidates }, values);
  const disabled = new Set(
    declared.filter((dependency) => !isEnabled(dependency, merged, path, warnings)).map(({ name }) => name),
  );
  const dependencies = declared.filter(({ name }) => !disabled.has(name));
  return {
    ...chart,
    metadata: withDependencies(metadata, dependencies),
    dependencies: candidates
      .filter((candidate) => !disabled.has(candidate.metadata.name))
      .map((candidate) => enable(candidate, merged, `${path}${candidate.metadata.name}.`, progress)),
  };
}

/** Does Chart.yaml have the field `dependencies`? Helm treats an empty list as declared, until {@link enable} has run. */
function declares(metadata: ChartMetadata): boolean {
  return metadata.dependencies.length > 0 || metadata.all.has('dependencies');
}

/** The subcharts under their names or aliases: first those that are not declared, then one for each declaration. */
function candidatesOf(chart: Chart, warnings: Set<string>): Chart[] {
  const { dependencies: declared } = chart.metadata;
  const undeclared = chart.dependencies.filter(
    (child) => !declared.some((dependency) => isAskedFor(dependency, child)),
  );
  for (const child of undeclared) {
    const { name, version } = child.metadata;
    const wanted = declared.find((dependency) => dependency.name === name);
    if (wanted !== undefined) warnings.add(versionWarning(chart.metadata.name, wanted, version));
  }
  const found = declared.flatMap((dependency) => {
    const child = chart.dependencies.find((candidate) => isAskedFor(dependency, candidate));
    return child === undefined ? [] : [{ ...child, metadata: renamed(child.metadata, underOwnName(dependency).name) }];
  });
  return [...undeclared, ...found];
}

/** The warning where `charts/` has another version than the declared one. As in Helm, it is used nevertheless. */
export function versionWarning(chart: string, { name, version, alias }: ChartDependency, present: string): string {
  const [of, dependency] = [printable(chart, 60), printable(name, 60)];
  if (version !== '') {
    return `${of} asks for ${dependency} '${printable(version, 60)}' and has ${printable(present, 60)} in charts/`;
  }
  const effect =
    alias === ''
      ? `and uses ${printable(present, 60)} from charts/`
      : 'so its alias, condition and tags have no effect';
  return `${of} names no version of ${dependency}, ${effect}`;
}

function underOwnName(dependency: ChartDependency): ChartDependency {
  return dependency.alias === '' ? dependency : { ...dependency, name: dependency.alias };
}

function renamed(metadata: ChartMetadata, name: string): ChartMetadata {
  return name === metadata.name ? metadata : { ...metadata, name, all: new Map(metadata.all).set('name', name) };
}

function withDependencies(metadata: ChartMetadata, dependencies: ChartDependency[]): ChartMetadata {
  const all: ValueMap = new Map(metadata.all);
  const values = dependencies.map((dependency) => dependencyValue(dependency, true));
  if (values.length === 0) all.delete('dependencies');
  else if (all.has('dependencies')) all.set('dependencies', values);
  return { ...metadata, dependencies, all };
}

/** The first condition that is a boolean decides; without one the tags do: off if all that are set are false. */
function isEnabled(dependency: ChartDependency, values: ValueMap, path: string, warnings: Set<string>): boolean {
  for (const condition of dependency.condition.trim().split(',')) {
    if (condition === '') continue;
    const value = valueAt(values, `${path}${condition}`);
    if (typeof value === 'boolean') return value;
    if (value !== undefined && !isMap(value)) {
      warnings.add(`the condition '${printable(condition, 60)}' of ${printable(dependency.name, 60)} is not a boolean`);
    }
  }
  const tags = values.get('tags');
  if (!isMap(tags)) return true;
  const states: boolean[] = [];
  for (const tag of dependency.tags) {
    const state = tags.get(tag);
    if (typeof state === 'boolean') states.push(state);
    else if (state !== undefined) {
      warnings.add(`the tag '${printable(tag, 60)}' of ${printable(dependency.name, 60)} is not a boolean`);
    }
  }
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

/**
 * Values that children export become defaults of their parents, the deepest first. As in Helm, a chart with
 * dependencies gets the defaults of its children into its own, whether it imports any or not.
 */
function importValues(chart: Chart, warnings: Set<string>): Chart {
  const own: Chart = { ...chart, dependencies: chart.dependencies.map((child) => importValues(child, warnings)) };
  if (!declares(own.metadata)) return own;
  return { ...own, values: withImports(own, warnings) };
}

/**
 * The defaults of a chart and its children, with what it imports of these. Helm merges each table into those that are
 * imported before it while these are still parts of the children's defaults, so what one child exports may show up in the
 * exports of another. Where a map would become a part of itself, Helm overflows its stack, and copies are merged here.
 */
function withImports(chart: Chart, warnings: Set<string>): ValueMap {
  const imports = chart.metadata.dependencies.flatMap((dependency) => {
    const { name } = dependency;
    return importsOf(dependency).map((item) => ({ name, ...item }));
  });
  const merged = (values: ValueMap, add: typeof shareTables): ValueMap | undefined => {
    let imported: ValueMap = new Map();
    for (const { name, child, parent } of imports) {
      const table = valueAt(values, `${name}.${child}`);
      // Helm copies an empty table instead of sharing it.
      const more = isMap(table) ? add(imported, nested(parent, table.size === 0 ? new Map() : table)) : imported;
      if (!isMap(table)) warnings.add(`import-values: ${printable(name, 60)} has no map '${printable(child, 60)}'`);
      if (more === undefined) return undefined;
      imported = more;
    }
    return coalesceTables(values, imported, { keepNulls: true });
  };
  const shared = imports.length === 0 ? undefined : merged(mergedDefaults(chart), shareTables);
  const values = coalescedView(chart, new Map(), { keepNulls: true });
  return shared ?? merged(values, (over, under) => coalesceTables(over, under, { keepNulls: true })) ?? values;
}

/** What a dependency imports: the path in the values of the child, and that in the parent's. */
function importsOf({
  importValues: items,
}: Pick<ChartDependency, 'importValues'>): { child: string; parent: string }[] {
  return items.map((item) => (typeof item === 'string' ? { child: `exports.${item}`, parent: '.' } : item));
}

/** The values that a chart imports from its children, whether these are enabled or not. */
export function importedValues(chart: Chart): ValueMap[] {
  return chart.metadata.dependencies.flatMap((dependency) => {
    const child = chart.dependencies.find(({ metadata }) => metadata.name === dependency.name);
    const values = child && importValues(child, new Set()).values;
    return importsOf(dependency).flatMap(({ child: path, parent }) => {
      const table = values && valueAt(values, path);
      return isMap(table) ? [nested(parent, table)] : [];
    });
  });
}

/** What a chart imports from its children, and neither these nor its own values for them have, by their places. */
export function missingImports(chart: Chart): { dependency: number; item: number; path: string; beside: string[] }[] {
  return chart.metadata.dependencies.flatMap((dependency, index) => {
    const child = chart.dependencies.find(({ metadata }) => metadata.name === dependency.name);
    if (child === undefined) return [];
    const { values } = importValues(child, new Set());
    const own = [valueAt(chart.values, dependency.name), valueAt(chart.values, dependency.alias)].filter(isMap);
    return importsOf(dependency).flatMap(({ child: path }, item) => {
      if ([values, ...own].some((one) => isMap(valueAt(one, path)))) return [];
      const holder = path.includes('.') ? valueAt(values, path.slice(0, path.lastIndexOf('.'))) : values;
      return [{ dependency: index, item, path, beside: isMap(holder) ? [...holder.keys()] : [...values.keys()] }];
    });
  });
}

/** `a.b` and a table become `{a: {b: table}}`; `.` is the top. */
function nested(path: string, table: ValueMap): ValueMap {
  if (path === '.') return table;
  return path.split('.').reduceRight((inner, name) => new Map([[name, inner]]), table);
}
