/** What both engines take and give: the release, the cluster, limits, documents, and the calls from one to the other. */
import type { Chart } from '../chart/chart.ts';
import type { Position } from '../errors.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { ParseCache } from './parse-cache.ts';
import type { RandomInput, RandomValue } from './random-values.ts';

/** What templates know about the release (`release` in native templates, `.Release` in Go's). */
export type ReleaseContext = {
  name: string;
  namespace: string;
  revision: number;
  isInstall: boolean;
  isUpgrade: boolean;
};

/** What templates know about the cluster. */
export type Capabilities = {
  /** `v1.36.0` */
  kubeVersion: string;
  /** `apps/v1`, and `apps/v1/Deployment` where kinds are known. */
  apiVersions: readonly string[];
};

/** Reads live objects for the `lookup` helper; given only where a cluster may be asked. */
export type Lookup = (apiVersion: string, kind: string, namespace: string, name: string) => ValueMap;

/** Bounds on what templates may do; every one ends in `PKG_TEMPLATE_LIMIT`. */
export type RenderLimits = {
  /** Nested partials; how often a Go template may include itself. */
  depth: number;
  /** Steps that one render may take: statements, and calls by what they cost (see `functions/limits.ts`). */
  steps: number;
  /** Characters that one render may print. */
  outputLength: number;
};

/** A call of a Go template by a native one: the file of the caller, and an identity that no other call of the render has. */
export type Caller = { file: string; identity: string };

/** The Go templates of a chart tree, for its native templates. */
export type GoTemplates = {
  names: () => readonly string[];
  /**
   * The output of the template of a name; undefined where there is none. `data` is its `.`, by default the root of the
   * chart's Go templates, with the file of the caller as `.Template.Name`.
   */
  print: (chart: Chart, by: Caller, name: string, data: Value | undefined) => string | undefined;
  /** Runs a text as a Go template of a chart, and gives its output. */
  text: (chart: Chart, by: Caller, text: string) => string;
};

/** Where a Go template includes something: the chart and the name of the file that is rendered, and the template in it. */
export type Asker = { chart: Chart; file: string; template: string };

/** The native templates of a chart tree, for its Go templates. */
export type NativeTemplates = {
  /** The names by which the templates of a chart may include them. */
  names: (chart: Chart) => readonly string[];
  /**
   * Finds the native template or partial of a name; undefined where there is none. A template gives its part of the
   * output, a partial is run.
   *
   * @throws {PkgError} of any native template, since all are run before the first is included
   */
  find: (name: string, asker: Asker) => NativePrinter | undefined;
};

/**
 * Prints a native template or partial.
 *
 * @param context makes the context of a partial; `rootOf` gives what stands in it for the root of a chart's templates
 * @param call names this call among those of the file, the same in every render: random values of a partial are known
 * by it
 */
export type NativePrinter = (context: (rootOf: (chart: Chart) => Value) => Value, call: () => string) => string;

/** Everything that a render depends on. `chart` has its dependencies resolved (see `resolveDependencies`). */
export type RenderInput = {
  chart: Chart;
  /** The merged values of the top chart, subcharts' blocks and `global` included. */
  values: ValueMap;
  release: ReleaseContext;
  capabilities: Capabilities;
  lookup?: Lookup;
  limits?: Partial<RenderLimits>;
  /** Random values of earlier revisions, which are used again. */
  random?: RandomInput;
  /** Go templates are run for `lint`: what they require or fail for is let pass. */
  lint?: boolean;
  /** The integers beyond 2^53 that are integers to Go templates; all others are floats, as Helm reads YAML. */
  wideIntegers?: ReadonlySet<bigint>;
  /** Let `getHostByName` ask the network. */
  enableDns?: boolean;
  /** Print NOTES of subcharts too. */
  subchartNotes?: boolean;
  /** Keeps parsed templates for the next render of the same files. */
  parsed?: ParseCache;
};

/** One document of a template, parsed. */
export type RenderedDocument = {
  /** `CHART/templates/FILE`, as in Helm's `# Source:` lines. */
  source: string;
  /** Not there for a document of comments alone, as Go templates print them. Read when it is asked for. */
  readonly object: ValueMap | undefined;
  /** The object as YAML; of a native template without a trailing newline, of a Go template as it was printed. */
  readonly text: string;
  /** The same as bytes, one a character, of a Go template: it may print what is not UTF-8. */
  readonly bytes?: string;
  /** Where a field is written, and which of the chart's values it holds; worked out when asked. */
  trace(path: ValuePath): { at: Position; valuePath: readonly string[] | undefined };
};

/** A hook: a document with a `helm.sh/hook` annotation, distinguished from objects. */
export type RenderedHook = RenderedDocument & {
  name: string;
  kind: string;
  events: string[];
  weight: number;
  deletePolicies: string[];
  outputLogPolicies: string[];
};

/** What a chart renders to. */
export type Rendered = {
  /** All random values that this render used, to be stored beside the record. */
  randomValues: readonly RandomValue[];
  /** In Helm's install order. */
  objects: (RenderedDocument & { kind: string })[];
  /** In Helm's install order of kinds, as Helm stores them. */
  hooks: RenderedHook[];
  notes: string;
  warnings: string[];
};
