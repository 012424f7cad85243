/** Renders a chart and applies the rules on its output. */
import type { Chart } from '../../chart/chart.ts';
import { resolveDependencies } from '../../chart/dependencies.ts';
import type { Origins } from '../../chart/origins.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import { coalesceValues } from '../../chart/values.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { valueAt } from '../../yaml/value.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { pathText } from '../../chart/path-text.ts';
import type { LintOptions } from './options.ts';
import { DEFAULT_CAPABILITIES } from '../capabilities.ts';
import { enginesOf } from '../engines.ts';
import { KindTypes } from '../field-types.ts';
import { ExecError } from '../gotemplate/exec-errors.ts';
import { decodeText } from '../gotemplate/value.ts';
import { PrintOrigins } from '../gotemplate/print-origin.ts';
import { StoredValues } from '../random-values.ts';
import type { NativeRender } from '../handlebars/engine.ts';
import type { NativeOpener } from '../handlebars/render.ts';
import type { ReleaseContext, RenderedDocument } from '../render.ts';
import { checkWritten, withOrigin } from '../value-origin.ts';
import { fromError } from './errors.ts';
import { textAt } from './objects/fields.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';
import { openKinds } from './objects/object-schema.ts';
import type { ChartKinds } from './objects/object-schema.ts';
import { lintObjects } from './objects/objects.ts';
import { RELEASE_NAME } from './release.ts';
import { blocksOf, lintGivenValues } from './values/given-values.ts';
import { withAllTrue } from './values/switched-values.ts';
import { makesOf } from './objects/chart-makes.ts';
import type { ChartMakes } from './objects/chart-objects.ts';
import type { LintObject } from './objects/lint-object.ts';
import { isYamlFile, lintPrinted } from './templates/printed.ts';
import { lintPartialArguments } from './templates/partial-arguments.ts';
import { lintSharedKeys, lintRandomValues } from './templates/random-calls.ts';
import { lintTexts } from './objects/texts.ts';

/**
 * Renders a chart as Helm's lint does, which continues where an install would fail: subcharts may be missing,
 * `kubeVersion` of the chart is not checked, and `required` and `fail` of Go templates are not errors.
 */
export async function lintRendered(
  chart: Chart,
  options: LintOptions,
  origins: Origins | undefined,
): Promise<LintMessage[]> {
  const messages: LintMessage[] = [];
  const branches: LintMessage[] = [];
  const kinds = await openKinds(chart);
  const objects: LintObject[] = [];
  let makes: ChartMakes | undefined;
  const { location } = chart;
  const { kubeVersion } = options.capabilities ?? DEFAULT_CAPABILITIES;
  try {
    const { chart: resolved, values } = resolveDependencies(withoutMissing(chart), options.userValues);
    const freshValues = (): ValueMap => coalesceValues(resolved, values).values;
    if (options.skipSchemaValidation !== true) {
      await checkSchemas(resolved, freshValues(), origins, options.loadSchema);
    }
    const engines = enginesOf(resolved);
    if (engines.native) branches.push(...(await lintNativeBranches(resolved, freshValues(), kinds, kubeVersion)));
    const openNative = engines.native ? await nativeOf(resolved, freshValues, options) : undefined;
    if (engines.go || engines.goTexts) {
      const found = await lintGo(resolved, freshValues, openNative, options);
      messages.push(...found.messages);
      objects.push(...found.objects);
    }
    const native = await openNative?.();
    // The templates of a library chart are rendered only by charts that use it.
    if (native !== undefined && chart.metadata.type !== 'library') {
      const found = await renderNatively(resolved, native, freshValues, origins);
      objects.push(...found.objects);
      branches.push(...found.messages);
      makes = await makesOf(chart, resolved, objects);
      // Objects of Go templates would be those of the default values.
      if (!engines.go && !engines.goTexts)
        branches.push(...(await lintSwitched(resolved, freshValues, kinds, options)));
    }
    const withOwn = (): ReturnType<typeof objectsWithOwnValues> => objectsWithOwnValues(resolved, values, options);
    const context = { kinds, origins, isNative: engines.native };
    messages.push(...(await lintGivenValues(chart, options.userValues, objects, withOwn, context)));
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return afterError(error, branches, location);
  }
  const own = objects.filter(
    ({ path, printed }) => path.startsWith('templates/') && (printed === undefined || isYamlFile(path)),
  );
  const found = await Promise.all(
    lintObjects(own, objects, kubeVersion, kinds, makes).map(async ({ message, valuePath }) => {
      const origin = valuePath && (await origins?.find(valuePath));
      if (valuePath === undefined || origin === undefined) return message;
      return { ...message, message: `${message.message} (values.${pathText(valuePath)} comes from ${origin})` };
    }),
  );
  return [...messages, ...notFound(branches, found), ...found];
}

