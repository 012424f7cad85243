/** The data of a chart. */
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

/** Where a chart was fetched from. Addresses hold no login and no query, which may be secret. Unknown texts are empty. */
export type ChartSource = {
  /** The address of the archive, or `oci://HOST/PATH:TAG`. */
  reference: string;
  /** The digest of the manifest for a chart in a registry, else of the archive. */
  digest: string;
  version: string;
  /** Where other versions are: the address of a repository, or `oci://HOST/PATH`. Empty for an archive by its address. */
  repository: string;
  /** What the chart is called there. */
  name: string;
};

/**
 * A chart in memory, as plain data. Only the bytes of files in a chart folder are read later, when they are first used.
 * A subchart is a chart like any other.
 */
export type Chart = {
  metadata: ChartMetadata;
  /** The file `Chart.yaml`; not set for a chart that was not loaded from files. */
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
  /** All charts under `charts/`, before conditions, tags and aliases are applied. */
  dependencies: Chart[];
  /** Where it was loaded from, as the user named it; for a subchart `PARENT/charts/NAME`. Used in messages. */
  location: string;
  /** Where it was fetched from; not set for a chart from this machine. */
  source?: ChartSource;
};
