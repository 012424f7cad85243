/**
 * The root of templates: `.Values`, `.Chart`, `.Release`, `.Capabilities`, `.Files`, `.Subcharts`, `.Template`, with the
 * types that they have in Helm 4.3 (helm v4, pkg/engine/engine.go and pkg/chart/common.go).
 */
import type { Chart, ChartDependency } from '../../chart/chart.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { RenderInput } from '../render.ts';
import { capabilitiesObject } from './capabilities.ts';
import { filesObject } from './files.ts';
import { int } from './int.ts';
import { encodeText, fromValue, TypedMap } from './value.ts';
import type { GoMap, GoValue } from './value.ts';
import { valuesMap } from './values-map.ts';

/** A chart or dependency, and the root of its templates. */
export type ChartScope = {
  chart: Chart;
  /** Its path among the charts, `web/charts/db`, as bytes. */
  path: string;
  /** The names of the charts from below the top chart to this one. */
  at: readonly string[];
  /**
   * The entries of `.`. They are shared by all templates of the chart, and with its parent, which has them as
   * `.Subcharts.NAME`.
   */
  entries: GoMap;
};

/** The scopes of a chart and all its dependencies, the chart itself first. The values of the input are changed in place. */
export function scopesOf(input: RenderInput): ChartScope[] {
  const { release } = input;
  const common = {
    Release: new Map<string, GoValue>([
      ['Name', encodeText(release.name)],
      ['Namespace', encodeText(release.namespace)],
      ['IsUpgrade', release.isUpgrade],
      ['IsInstall', release.isInstall],
      ['Revision', int(release.revision)],
      ['Service', 'Helm'],
    ]),
    Capabilities: capabilitiesObject(input.capabilities),
  };
  const scopes: ChartScope[] = [];
  const visit = (chart: Chart, path: string, at: readonly string[], values: GoMap): GoMap => {
    const subcharts: GoMap = new Map();
    const entries: GoMap = new Map<string, GoValue>([
      ['Chart', metadataMap(chart, at.length === 0)],
      ['Files', filesObject(chart)],
      ['Release', common.Release],
      ['Capabilities', common.Capabilities],
      ['Values', valuesMap(values)],
      ['Subcharts', subcharts],
    ]);
    scopes.push({ chart, path, at, entries });
    for (const child of chart.dependencies) {
      const name = encodeText(child.metadata.name);
      const below = visit(child, `${path}/charts/${name}`, [...at, child.metadata.name], tableOf(values, name));
      subcharts.set(name, below);
    }
    return entries;
  };
  visit(input.chart, encodeText(input.chart.metadata.name), [], fromValue(input.values, input.wideIntegers));
  return scopes;
}

/** The value of `.` for a template. */
export function rootOf(entries: GoMap): GoValue {
  return valuesMap(entries);
}

/** The value of `.Template`: the names of a template and of its folder. */
export function templateOf(name: string, scope: ChartScope): GoValue {
  return valuesMap(
    new Map<string, GoValue>([
      ['Name', name],
      ['BasePath', `${scope.path}/templates`],
    ]),
  );
}

/** The values of a dependency. As in Helm, a dot in its name leads into a map. */
function tableOf(values: GoMap, name: string): GoMap {
  let table = values;
  for (const step of name.split('.')) {
    const below = table.get(step);
    if (!(below instanceof Map)) return new Map();
    table = below;
  }
  return table;
}

/** The value of `.Chart`: the fields of Helm's struct, those that Chart.yaml does not have with their zero. */
function metadataMap(chart: Chart, isRoot: boolean): GoMap {
  const { metadata } = chart;
  const text = (key: string): string => textOf(metadata.all.get(key));
  const texts = (key: string): GoValue => listOf(metadata.all.get(key)).map((item) => textOf(item));
  const annotations = new Map([...metadata.annotations].map(([key, value]) => [encodeText(key), encodeText(value)]));
  return new Map<string, GoValue>([
    ['Name', encodeText(metadata.name)],
    ['Home', text('home')],
    ['Sources', texts('sources')],
    ['Version', encodeText(metadata.version)],
    ['Description', encodeText(metadata.description)],
    ['Keywords', texts('keywords')],
    ['Maintainers', listOf(metadata.all.get('maintainers')).filter(isMap).map(maintainerMap)],
    ['Icon', text('icon')],
    ['APIVersion', encodeText(metadata.apiVersion)],
    ['Condition', text('condition')],
    ['Tags', text('tags')],
    ['AppVersion', encodeText(metadata.appVersion)],
    ['Deprecated', metadata.deprecated],
    ['Annotations', new TypedMap('string', annotations, { isNil: annotations.size === 0 })],
    ['KubeVersion', encodeText(metadata.kubeVersion)],
    ['Dependencies', metadata.dependencies.map(dependencyMap)],
    ['Type', text('type')],
    ['IsRoot', isRoot],
  ]);
}

function maintainerMap(maintainer: ReadonlyMap<string, Value>): GoMap {
  const text = (key: string): string => textOf(maintainer.get(key));
  return new Map([
    ['Name', text('name')],
    ['Email', text('email')],
    ['URL', text('url')],
  ]);
}

function dependencyMap(dependency: ChartDependency): GoMap {
  return new Map<string, GoValue>([
    ['Name', encodeText(dependency.name)],
    ['Version', encodeText(dependency.version)],
    ['Repository', encodeText(dependency.repository)],
    ['Condition', encodeText(dependency.condition)],
    ['Tags', dependency.tags.map(encodeText)],
    // Dependencies that are disabled were removed before.
    ['Enabled', true],
    [
      'ImportValues',
      dependency.importValues.map((item) => {
        // As in Helm the short form has been replaced by the long one.
        const { child, parent } = typeof item === 'string' ? { child: `exports.${item}`, parent: '.' } : item;
        return fromValue(
          new Map([
            ['child', child],
            ['parent', parent],
          ]),
        );
      }),
    ],
    ['Alias', encodeText(dependency.alias)],
  ]);
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? encodeText(value) : '';
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}