/** The findings on branches, and those on the error that ended a render. */
function afterError(error: PkgError, branches: readonly LintMessage[], location: string): LintMessage[] {
  // `required` of a native template asks for a value that only the user of the chart can give, so it is not an error.
  const isRefusal = error.code === 'PKG_TEMPLATE_FAILED' && !isOfGo(error);
  const found = fromError(error, location, 'templates/', isRefusal ? 'template-refuses' : 'template-invalid');
  const lines = new Set(found.map(({ at }) => `${at?.file}:${at?.line}`));
  // If the tag of a line cannot be read, errors in the structure of that line are only a consequence.
  const others = branches.filter(
    ({ rule, at }) => (rule !== 'template-invalid' && rule !== 'object-value') || !lines.has(`${at?.file}:${at?.line}`),
  );
  return [...others, ...found];
}

/**
 * The findings on references in a chart of native templates where all that is false in the default values is true, since
 * most of these switch a part of the chart on. Where that cannot be rendered, because the part asks for further values,
 * there are none.
 */
async function lintSwitched(
  chart: Chart,
  freshValues: () => ValueMap,
  kinds: ChartKinds,
  options: LintOptions,
): Promise<LintMessage[]> {
  if (!withAllTrue(freshValues()).isChanged) return [];
  try {
    const switched = (): ValueMap => withAllTrue(freshValues()).values;
    const native = await (await nativeOf(chart, switched, options))();
    const { objects } = await renderNatively(chart, native, switched, undefined);
    const own = objects.filter(({ path }) => path.startsWith('templates/'));
    const { kubeVersion } = options.capabilities ?? DEFAULT_CAPABILITIES;
    const found = lintObjects(own, objects, kubeVersion, kinds, undefined).map(({ message }) => message);
    return found.filter(({ rule }) => rule === 'object-reference');
  } catch (error) {
    if (error instanceof PkgError) return [];
    throw error;
  }
}

/** The objects of a chart whose subcharts get none of its values; undefined where they cannot be rendered so. */
async function objectsWithOwnValues(
  chart: Chart,
  values: ValueMap,
  options: LintOptions,
): Promise<LintObject[] | undefined> {
  const blocks = blocksOf(chart);
  const without = (all: ValueMap): ValueMap => new Map([...all].filter(([key]) => !blocks.has(key)));
  const bare = { ...chart, values: without(chart.values) };
  const freshValues = (): ValueMap => coalesceValues(bare, without(values)).values;
  try {
    const engines = enginesOf(bare);
    const openNative = engines.native ? await nativeOf(bare, freshValues, options) : undefined;
    const go = engines.go || engines.goTexts ? await lintGo(bare, freshValues, openNative, options) : { objects: [] };
    const native = await openNative?.();
    const natives = native && (await renderNatively(bare, native, freshValues, undefined));
    return [...go.objects, ...(natives?.objects ?? [])];
  } catch (error) {
    if (error instanceof PkgError) return undefined;
    throw error;
  }
}

/** Does an error come from a Go template, or from a text that `goTpl` runs? */
function isOfGo({ cause }: Error): boolean {
  return cause instanceof ExecError || (cause instanceof Error && isOfGo(cause));
}

/** The findings on branches without those that are found in the rendered objects too, which have more to say. */
function notFound(branches: readonly LintMessage[], found: readonly LintMessage[]): LintMessage[] {
  const keys = new Set(found.map(keyOf));
  return branches.filter((message) => !keys.has(keyOf(message)));
}

function keyOf({ rule, at }: LintMessage): string {
  return `${rule} ${at?.file}:${at?.line}:${at?.column}`;
}

/** The chart without its missing subcharts, for which there is another rule. */
function withoutMissing(chart: Chart): Chart {
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const dependencies = chart.metadata.dependencies.filter(({ name }) => present.has(name));
  return { ...chart, metadata: { ...chart.metadata, dependencies } };
}

async function checkSchemas(
  chart: Chart,
  values: ValueMap,
  origins: Origins | undefined,
  loadSchema: SchemaLoader | undefined,
): Promise<void> {
  const { validateSchemas } = await import('../../chart/schema.ts');
  throwTogether(
    await validateSchemas(chart, values, origins, loadSchema),
    (count) => `the values do not fit the schema in ${count} places`,
  );
}

const RELEASE = { name: RELEASE_NAME, isUpgrade: false };

