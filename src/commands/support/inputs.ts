/** Reads the chart and the values for the commands that render. */
import { PkgError } from '../../errors.ts';
import { createOrigins } from '../../chart/origins.ts';
import type { Origins } from '../../chart/origins.ts';
import type { Chart } from '../../chart/chart.ts';
import type { SchemaLoader } from '../../chart/schema.ts';
import { readUserValues } from '../../chart/user-values.ts';
import { keepsWrittenKeys } from '../../chart/written-keys.ts';
import { parseMirror } from '../../image-name.ts';
import type { ImageMirror } from '../../image-name.ts';
import type { RenderLimits } from '../../render/render.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { openChart } from './chart-source.ts';
import type { FlagValues } from './flag-types.ts';
import { limitsOf, valueSources } from './operation-input.ts';
import { linkOptions } from './link-options.ts';
import type {
  CHART_FLAGS,
  DEPENDENCY_FLAGS,
  LIMITS_FLAG,
  MIRROR_FLAG,
  NAME_FLAGS,
  SCHEMA_FLAGS,
  VALUE_FLAGS,
} from './chart-flags.ts';
import type { RemoteFlags } from './remotes.ts';
import { readStdin } from './stdin.ts';

/** A chart, the user's values, and the options for rendering. */
export type Inputs = {
  chart: Chart;
  userValues: ValueMap;
  origins: Origins;
  limits: Partial<RenderLimits>;
  loadSchema?: SchemaLoader;
  imageMirror?: ImageMirror;
};

/** The flags that are used. Not every command has those for dependencies and mirrors. */
type InputFlags = FlagValues<typeof VALUE_FLAGS & typeof CHART_FLAGS & typeof LIMITS_FLAG & typeof SCHEMA_FLAGS> &
  Partial<FlagValues<typeof DEPENDENCY_FLAGS & typeof MIRROR_FLAG>> &
  RemoteFlags;

/**
 * Loads a chart, fetches missing dependencies with `--dependency-update`, and reads the values that the flags name.
 *
 * @throws {PkgError} for the chart, the values files and the flags
 */
export async function readInputs(path: string, flags: InputFlags): Promise<Inputs> {
  const sources = valueSources(flags);
  const limits = limitsOf(flags);
  const links = linkOptions(flags);
  const mirror = flags['image-mirror'] ?? '';
  const imageMirror = mirror === '' ? {} : { imageMirror: parseMirror(mirror) };
  let chart = await openChart(path, flags, links);
  const writtenKeys = keepsWrittenKeys(chart);
  const { values: userValues, texts } = await readUserValues(sources, readStdin, { writtenKeys });
  if (flags['dependency-update'] === true) {
    const { withDependencies } = await import('./dependency-update.ts');
    chart = await withDependencies(chart, flags, links);
  }
  return {
    chart,
    userValues,
    origins: createOrigins(chart, sources, texts),
    limits,
    ...imageMirror,
    ...schemaInput(flags),
  };
}

/** The loader for schemas that a chart's schema refers to; none without the flags for it. */
export function schemaInput(flags: FlagValues<typeof SCHEMA_FLAGS>): { loadSchema?: SchemaLoader } {
  const folder = flags['schema-cache'] ?? '';
  const allowRemote = flags['allow-remote-schemas'];
  if (folder === '' && !allowRemote) return {};
  let load: SchemaLoader | undefined;
  return {
    async loadSchema(url) {
      const { schemaLoader } = await import('../../repository/schemas.ts');
      load ??= schemaLoader({ folder, allowRemote, env: process.env });
      return load(url);
    },
  };
}

/**
 * As {@link readInputs}, with the name of the release: the one that was typed or that the flags make, else the chart's.
 *
 * @throws {PkgError} as {@link nameOf} and {@link readInputs} do
 */
export async function readNamedInputs(
  path: string,
  typedName: string | undefined,
  flags: InputFlags & FlagValues<typeof NAME_FLAGS>,
): Promise<Inputs & { name: string }> {
  const name = await nameOf(typedName, flags);
  const inputs = await readInputs(path, flags);
  const chartName = inputs.chart.metadata.name;
  if (name !== undefined) return { ...inputs, name };
  return { ...inputs, name: flags['generate-name'] ? `${chartName}-${Math.floor(Date.now() / 1000)}` : chartName };
}

/**
 * The name of a release that was typed, or that `--name-template` renders; undefined without both.
 *
 * @throws {PkgError} `PKG_USAGE` for a name together with a flag that makes one
 */
export async function nameOf(
  typedName: string | undefined,
  flags: FlagValues<typeof NAME_FLAGS>,
): Promise<string | undefined> {
  const template = flags['name-template'] ?? '';
  const maker = flags['generate-name'] ? 'generate-name' : template === '' ? undefined : 'name-template';
  if (typedName !== undefined && maker !== undefined) {
    throw new PkgError('PKG_USAGE', `a name and --${maker} cannot be given together`);
  }
  if (typedName !== undefined) return typedName;
  if (template === '') return undefined;
  const { renderNameTemplate } = await import('../../render/gotemplate/name-template.ts');
  return renderNameTemplate(template);
}
