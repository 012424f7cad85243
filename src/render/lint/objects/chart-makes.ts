/** Which objects a chart may make with other values than those that it is rendered with. */
import type { Chart } from '../../../chart/chart.ts';
import type { ChartMakes } from './chart-objects.ts';
import type { LintObject } from './lint-object.ts';
import { Unprinted } from './unprinted-kinds.ts';

/**
 * What a chart may make, by the templates of itself and its libraries.
 *
 * @param resolved the chart with the subcharts that the values switch on
 * @param objects those that were rendered
 */
export async function makesOf(chart: Chart, resolved: Chart, objects: readonly LintObject[]): Promise<ChartMakes> {
  const { openTree } = await import('../../handlebars/tree.ts');
  const { charts } = await openTree(resolved);
  const own = [...charts].filter(([one]) => one === resolved || one.metadata.type === 'library');
  const sources = own.flatMap(([one, { files, templates }]) => [
    ...files,
    ...templates,
    ...one.templates.flatMap(({ name, data }) =>
      name.endsWith('.hbs') ? [] : [{ file: name, source: new TextDecoder().decode(data) }],
    ),
  ]);
  const printed = objects.map(({ at }) => at(['kind']));
  const dependencies = [
    ...chart.metadata.dependencies.flatMap(({ name, alias }) => (alias === '' ? [name] : [alias, name])),
    ...chart.dependencies.map(({ metadata }) => metadata.name),
  ];
  return { unprinted: new Unprinted(sources, printed), dependencies };
}