async function lintGo(
  chart: Chart,
  freshValues: () => ValueMap,
  openNative: NativeOpener | undefined,
  { namespace = 'default', capabilities = DEFAULT_CAPABILITIES, limits = {} }: LintOptions,
): Promise<{ messages: LintMessage[]; objects: LintObject[] }> {
  const { printGo } = await import('../gotemplate/render.ts');
  // In Helm's lint, .Release.IsInstall is false and .Release.Revision is 0.
  const release: ReleaseContext = { ...RELEASE, namespace, revision: 0, isInstall: false };
  const input = { chart, release, capabilities, limits, lint: true, ...(openNative && { openNative }) };
  const { texts } = await printGo(input, freshValues);
  const retracer = new PrintOrigins(input, freshValues);
  const types = new KindTypes(chart);
  const kinds = await openKinds(chart);
  const messages: LintMessage[] = [];
  const objects: LintObject[] = [];
  for (const text of texts) {
    const path = inChart(decodeText(text.source));
    const found = lintPrinted(text, path);
    objects.push(...found.objects);
    if (!path.startsWith('templates/')) continue;
    // An install reads the output of every file, Helm's lint only that of .yaml and .yml: for others, infos.
    if (isYamlFile(path)) messages.push(...found.messages, ...(await lintTexts(text, path, retracer, types, kinds)));
    else messages.push(...found.messages.map((message) => ({ ...message, severity: 'info' as const })));
  }
  return { messages, objects };
}

/** Findings on the chart's own native templates in all their branches, also those that the values do not take. */
async function lintNativeBranches(
  chart: Chart,
  values: ValueMap,
  kinds: ChartKinds,
  kubeVersion: string,
): Promise<LintMessage[]> {
  const { openTree } = await import('../handlebars/tree.ts');
  const { lintBranches } = await import('./templates/branches.ts');
  const tree = await openTree(chart);
  const own = tree.charts.get(chart);
  const partials = tree.partials.get(chart);
  if (own === undefined || partials === undefined) return [];
  const context = { partials, values, kinds, kubeVersion, types: new KindTypes(chart) };
  return [...own.files, ...own.templates.filter(({ name }) => !name.endsWith('/NOTES.txt.hbs'))].flatMap((template) => {
    const { errors, problems, unreachable } = lintBranches(template, context);
    const path = inChart(template.name);
    return [
      ...errors.flatMap((error) => fromError(error, chart.location, path, 'template-invalid')),
      ...problems.map(({ rule, message, at }) => finding(rule, path, message, at)),
      ...unreachable.map(({ at, why }) => finding('branch-unreachable', path, why, at)),
      ...lintSharedKeys(template, path),
      ...lintPartialArguments(template, partials, path),
    ];
  });
}

async function nativeOf(
  chart: Chart,
  freshValues: () => ValueMap,
  { namespace = 'default', capabilities = DEFAULT_CAPABILITIES, limits = {} }: LintOptions,
): Promise<NativeOpener> {
  const { nativeOpener } = await import('../handlebars/render.ts');
  const release: ReleaseContext = { ...RELEASE, namespace, revision: 1, isInstall: true };
  // An empty store: without one, the render would not find the keys of random values.
  const random = { stored: new StoredValues() };
  return nativeOpener(() => ({ chart, values: freshValues(), release, capabilities, limits, random }));
}

async function renderNatively(
  chart: Chart,
  native: NativeRender,
  freshValues: () => ValueMap,
  origins: Origins | undefined,
): Promise<{ objects: LintObject[]; messages: LintMessage[] }> {
  const { readNative } = await import('../handlebars/render.ts');
  let rendered: ReturnType<typeof readNative>;
  try {
    rendered = readNative(native);
    await checkWritten({ native: rendered, freshValues }, origins);
  } catch (error) {
    throw await withOrigin(error, chart, origins);
  }
  const { objects, hooks, randomValues } = rendered;
  const values = freshValues();
  let messages: LintMessage[] = [];
  if (randomValues.length > 0) {
    const { openTree } = await import('../handlebars/tree.ts');
    const own = (await openTree(chart)).charts.get(chart);
    messages = lintRandomValues(randomValues, [...(own?.templates ?? []), ...(own?.files ?? [])]);
  }
  return { objects: [...objects, ...hooks].flatMap((document) => asLintObject(document, values)), messages };
}

function asLintObject(document: RenderedDocument, values: ValueMap): LintObject[] {
  const { object } = document;
  if (object === undefined) return [];
  const head = {
    apiVersion: textAt(object, 'apiVersion'),
    kind: textAt(object, 'kind'),
    name: textAt(object, 'metadata', 'name'),
  };
  return [
    {
      path: inChart(document.source),
      object,
      head,
      at: (keys) => document.trace(keys).at,
      valuePath: (keys) => {
        const path = document.trace(keys).valuePath;
        // In "{{values.port}}" the quotes of the template make the text.
        const isSame = path !== undefined && valueAt(values, path) === valueAt(object, keys);
        return isSame ? path : undefined;
      },
    },
  ];
}

/** The path of a source inside its chart: without the chart's name. */
function inChart(source: string): string {
  return source.slice(source.indexOf('/') + 1);
}
