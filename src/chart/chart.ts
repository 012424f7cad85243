import type { ValueMap } from '../yaml/value.ts';

/**
 * A file of a chart: its path inside the chart with forward slashes, and its bytes. Those of a folder are read when
 * they are first asked for: many charts hold more CRDs and documentation than a run looks at.
 */
export type ChartFile = { name: string; readonly data: Uint8Array };

/** A dependency as `Chart.yaml` (or `requirements.yaml`) declares it. */
export type ChartDependency = {
  name: string;
  version: string;
  repository: string;
  condition: string;
  tags: string[];
  alias: string;
  /** `import-values` as written: strings, or maps with `child` and `parent`. */
  importValues: (string | { child: string; parent: string })[];
};

/** `Chart.yaml`: the fields that pkg acts on, and the whole of it as written. */
export type ChartMetadata = {
  apiVersion: string;
  name: string;
  version: string;
  appVersion: string;
  description: string;
  type: 'application' | 'library';
  kubeVersion: string;
  deprecated: boolean;
  annotations: Map<string, string>;
  dependencies: ChartDependency[];
  /** Every field, in the order of the file, after validation. */
  all: ValueMap;
};

/** Where a chart was fetched from: no logins and no queries, in which secrets may be. Texts are empty for nothing. */
export type ChartSource = {
  /** The address of the archive, or `oci://HOST/PATH:TAG`. */
  reference: string;
  /** Of the manifest in a registry, of the archive from elsewhere. */
  digest: string;
  version: string;
  /** Where other versions are: the address of a repository, or `oci://HOST/PATH`. Empty for an archive by its address. */
  repository: string;
  /** What the chart is called there. */
  name: string;
};

/**
 * A chart in memory: plain data, nothing of it lazily read but by {@link loadChart}'s own doing.
 * A subchart is a chart like any other.
 */
export type Chart = {
  metadata: ChartMetadata;
  /** `Chart.yaml` as it is written; not there for a chart that was not loaded from files. */
  metadataFile?: ChartFile;
  /** `Chart.lock` (or `requirements.lock`) as data, null when there is none. */
  lock: ValueMap | null;
  /** The default values, and the text they were read from. */
  values: ValueMap;
  valuesFile: ChartFile | undefined;
  /** `values.schema.json`. */
  schema: ChartFile | undefined;
  /** Everything under `templates/`, in path order; names begin with `templates/`. */
  templates: ChartFile[];
  /** The manifests under `crds/`; names begin with `crds/`. */
  crds: ChartFile[];
  /** All other files that `.Files` / `files` offers: README, licences, scripts, … */
  files: ChartFile[];
  /** The charts under `charts/`, before conditions and aliases are looked at. */
  dependencies: Chart[];
  /** Where it was loaded from, as the user named it; for a subchart `PARENT/charts/NAME`. Used in messages. */
  location: string;
  /** Of a chart that was fetched. */
  source?: ChartSource;
};
