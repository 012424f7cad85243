/** `pkg lint`: what is wrong with a chart, or will be. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { loadChart } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { locateKeys } from '../yaml/locate.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import { DEFAULT_CAPABILITIES } from './capabilities.ts';
import { lintCrds, lintDependencies } from './lint/dependencies.ts';
import { finding } from './lint/message.ts';
import type { LintMessage, LintRule } from './lint/message.ts';
import { lintMetadata } from './lint/metadata.ts';
import { lintObjects } from './lint/objects.ts';
import type { LintObject } from './lint/objects.ts';
import { lintTemplates } from './lint/templates.ts';
import { renderChart } from './render-chart.ts';
import type { Capabilities, RenderedDocument } from './render.ts';

export type { LintMessage, LintRule, Severity } from './lint/message.ts';

/** What a chart is linted with. */
export type LintOptions = {
  userValues: ValueMap;
  namespace?: string;
  capabilities?: Capabilities;
  skipSchemaValidation?: boolean;
};

/**
 * Examines a chart: Helm's rules as far as they make sense for native templates, and some of our own
 * (`docs/lint.md`). Subcharts are rendered, but only the chart's own files are judged.
 *
 * @param path the chart's folder or archive, as the user named it
 * @returns findings in the order of the chart's parts: Chart.yaml, values, templates, subcharts, CRDs
 * @throws {PkgError} when there is no chart to read
 */
export async function lintChart(path: string, options: LintOptions): Promise<LintMessage[]> {
  const chart = await load(path);
  if (!('metadata' in chart)) return [...(await lintUnreadable(path)), ...chart.messages];
  const { metadataFile } = chart;
  const messages =
    metadataFile === undefined ? [] : await lintChartYaml(join(chart.location, metadataFile.name), metadataFile.data);
  if (chart.valuesFile === undefined)
    messages.push(finding('values-missing', 'values.yaml', 'there is no values.yaml'));
  if (chart.templates.length === 0) {
    messages.push(finding('templates-missing', 'templates/', 'there are no templates'));
  }
  messages.push(...(await lintTemplates(chart, options.userValues)));
  // A library chart renders to nothing.
  if (chart.metadata.type !== 'library') messages.push(...(await lintRendered(chart, options)));
  messages.push(...lintDependencies(chart), ...lintCrds(chart));
  return messages;
}

async function load(path: string): Promise<Chart | { messages: LintMessage[] }> {
  try {
    return await loadChart(path);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    if (error.code === 'PKG_CHART_NOT_FOUND' || error.code === 'PKG_FILE_UNREADABLE') throw error;
    return { messages: fromError(error, path, 'Chart.yaml') };
  }
}

/** A folder that does not load may still have a `Chart.yaml` to judge. */
async function lintUnreadable(path: string): Promise<LintMessage[]> {
  try {
    return await lintChartYaml(join(path, 'Chart.yaml'), await readFile(join(path, 'Chart.yaml')));
  } catch {
    // Why it cannot be read is what loading it said.
    return [];
  }
}

/** Finding a line parses the text once more, so a hostile file must not ask for many. */
const MOST_LOCATED = 20;
const LONGEST_LOCATED = 1 << 18;

async function lintChartYaml(file: string, data: Uint8Array): Promise<LintMessage[]> {
  const text = new TextDecoder().decode(data);
  const metadata = parseYamlDocuments(text, file)[0];
  if (!isMap(metadata)) return [];
  const messages: LintMessage[] = [];
  for (const [index, { rule, keys, message }] of lintMetadata(metadata).entries()) {
    const isLocated = keys.length > 0 && index < MOST_LOCATED && text.length <= LONGEST_LOCATED;
    const place = isLocated ? await locateKeys(text, keys) : undefined;
    messages.push(finding(rule, 'Chart.yaml', message, { file, ...place }));
  }
  return messages;
}

async function lintRendered(chart: Chart, options: LintOptions): Promise<LintMessage[]> {
  const { userValues, namespace = 'default', capabilities = DEFAULT_CAPABILITIES, skipSchemaValidation } = options;
  try {
    const rendered = await renderChart({
      chart: withoutMissing(chart),
      userValues,
      release: { name: 'test-release', namespace, revision: 1, isInstall: true, isUpgrade: false },
      capabilities,
      ...(skipSchemaValidation !== undefined && { skipSchemaValidation }),
      lint: true,
    });
    const all = [...rendered.objects, ...rendered.hooks].flatMap((document) => asLintObject(document));
    const own = all.filter(({ path }) => path.startsWith('templates/'));
    return lintObjects(own, all, capabilities.kubeVersion);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return fromError(error, chart.location, 'templates/');
  }
}

/** Which subcharts are missing is a finding of its own; what is there is judged without them. */
function withoutMissing(chart: Chart): Chart {
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const dependencies = chart.metadata.dependencies.filter(({ name }) => present.has(name));
  return { ...chart, metadata: { ...chart.metadata, dependencies } };
}

/** Its path without the chart's name, which every source begins with. */
function asLintObject(document: RenderedDocument): LintObject[] {
  const { source, object } = document;
  if (object === undefined) return [];
  return [{ path: source.slice(source.indexOf('/') + 1), object, at: (keys) => document.trace(keys).at }];
}

const RULE_OF_CODE: Partial<Record<PkgError['code'], LintRule>> = {
  PKG_VALUES_INVALID: 'values-invalid',
  PKG_SCHEMA_INVALID: 'values-invalid',
  PKG_SCHEMA_VIOLATION: 'values-invalid',
  // `required` and `fail`: the chart asks for values that only its user has.
  PKG_TEMPLATE_FAILED: 'template-refuses',
};

/** The findings that an error stands for. */
function fromError(error: PkgError, folder: string, path: string): LintMessage[] {
  if (error.errors.length > 0) return error.errors.flatMap((inner) => fromError(inner, folder, path));
  const rule = RULE_OF_CODE[error.code] ?? (path === 'Chart.yaml' ? 'chart-invalid' : 'template-invalid');
  const where = error.at === undefined ? '' : relative(folder, error.at.file).replaceAll('\\', '/');
  const file = where === '' || where.startsWith('..') ? (rule === 'values-invalid' ? 'values.yaml' : path) : where;
  const hint = error.hints[0] === undefined ? '' : ` (${error.hints[0]})`;
  return [finding(rule, file, `${error.message}${hint}`, error.at)];
}
