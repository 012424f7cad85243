import type { Chart } from '../chart/chart.ts';
import type { Position } from '../errors.ts';
import type { ValueMap } from '../yaml/value.ts';

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
  /** Nested partials, includes and `tpl` calls. */
  depth: number;
  /** Nodes evaluated by one render. */
  steps: number;
  /** Characters that one render may print. */
  outputLength: number;
};

/** Random values by the identity of the call that made them; kept with the release. */
export type Keepsakes = Map<string, string>;

/** Everything that a render depends on. `chart` has its dependencies resolved (see `resolveDependencies`). */
export type RenderInput = {
  chart: Chart;
  /** The merged values of the top chart, subcharts' blocks and `global` included. */
  values: ValueMap;
  release: ReleaseContext;
  capabilities: Capabilities;
  lookup?: Lookup;
  limits?: Partial<RenderLimits>;
  /** Random values of the previous revision. */
  keepsakes?: Keepsakes;
  /** Print NOTES of subcharts too. */
  subchartNotes?: boolean;
};

/** One document of a template, parsed. */
export type RenderedDocument = {
  /** `CHART/templates/FILE`, as in Helm's `# Source:` lines. */
  source: string;
  readonly object: ValueMap;
  /** The object as YAML, without a trailing newline. */
  text: string;
  /** Where a field is written, and which of the chart's values it holds; worked out when asked. */
  trace(path: readonly (string | number)[]): { at: Position; valuePath: readonly string[] | undefined };
};

/** A hook: a document with a `helm.sh/hook` annotation, told apart from objects. */
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
  /** In Helm's install order. */
  objects: RenderedDocument[];
  /** In Helm's install order of kinds, as Helm stores them. */
  hooks: RenderedHook[];
  notes: string;
  /** All random values that this render used, to be kept with the release. */
  keepsakes: Keepsakes;
  warnings: string[];
};
