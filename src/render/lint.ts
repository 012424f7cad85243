/** Checks a chart: what Helm's lint checks, and what goes wrong later. */
import type { Chart } from '../chart/chart.ts';
import { loadChart } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import type { ValueMap } from '../yaml/value.ts';
import { lintCrds, lintDependencies } from './lint/dependencies.ts';
import { finding } from './lint/message.ts';
import type { LintMessage } from './lint/message.ts';
import { lintMetadata } from './lint/metadata.ts';
import { lintTemplates } from './lint/templates.ts';

export type { LintMessage } from './lint/message.ts';

/**
 * Checks a chart.
 *
 * @param path a chart folder or archive
 * @returns all findings, in the order of the chart's files
 * @throws {PkgError} `PKG_CHART_NOT_FOUND`
 */
export async function lintChart(path: string, options: { userValues: ValueMap }): Promise<LintMessage[]> {
  let chart: Chart;
  try {
    chart = await loadChart(path);
  } catch (error) {
    if (!(error instanceof PkgError) || error.code === 'PKG_CHART_NOT_FOUND') throw error;
    const errors = error.errors.length > 0 ? error.errors : [error];
    return errors.map(({ message, at }) => finding('chart-invalid', 'Chart.yaml', message, at));
  }
  const messages: LintMessage[] = [];
  for (const { rule, message } of lintMetadata(chart.metadata.all)) {
    messages.push(finding(rule, 'Chart.yaml', message));
  }
  if (chart.valuesFile === undefined) messages.push(finding('values-missing', 'values.yaml', 'file does not exist'));
  messages.push(...lintDependencies(chart));
  if (chart.templates.length === 0) messages.push(finding('templates-missing', 'templates/', 'there are no templates'));
  messages.push(...(await lintTemplates(chart, options.userValues)), ...lintCrds(chart));
  return messages;
}
