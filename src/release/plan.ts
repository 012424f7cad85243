import type { Cascade, KubeObject, ObjectRef } from '../cluster/cluster.ts';
import type { Json } from '../yaml/value.ts';

/** What a step does to one object. */
export type Action = 'create' | 'update' | 'delete' | 'keep' | 'unchanged';

/** The reason of a step that keeps an object whose chart wants it kept. */
export const KEEP_POLICY = 'helm.sh/resource-policy: keep';

/** One field that differs. `path` as `spec.template.spec.containers[0].image`. */
export type FieldChange = { path: (string | number)[]; before: Json | undefined; after: Json | undefined };

/** One object and what is to happen to it. */
export type Step = {
  action: Action;
  ref: ObjectRef;
  /** One clause: `not there yet`, `no longer in the chart`, {@link KEEP_POLICY}, … */
  reason: string;
  /** The object as it is now; undefined for create. */
  live?: KubeObject;
  /** The object as it is to be (ownership metadata included); undefined for delete and keep. */
  desired?: KubeObject;
  /** For update: the object as it will live, where the place tells it. */
  after?: KubeObject;
  /** A namespace or a CRD of `crds/`, which is no release's: whoever makes it first makes it for all. */
  isShared?: true;
  /** For update: what differs. */
  changes: FieldChange[];
};

/** What an operation will do: shown to the user and then applied, the same object. */
export type Plan = {
  operation: 'install' | 'upgrade' | 'rollback' | 'uninstall';
  release: string;
  namespace: string;
  /** The revision that applying it writes. */
  revision: number;
  /** In the order of writing: creates and updates in install order, then deletes in uninstall order. */
  steps: Step[];
  /** So many of the first steps make the namespace of the release and the chart's CRDs: before any hook. */
  crds: number;
  /** What becomes of the objects that deleted ones own; `background` where nothing is said. */
  cascade?: Cascade;
  /** Fields that others hold are taken. */
  forceConflicts: boolean;
  /** What a person should know before: assumed scopes, duplicates, taken over records, … */
  notes: string[];
};
