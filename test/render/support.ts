import type { Chart } from '../../src/chart/chart.ts';
import { DEFAULT_CAPABILITIES } from '../../src/render/capabilities.ts';
import { StoredValues } from '../../src/render/random-values.ts';
import type { RandomInput } from '../../src/render/random-values.ts';
import { renderChart } from '../../src/render/render-chart.ts';
import type { ChartInput, RenderedChart } from '../../src/render/render-chart.ts';
import { fromPlain } from '../../src/yaml/value.ts';
import type { JsonObject, ValueMap } from '../../src/yaml/value.ts';

/** A chart in memory: file names and texts, and its default values. */
export function chartOf(files: Record<string, string>, values: JsonObject | ValueMap = {}): Chart {
  const data = (text: string): Uint8Array => Buffer.from(text);
  const all = Object.entries(files).map(([name, text]) => ({ name, data: data(text) }));
  return {
    metadata: {
      apiVersion: 'v2',
      name: 'web',
      version: '1.2.3',
      appVersion: '9',
      description: '',
      type: 'application',
      kubeVersion: '',
      deprecated: false,
      annotations: new Map(),
      dependencies: [],
      all: new Map([
        ['apiVersion', 'v2'],
        ['name', 'web'],
        ['version', '1.2.3'],
        ['appVersion', '9'],
      ]),
    },
    lock: null,
    values: values instanceof Map ? values : fromPlain(values),
    valuesFile: undefined,
    schema: undefined,
    templates: all.filter(({ name }) => name.startsWith('templates/')),
    crds: [],
    files: all.filter(({ name }) => !name.startsWith('templates/')),
    dependencies: [],
    location: 'web',
  };
}

/** Renders a chart as release `demo`. */
export async function render(chart: Chart, options: Partial<ChartInput> = {}): Promise<RenderedChart> {
  return renderChart({
    chart,
    userValues: new Map(),
    release: { name: 'demo', namespace: 'default', revision: 1, isInstall: true, isUpgrade: false },
    capabilities: DEFAULT_CAPABILITIES,
    ...options,
  });
}

/** The random values of a release that has stored none yet. */
export function nothingStored(): RandomInput {
  return { stored: new StoredValues() };
}

/** The random values of a release whose revisions, from the first on, stored those of these renders. */
export function storedBy(...renders: Pick<RenderedChart, 'randomValues'>[]): RandomInput {
  const revisions = renders.map(({ randomValues }, index) => ({
    revision: index + 1,
    values: randomValues,
    earlier: new Map<string, string>(),
  }));
  return { stored: new StoredValues(revisions) };
}

/** A ConfigMap whose `data` is this text, indented below it. */
export function configMap(data: string): string {
  const lines = data.split('\n').map((line) => (line === '' ? line : `  ${line}`));
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n${lines.join('\n')}\n`;
}

/** An object of a kind that nobody knows, whose `data` is this text: values of all types stay what they are. */
export function anyObject(data: string): string {
  return configMap(data).replace('v1', 'example.test/v1').replace('ConfigMap', 'Thing');
}
