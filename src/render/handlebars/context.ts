/** The names at the root of every template: `values`, `release`, `chart`, `capabilities`, `files` and `template`. */
import type { Chart, ChartFile } from '../../chart/chart.ts';
import { printable } from '../../errors-text.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import type { Capabilities, ReleaseContext } from '../render.ts';
import { textGlobMatcher } from '../glob/glob.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';
import { Namespace } from './scope.ts';
import type { Callable, Item } from './scope.ts';

/** The names at the root whose fields are the same in every chart, with these fields. */
export const CLOSED_FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['release', new Set(['name', 'namespace', 'revision', 'isInstall', 'isUpgrade', 'service'])],
  ['capabilities', new Set(['kubeVersion', 'apiVersions', 'has'])],
  ['files', new Set(['get', 'lines', 'glob', 'asConfig', 'asSecrets'])],
  ['template', new Set(['name', 'basePath'])],
]);

/** The names that all templates of a chart share: all but `template`. */
export function chartContext(
  chart: Chart,
  values: ValueMap,
  release: ReleaseContext,
  capabilities: Capabilities,
): [string, Item][] {
  return [
    ['values', values],
    [
      'release',
      new Map<string, Value>([
        ['name', release.name],
        ['namespace', release.namespace],
        ['revision', release.revision],
        ['isInstall', release.isInstall],
        ['isUpgrade', release.isUpgrade],
        ['service', 'Helm'],
      ]),
    ],
    // The name is the alias where a dependency has one.
    ['chart', new Map([...chart.metadata.all, ['name', chart.metadata.name]])],
    ['capabilities', capabilitiesContext(capabilities)],
    ['files', filesContext(chart.files)],
  ];
}

/** The root context of one template. */
export function templateContext(common: readonly [string, Item][], name: string, basePath: string): Namespace {
  const template: Item = new Map<string, Value>([
    ['name', name],
    ['basePath', basePath],
  ]);
  return new Namespace([...common, ['template', template]]);
}

function capabilitiesContext(capabilities: Capabilities): Namespace {
  const has: Callable = ([version], fail) => {
    if (typeof version !== 'string') return fail('capabilities.has takes an apiVersion, such as "batch/v1"');
    return capabilities.apiVersions.includes(version);
  };
  return new Namespace([
    ['kubeVersion', capabilities.kubeVersion],
    ['apiVersions', [...capabilities.apiVersions]],
    ['has', has],
  ]);
}

function filesContext(files: readonly ChartFile[]): Namespace {
  const text = (file: ChartFile): string => Buffer.from(file.data).toString('utf8');
  const named = (args: readonly Argument[], method: string, fail: (message: string) => never): string => {
    const [name] = args;
    return typeof name === 'string' && args.length === 1
      ? name
      : fail(`files.${method} takes the name of a file, as in (files.${method} "config.toml")`);
  };
  const get: Callable = (args, fail) => {
    const name = named(args, 'get', fail);
    const file = files.find((candidate) => candidate.name === name);
    return file === undefined ? ABSENT : text(file);
  };
  const lines: Callable = (args, fail) => {
    const content = get(args, fail);
    return typeof content === 'string' ? content.replace(/\r?\n$/, '').split(/\r?\n/) : ABSENT;
  };
  const matching = (pattern: string): ChartFile[] => {
    const matches = textGlobMatcher(pattern);
    return files.filter((file) => matches(file.name));
  };
  /** The files whose contents are wanted: one that is named, and not meant by a pattern, has to be there. */
  const wanted = (args: readonly Argument[], method: string, fail: (message: string) => never): ChartFile[] => {
    const pattern = named(args, method, fail);
    const found = matching(pattern);
    if (found.length > 0 || /[*?[{]/.test(pattern)) return found;
    const folder = `${pattern.replace(/\/$/, '')}/`;
    const isFolder = files.some(({ name }) => name.startsWith(folder));
    const what = isFolder ? `is a folder: write "${printable(folder)}*"` : 'is not a file of the chart';
    return fail(`"${printable(pattern)}" ${what}`);
  };
  const baseName = (file: ChartFile): string => file.name.slice(file.name.lastIndexOf('/') + 1);
  const glob: Callable = (args, fail) =>
    new Map(matching(named(args, 'glob', fail)).map((file) => [file.name, text(file)]));
  const asConfig: Callable = (args, fail) => {
    const [given] = args;
    if (given !== undefined && given !== ABSENT && isMap(given)) return renamed(given);
    return new Map(wanted(args, 'asConfig', fail).map((file) => [baseName(file), text(file)]));
  };
  const asSecrets: Callable = (args, fail) => {
    const [given] = args;
    if (given !== undefined && given !== ABSENT && isMap(given)) {
      return new Map([...renamed(given)].map(([name, value]) => [name, Buffer.from(String(value)).toString('base64')]));
    }
    const found = wanted(args, 'asSecrets', fail);
    return new Map(found.map((file) => [baseName(file), Buffer.from(file.data).toString('base64')]));
  };
  return new Namespace([
    ['get', get],
    ['lines', lines],
    ['glob', glob],
    ['asConfig', asConfig],
    ['asSecrets', asSecrets],
  ]);
}

/** The files that `files.glob` gave, by the last part of their names. */
function renamed(files: ValueMap): ValueMap {
  return new Map([...files].map(([name, content]) => [name.slice(name.lastIndexOf('/') + 1), content]));
}
