/** Chart and values become objects: the first half of every operation. */
import type { Chart } from '../chart/chart.ts';
import { satisfies } from '../chart/constraint.ts';
import { resolveDependencies } from '../chart/dependencies.ts';
import type { Origins } from '../chart/origins.ts';
import { coalesceValues } from '../chart/values.ts';
import { PkgError, throwTogether } from '../errors.ts';
import type { ValueMap } from '../yaml/value.ts';
import { checkObject } from './check-object.ts';
import { renderTemplates } from './handlebars/engine.ts';
import type { ReadDocument } from './handlebars/documents.ts';
import type { EngineOutput } from './handlebars/engine.ts';
import { TemplateFault } from './handlebars/fault.ts';
import { asHook } from './hooks.ts';
import { compareInstallOrder } from './order.ts';
import type { Rendered, RenderedDocument, RenderedHook, RenderInput } from './render.ts';

/** What {@link renderChart} starts from: a chart as it was loaded, and what the user gave. */
export type ChartInput = Omit<RenderInput, 'values'> & {
  userValues: ValueMap;
  skipSchemaValidation?: boolean;
  origins?: Origins;
};

/** What a chart renders to, with the chart and values that were rendered. */
export type RenderedChart = Rendered & {
  /** The chart with only its enabled dependencies, under their effective names. */
  chart: Chart;
  /** The merged values. */
  values: ValueMap;
};

/**
 * Renders a chart: dependencies and values are settled as Helm settles them, values are held against the
 * schemas, templates run, and their documents are sorted into objects and hooks in Helm's order.
 *
 * @throws {PkgError} for values, schema and templates; positions are in the template, origins in the notes
 */
export async function renderChart(input: ChartInput): Promise<RenderedChart> {
  const { userValues, skipSchemaValidation, origins, ...rest } = input;
  if (input.chart.metadata.type === 'library') {
    throw new PkgError(
      'PKG_CHART_IS_LIBRARY',
      `${input.chart.metadata.name} is a library chart and cannot be installed`,
      {
        hints: ['make it a dependency of the chart that uses it'],
      },
    );
  }
  checkKubeVersion(input.chart, input.capabilities.kubeVersion);
  const resolved = resolveDependencies(input.chart, userValues);
  const coalesced = coalesceValues(resolved.chart, resolved.values);
  const { chart } = resolved;
  const { values } = coalesced;
  if (skipSchemaValidation !== true && hasSchema(chart)) {
    const { validateSchemas } = await import('../chart/schema.ts');
    const errors = await validateSchemas(chart, values, origins);
    throwTogether(errors, (count) => `the values do not fit the schema in ${count} places`);
  }
  let output: EngineOutput;
  try {
    output = await renderTemplates({ ...rest, chart, values });
  } catch (error) {
    throw await withOrigin(error, origins);
  }
  const { objects, hooks } = sorted(output);
  const notes = output.notes.map(({ text }) => text).join('\n');
  const warnings = [...resolved.warnings, ...coalesced.warnings, ...output.warnings];
  return { chart, values, objects, hooks, notes, keepsakes: output.keepsakes, warnings };
}

/** Helm's rule: the constraint of the top chart against the version of the cluster. */
function checkKubeVersion(chart: Chart, version: string): void {
  const { kubeVersion, name } = chart.metadata;
  if (kubeVersion === '' || satisfies(version, kubeVersion)) return;
  throw new PkgError(
    'PKG_KUBE_VERSION_UNSUPPORTED',
    `the chart ${name} asks for Kubernetes ${kubeVersion}, and this is ${version}`,
    { at: { file: `${chart.location}/Chart.yaml` }, hints: ['use another version of the chart or of Kubernetes'] },
  );
}

function hasSchema(chart: Chart): boolean {
  return chart.schema !== undefined || chart.dependencies.some((child) => hasSchema(child));
}

/** Objects and hooks apart, each in Helm's install order; within a kind in order of files. */
function sorted(output: EngineOutput): { objects: RenderedDocument[]; hooks: RenderedHook[] } {
  const objects: (RenderedDocument & { kind: string })[] = [];
  const hooks: RenderedHook[] = [];
  for (const { source, documents } of output.templates) {
    for (const read of documents) {
      const { head } = read;
      const { kind, name } = checkObject(head, read);
      const document = new LateDocument(source, kind, read);
      const hook = asHook(document, head, kind, name);
      if (hook === undefined) objects.push(document);
      else hooks.push(hook);
    }
  }
  objects.sort(compareInstallOrder);
  hooks.sort(compareInstallOrder);
  return { objects, hooks };
}

/** A document whose object is made when it is asked for: whoever only prints it does not. */
class LateDocument implements RenderedDocument {
  readonly source: string;
  readonly kind: string;
  readonly text: string;
  readonly #read: ReadDocument;

  constructor(source: string, kind: string, read: ReadDocument) {
    this.source = source;
    this.kind = kind;
    this.text = read.text;
    this.#read = read;
  }

  get object(): ValueMap {
    return this.#read.value;
  }

  trace(path: readonly (string | number)[]): ReturnType<ReadDocument['trace']> {
    return this.#read.trace(path);
  }
}

/** Adds where the value at fault came from. */
async function withOrigin(error: unknown, origins: Origins | undefined): Promise<unknown> {
  if (!(error instanceof TemplateFault) || error.valuePath === undefined || origins === undefined) return error;
  const origin = await origins.find(error.valuePath);
  if (origin === undefined) return error;
  const { at, hints, notes, code, message, cause } = error;
  const note = `values.${error.valuePath.join('.')} comes from ${origin}`;
  return new PkgError(code, message, { ...(at && { at }), hints, notes: [note, ...notes], cause });
}
