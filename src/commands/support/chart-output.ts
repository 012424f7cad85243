/** What `pkg show` prints of a chart. Files are texts of one character a byte, since they need not be UTF-8. */
import type { Chart, ChartFile } from '../../chart/chart.ts';
import { metadataJson } from '../../chart/metadata-json.ts';
import { goYaml } from './go-yaml.ts';

/** The fields of Chart.yaml, as Helm prints them. */
export function chartText(chart: Chart): Promise<string> {
  return goYaml(metadataJson(chart));
}

/** values.yaml as it is written, comments and all. */
export function valuesText(chart: Chart): string {
  return chart.valuesFile === undefined ? '' : `${textOf(chart.valuesFile)}\n`;
}

/** The README, whatever its ending; empty when there is none. */
export function readmeText(chart: Chart): string {
  const names = ['readme.md', 'readme.txt', 'readme'];
  const file = chart.files.find(({ name }) => names.includes(name.toLowerCase()));
  return file === undefined ? '' : `${textOf(file)}\n`;
}

/** All CRDs of the chart and its subcharts as a stream of documents. As in Helm, a file may begin the first itself. */
export function crdsText(chart: Chart): string {
  const own = chart.crds.map((file) => textOf(file)).map((text) => `${text.startsWith('---') ? '' : '---\n'}${text}\n`);
  return [...own, ...chart.dependencies.map((child) => crdsText(child))].join('');
}

function textOf(file: ChartFile): string {
  return Buffer.from(file.data).toString('latin1');
}
