/** `pkg lint`: what is wrong with a chart, or will be. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart } from '../chart/chart.ts';
import { loadChart, loadUnpacked } from '../chart/load.ts';
import { createOrigins } from '../chart/origins.ts';
import { NO_SOURCES, readUserValues } from '../chart/user-values.ts';
import { keepsWrittenKeys } from '../chart/written-keys.ts';
import { PkgError } from '../errors.ts';
import { locateKeys } from '../yaml/locate.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value } from '../yaml/value.ts';
import {
  lintAliases,
  lintConditions,
  lintCrdFields,
  lintCrds,
  lintDependencies,
  lintImports,
  lintTags,
} from './lint/chart/dependencies.ts';
import { lintRepositories } from './lint/chart/dependency-repositories.ts';
import { lintKubeVersion } from './lint/chart/kube-version.ts';
import { finding } from './lint/message.ts';
import { enginesOf } from './engines.ts';
import { fromError } from './lint/errors.ts';
import type { LintMessage } from './lint/message.ts';
import { lintMetadata } from './lint/chart/metadata.ts';
import { lintMisplacedFiles } from './lint/chart/misplaced-files.ts';
import { lintRendered } from './lint/rendered.ts';
import type { LintOptions } from './lint/options.ts';
import { openKinds } from './lint/objects/object-schema.ts';
import { openSource } from './lint/source.ts';
import type { LintSource } from './lint/source.ts';
import { lintSubchartValues } from './lint/values/subchart-values.ts';
import { lintTemplates } from './lint/templates/templates.ts';
import { lintTypographicYaml } from './lint/templates/typographic.ts';
import { lintMistyped } from './lint/values/mistyped.ts';
import { lintValues } from './lint/values/values.ts';
import { lintValueSchema } from './lint/values/value-schema.ts';

export type { LintMessage, LintRule } from './lint/message.ts';
export type { LintOptions } from './lint/options.ts';

/**
 * Examines a chart: Helm's rules, and some of our own (`docs/lint.md`). Subcharts are rendered, but only the chart's
 * own files are checked. For a chart of Go templates, errors and warnings are those of Helm's lint.
 *
 * @param path the chart's folder or archive, as the user named it
 * @returns findings in the order of the chart's parts: Chart.yaml, values, templates, subcharts, CRDs
 * @throws {PkgError} when there is no chart to read
 */
export async function lintChart(path: string, given: LintOptions): Promise<LintMessage[]> {
  const chart = await load(path, given);
  const writtenKeys = 'metadata' in chart && keepsWrittenKeys(chart);
  const options = writtenKeys ? await withWrittenKeys(given) : given;
  const source = await openSource(path, options, options.archive);
  // The finding that the archive cannot be read is the only one then.
  if (!('metadata' in chart) && source.kind('Chart.yaml') === undefined) return chart.messages;
  const origins =
    'metadata' in chart ? createOrigins(chart, options.sources ?? NO_SOURCES, options.texts ?? new Map()) : undefined;
  const isNative = 'metadata' in chart && enginesOf(chart).native;
  const messages = [
    ...lintChartYaml(source, join(path, 'Chart.yaml'), isNative),
    ...(await lintValues(source, path, options, origins, { isNative, writtenKeys })),
    ...('metadata' in chart ? lintValueSchema(chart, isNative) : []),
  ];
  if (source.kind('templates') === undefined) {
    messages.push(finding('templates-missing', 'templates/', 'there are no templates'));
  } else if (source.kind('templates') === 'file') {
    messages.push(finding('template-invalid', 'templates/', 'templates is not a folder'));
  }
  if (!('metadata' in chart)) messages.push(...chart.messages);
  else {
    if (source.kind('templates') === 'folder') {
      // Rendering parses the templates.
      const rendered = await lintRendered(chart, options, origins);
      messages.push(...(await lintTemplates(chart, options.userValues)), ...rendered);
    }
    if (isNative) messages.push(...lintMisplacedFiles(chart));
    messages.push(
      ...lintAliases(chart, isNative),
      ...lintSubchartValues(chart, isNative),
      ...lintConditions(chart, isNative),
      ...lintTags(chart, isNative),
      ...lintImports(chart, isNative),
      ...lintDependencies(chart, isNative),
      ...lintRepositories(chart, options.repositories, isNative),
      ...lintKubeVersion(chart, options.askedKubeVersion, isNative),
    );
  }
  if (source.kind('crds') === 'file') messages.push(finding('crd-invalid', 'crds/', 'crds is not a folder'));
  else if (source.kind('crds') === 'folder' && 'metadata' in chart) {
    messages.push(...lintCrds(chart), ...lintCrdFields(chart, await openKinds(chart), isNative));
  }
  return withoutRepeated(messages);
}

/** The options with the user's values read as for a chart whose templates are all native. */
async function withWrittenKeys(options: LintOptions): Promise<LintOptions> {
  const { sources, texts } = options;
  if (sources === undefined) return options;
  const { values } = await readUserValues(sources, undefined, { writtenKeys: true, ...(texts && { known: texts }) });
  return { ...options, userValues: values };
}

async function load(path: string, options: LintOptions): Promise<Chart | { messages: LintMessage[] }> {
  const { archive } = options;
  try {
    const isFolder = archive === undefined && statSync(path, { throwIfNoEntry: false })?.isFile() !== true;
    return await (isFolder ? loadChart(path, options) : loadUnpacked(path, archive));
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    if (error.code === 'PKG_CHART_NOT_FOUND' || error.code === 'PKG_FILE_UNREADABLE') throw error;
    return { messages: fromError(error, path, 'Chart.yaml', 'chart-invalid') };
  }
}

/** Drops repeated findings: loading, checking and rendering a chart may each find the same. */
function withoutRepeated(messages: readonly LintMessage[]): LintMessage[] {
  const seen = new Set<string>();
  return messages.filter(({ path, message, at }) => {
    const said = `${path}:${at?.line}:${at?.column}: ${message}`;
    return !seen.has(said) && seen.add(said);
  });
}

/** The most findings that get a line, since finding one parses the text again. */
const MAX_LOCATED = 20;
const MAX_LOCATED_LENGTH = 1 << 18;

function lintChartYaml(source: LintSource, file: string, isNative: boolean): LintMessage[] {
  const data = source.read('Chart.yaml');
  if (data === undefined) return [];
  const text = new TextDecoder().decode(data);
  const metadata = readMetadata(text, file, 'last');
  // Loading the chart reports that it is not YAML.
  if (!isMap(metadata)) return [];
  const messages: LintMessage[] = [];
  for (const [index, { rule, keys, message }] of lintMetadata(metadata).entries()) {
    const isLocated = keys.length > 0 && index < MAX_LOCATED && text.length <= MAX_LOCATED_LENGTH;
    const place = isLocated ? locateKeys(text, keys) : undefined;
    messages.push(finding(rule, 'Chart.yaml', message, { file, ...place }));
  }
  const severity = isNative ? undefined : 'info';
  messages.push(
    ...lintTypographicYaml(text, 'Chart.yaml', file, severity),
    ...lintMistyped(text, 'Chart.yaml', file, severity),
  );
  const unique = readMetadata(text, file, 'error');
  if (unique instanceof PkgError) {
    messages.push(finding('chart-duplicate-key', 'Chart.yaml', unique.message, unique.at));
  }
  return messages;
}

function readMetadata(text: string, file: string, duplicateKeys: 'last' | 'error'): Value | PkgError {
  try {
    return parseYamlDocuments(text, file, { duplicateKeys })[0] ?? new Map();
  } catch (error) {
    if (error instanceof PkgError) return error;
    throw error;
  }
}
