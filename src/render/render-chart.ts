/** Chart and values become objects: the first half of every operation. */
import type { Chart } from '../chart/chart.ts';
import { satisfies } from '../chart/constraint.ts';
import { resolveDependencies } from '../chart/dependencies.ts';
import type { Resolved } from '../chart/dependencies.ts';
import type { Origins } from '../chart/origins.ts';
import type { SchemaLoader } from '../chart/schema.ts';
import { coalesceValues } from '../chart/values.ts';
import type { Coalesced } from '../chart/values.ts';
import { PkgError, throwTogether } from '../errors.ts';
import type { ImageMirror } from '../image-name.ts';
import type { ValueMap, ValuePath } from '../yaml/value.ts';
import { kubeVersionNumbers } from './capabilities.ts';
import { enginesOf } from './engines.ts';
import type { Documents } from './engines.ts';
import { compareInstallOrder, compareSources } from './order.ts';
import type { RandomValue } from './random-values.ts';
import type { DocumentLocator } from './locate-document.ts';
import type { Rendered, RenderedDocument, RenderInput } from './render.ts';
import { checkWritten, withOrigin } from './value-origin.ts';

/** The input of {@link renderChart}: a chart as it was loaded, and the values of the user. */
export type ChartInput = Omit<RenderInput, 'values'> & {
  userValues: ValueMap;
  skipSchemaValidation?: boolean;
  /** Gets schemas that those of the charts refer to. */
  loadSchema?: SchemaLoader;
  origins?: Origins;
  /** Refuse fields that should be texts and are not, where no API server does. */
  checkTexts?: boolean;
  /** Images get the names that they have in this mirror. */
  imageMirror?: ImageMirror;
};

/** The result of rendering a chart, with the chart that was rendered. */
export type RenderedChart = Rendered & {
  /** The chart with only its enabled dependencies, under their effective names. */
  chart: Chart;
  /**
   * Adds to an error about a field of a document where a template writes it, and where the value in it comes from. Of a
   * field that the document does not have it is the nearest part that holds it.
   */
  explain(error: PkgError, document: RenderedDocument, path: ValuePath): Promise<unknown>;
};

/**
 * Renders a chart: resolves dependencies and merges values as Helm does, validates the values against the schemas, runs
 * the templates, and sorts their documents into objects and hooks in Helm's order.
 *
 * @throws {PkgError} for values, schema and templates; positions are in the template, origins in the notes
 */
export async function renderChart(input: ChartInput): Promise<RenderedChart> {
  const { skipSchemaValidation, loadSchema, origins, checkTexts, imageMirror, ...rest } = input;
  checkIsApplication(input.chart);
  checkKubeVersion(input.chart, input.capabilities.kubeVersion);
  const { resolved, coalesced } = await settle(input);
  const { chart } = resolved;
  if (skipSchemaValidation !== true && hasSchema(chart)) {
    const { validateSchemas } = await import('../chart/schema.ts');
    const errors = await validateSchemas(chart, coalesced.values, origins, loadSchema);
    throwTogether(errors, (count) => `the values do not fit the schema in ${count} places`);
  }
  const freshValues = givingFresh(resolved, coalesced);
  const engines = enginesOf(chart);
  const native = engines.native ? await import('./handlebars/render.ts') : undefined;
  const openNative = native?.nativeOpener(() => ({ ...rest, chart, values: freshValues() }));
  const wideIntegers = origins?.wideIntegers();
  const goInput = { ...rest, chart, ...(openNative && { openNative }), ...(wideIntegers && { wideIntegers }) };
  let locator: DocumentLocator | undefined;
  const locate = async (): Promise<DocumentLocator> => {
    const { DocumentLocator } = await import('./locate-document.ts');
    return (locator ??= new DocumentLocator(goInput, freshValues));
  };
  const parts: Documents[] = [];
  let randomValues: readonly RandomValue[] = [];
  try {
    if (engines.go || engines.goTexts) {
      const { renderGo } = await import('./gotemplate/render.ts');
      parts.push(await renderGo(goInput, freshValues));
    }
    if (native !== undefined && openNative !== undefined) {
      const found = native.readNative(await openNative());
      ({ randomValues } = found);
      await checkWritten(
        { native: found, freshValues, goInput: engines.go || engines.goTexts ? goInput : undefined },
        origins,
      );
      parts.push(found);
    }
    if (checkTexts === true) await refuseTexts(parts, chart, await locate(), origins);
  } catch (error) {
    throw await withOrigin(error, chart, origins);
  }
  const warnings = [...resolved.warnings, ...coalesced.warnings, ...parts.flatMap((part) => part.warnings)];
  if (chart.metadata.deprecated) warnings.push(`the chart ${chart.metadata.name} is deprecated`);
  const notes = parts.flatMap((part) => part.notes).filter((text) => text !== '');
  const rendered = {
    chart,
    objects: inOrder(parts.map(({ objects }) => objects)),
    hooks: inOrder(parts.map(({ hooks }) => hooks)),
    notes: notes.join('\n'),
    randomValues,
    warnings,
    explain: async (error: PkgError, document: RenderedDocument, path: ValuePath) => {
      const { explainDocument } = await import('./locate-document.ts');
      return await withOrigin(await explainDocument(await locate(), error, document, path), chart, origins);
    },
  };
  if (imageMirror !== undefined) (await import('./image-mirror.ts')).withMirror(rendered, imageMirror);
  return rendered;
}

