/** What a plan is, as data. */
import type { Cascade, KubeObject, ObjectRef } from '../cluster/cluster.ts';
import type { Json } from '../yaml/value.ts';

/** What a step does to one object. */
export type Action = 'create' | 'update' | 'delete' | 'keep' | 'unchanged';

/** The reason of a step that keeps an object because of this annotation in the chart. */
export const KEEP_POLICY = 'helm.sh/resource-policy: keep';

/** One field that differs. `path` is `['spec', 'containers', 0, 'image']`; undefined for a field that is not there. */
export type FieldChange = { path: (string | number)[]; before: Json | undefined; after: Json | undefined };

/** What is done with one object. */
export type Step = {
  action: Action;
  ref: ObjectRef;
  /** One clause: `not there yet`, `no longer in the chart`, {@link KEEP_POLICY}, … */
  reason: string;
  /** The object as it is now; undefined for create. */
  live?: KubeObject;
  /** The desired object with its ownership marks; undefined for delete and keep. */
  desired?: KubeObject;
  /** For update: the object that a dry run answered; undefined where none was made. */
  after?: KubeObject;
  /** A namespace or a CRD of `crds/`. It belongs to no release: one that exists by now is left as it is. */
  isShared?: true;
  /** For update: what differs. */
  changes: FieldChange[];
};

/** What an operation will do. The same plan is shown to the user and applied. */
export type Plan = {
  operation: 'install' | 'upgrade' | 'rollback' | 'uninstall';
  release: string;
  namespace: string;
  /** The revision that applying it writes. */
  revision: number;
  /** In the order of writing: creates and updates in install order, then deletes in uninstall order. */
  steps: Step[];
  /** The number of steps at the start that create the release's namespace and the chart's CRDs, before any hook. */
  crds: number;
  /** How deletes treat the objects that a deleted one owns; `background` if it is left out. */
  cascade?: Cascade;
  /** Fields that others hold are taken. */
  forceConflicts: boolean;
  /** Notes for the user: assumed scopes, objects that were rendered twice, fields left to others, … */
  notes: string[];
};
