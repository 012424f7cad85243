/** A release, as Helm's record has it. */
import type { JsonObject, Json } from '../yaml/value.ts';

/** Helm's statuses of a revision. */
export const STATUSES = [
  'unknown',
  'deployed',
  'uninstalled',
  'superseded',
  'failed',
  'uninstalling',
  'pending-install',
  'pending-upgrade',
  'pending-rollback',
] as const;

/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];

/** A hook as Helm's record holds it. */
export type RecordedHook = {
  name: string;
  kind: string;
  path: string;
  manifest: string;
  events: string[];
  last_run: JsonObject;
  weight?: number;
  delete_policies?: string[];
  output_log_policies?: string[];
};

/** A file of the chart as Helm's record holds it; data is base64. */
export type RecordedFile = { name: string; data: string; modtime?: string };

/** The root chart as Helm's record holds it. Subcharts are not stored. */
export type RecordedChart = {
  metadata: JsonObject;
  lock: Json;
  templates: RecordedFile[];
  values: JsonObject;
  schema: string | null;
  files: RecordedFile[];
} & JsonObject;

/**
 * One revision of a release: exactly the JSON that Helm 4 writes (see `codec.ts`), plus the labels, which live on the
 * Secret. `config` holds what the user gave, no defaults.
 */
export type Release = {
  name: string;
  namespace: string;
  version: number;
  info: {
    first_deployed?: string;
    last_deployed?: string;
    deleted?: string;
    description: string;
    status: Status;
    /** Of a rollback, the revision that it went back to. */
    rollback_revision?: number;
    notes?: string;
  };
  chart: RecordedChart;
  config: JsonObject;
  manifest: string;
  hooks: RecordedHook[];
  apply_method?: 'ssa' | 'csa';
  /** User labels of the Secret; Helm's six own labels are not among them. */
  labels: Record<string, string>;
};