/** @throws {PkgError} for fields of objects that should be texts and are not, together */
async function refuseTexts(
  parts: readonly Documents[],
  chart: Chart,
  locator: DocumentLocator,
  origins: Origins | undefined,
): Promise<void> {
  const { checkTexts } = await import('./check-texts.ts');
  const errors = await checkTexts(
    parts.flatMap(({ objects }) => objects),
    chart,
    locator,
  );
  const located = await Promise.all(errors.map((error) => withOrigin(error, chart, origins)));
  throwTogether(located as PkgError[], (count) => `${count} fields hold what Kubernetes refuses`);
}

/** Resolves the dependencies, and merges the values. */
async function settle({
  chart,
  userValues,
  origins,
}: ChartInput): Promise<{ resolved: Resolved; coalesced: Coalesced }> {
  try {
    const resolved = resolveDependencies(chart, userValues);
    return { resolved, coalesced: coalesceValues(resolved.chart, resolved.values) };
  } catch (error) {
    throw await withOrigin(error, chart, origins);
  }
}

/** Gives the values anew at each call, since each engine changes the values that it is given. */
function givingFresh(resolved: Resolved, coalesced: Coalesced): () => ValueMap {
  let unused: ValueMap | undefined = coalesced.values;
  return () => {
    const values = unused ?? coalesceValues(resolved.chart, resolved.values).values;
    unused = undefined;
    return values;
  };
}

function checkIsApplication({ metadata }: Chart): void {
  if (metadata.type !== 'library') return;
  throw new PkgError('PKG_CHART_IS_LIBRARY', `${metadata.name} is a library chart and cannot be installed`, {
    hints: ['make it a dependency of the chart that uses it'],
  });
}

/** Helm's rule: the constraint of the top chart against the version of the cluster. */
function checkKubeVersion(chart: Chart, version: string): void {
  const { kubeVersion, name } = chart.metadata;
  if (kubeVersion === '' || satisfies(kubeVersionNumbers(version), kubeVersion)) return;
  throw new PkgError(
    'PKG_KUBE_VERSION_UNSUPPORTED',
    `the chart ${name} asks for Kubernetes ${kubeVersion}, and this is ${version}`,
    { at: { file: `${chart.location}/Chart.yaml` }, hints: ['use another version of the chart or of Kubernetes'] },
  );
}

function hasSchema(chart: Chart): boolean {
  return chart.schema !== undefined || chart.dependencies.some((child) => hasSchema(child));
}

/** Helm's install order; within a kind in order of files, whichever engine they are for. */
function inOrder<T extends { source: string; kind: string }>(parts: readonly T[][]): T[] {
  const all = parts.flat();
  if (parts.length > 1) all.sort(compareSources);
  return all.sort(compareInstallOrder);
}
