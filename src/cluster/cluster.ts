import type { PkgError } from '../errors.ts';
import type { JsonObject } from '../yaml/value.ts';

/** A Kubernetes object as plain JSON. */
export type KubeObject = JsonObject & {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string; namespace?: string };
};

/** What names one object. `namespace` is empty for a cluster-scoped kind. */
export type ObjectRef = { apiVersion: string; kind: string; namespace: string; name: string };

/** Does a kind live in namespaces? `assumed` when nobody could tell and namespaced was taken. */
export type Scope = { namespaced: boolean; assumed: boolean };

/** What a list asks for. No namespace means all of them. */
export type ListQuery = {
  apiVersion: string;
  kind: string;
  namespace?: string;
  /** Equality only: every label must have exactly this value. */
  labels?: Readonly<Record<string, string>>;
  /** Every label must have one of these values. */
  labelsIn?: Readonly<Record<string, readonly string[]>>;
  /** No label has this value. */
  withoutLabels?: Readonly<Record<string, string>>;
  /** Only names that begin so. */
  namePrefix?: string;
};

/** An object as people are shown it in a table. */
export type Row = { columns: readonly string[]; cells: readonly string[] };

/** How objects are applied. */
export type ApplyOptions = {
  /** Take fields that others hold. */
  forceConflicts?: boolean;
};

/** What becomes of the objects that a deleted one owns: deleted after it, left alone, deleted before it. */
export type Cascade = 'background' | 'orphan' | 'foreground';

/** What somebody is about to do with an object. */
export type Intent = { verb: 'create' | 'update' | 'patch' | 'delete'; ref: ObjectRef };

/** What lives in the place of an object as it is to be. */
export type Found = {
  /** Undefined for nothing. */
  live: KubeObject | undefined;
  /** Applying would certainly change nothing; false where that is to be asked by a dry run. */
  same: boolean;
};

/** How a dry run is made. */
export type DryRunOptions = {
  /** What lives in the object's place; undefined for nothing. */
  live?: KubeObject | undefined;
  /** Take fields that others hold. */
  force?: boolean;
};

/** What applying an object would do. */
export type DryRun =
  /** `after` would live, where the place tells it; `same`: and it lives already. */
  | { outcome: 'applied'; after?: KubeObject; same: boolean }
  /** It would be refused. `isCertain`: whatever else is made before. */
  | { outcome: 'refused'; problem: PkgError; isCertain: boolean }
  /** The place cannot tell: the write will. */
  | { outcome: 'unknown' };

/** Says whether writes may go out, and is asked at the moment when each would. */
export interface Fence {
  /** May a write go out now? */
  isOpen(): boolean;
  /**
   * Tries to make {@link isOpen} true again; it has to be asked again afterwards, for this takes time.
   *
   * @throws why nothing may be written, now or ever
   */
  reopen(): Promise<void>;
}

/**
 * Objects that live somewhere: behind a Kubernetes API, or in a folder of manifests.
 *
 * Objects that are read carry `metadata.resourceVersion`, an opaque token that changes with every
 * write. `uid` is there where the place has one. All methods throw {@link PkgError}.
 */
export interface Cluster {
  /** For messages: `directory ./out`, `context kind-dev`. */
  readonly description: string;
  /** The namespace that is meant where nobody names one. */
  readonly defaultNamespace: string;
  /** Does this place run hooks and controllers? False for a folder: hooks are recorded, not run. */
  readonly runsWorkloads: boolean;
  /** How many writes may be under way at once. */
  readonly writesAtOnce: number;
  /** What templates may know of it. */
  capabilities(): Promise<{ kubeVersion: string; apiVersions: string[] }>;
  /** Where objects of this kind live. `crds` are those that come with the chart and may not be there yet. */
  scope(apiVersion: string, kind: string, crds: readonly KubeObject[]): Promise<Scope>;
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Reads many at once, in the order of `refs`, by as few requests as the place allows. */
  getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]>;
  /** Those of many objects that are there, by as few requests as the place allows. */
  existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]>;
  /** Reads what lives in the places of objects as they are to be, in the order given. */
  compare(desired: readonly KubeObject[]): Promise<Found[]>;
  /** The error for a kind that is not served in this version now; undefined for one that is. */
  unservedKind(apiVersion: string, kind: string): Promise<PkgError | undefined>;
  /** Asks what applying an object of a kind that is served would do, and does nothing. */
  dryRun(object: KubeObject, options: DryRunOptions): Promise<DryRun>;
  /** What of this will be refused for want of rights, as errors; nothing where the place does not tell. */
  refused(intents: readonly Intent[]): Promise<PkgError[]>;
  list(query: ListQuery): Promise<KubeObject[]>;
  /** As {@link list}, but what the objects hold besides their metadata need not be there. */
  listMetadata(query: ListQuery): Promise<KubeObject[]>;
  /** Rows in the order of `refs`; undefined for what is not there. Only for places that run workloads. */
  rows(refs: readonly ObjectRef[]): Promise<(Row | undefined)[]>;
  /** As {@link list}, in rows. Only for places that run workloads. */
  listRows(query: ListQuery): Promise<(Row & { labels: Readonly<Record<string, string>> })[]>;
  /** Writes an object that must not exist: `PKG_OBJECT_CONFLICT` when it does. Returns it as it lives. */
  create(object: KubeObject): Promise<KubeObject>;
  /**
   * Replaces an object that must exist at the `resourceVersion` it carries: `PKG_OBJECT_CONFLICT`
   * when it changed or went away.
   */
  replace(object: KubeObject): Promise<KubeObject>;
  /**
   * Makes the object's fields hold (server-side apply; in a folder: the file holds this object), and gives the
   * metadata of what lives then, at least. `expected` is the state that was planned against: `PKG_OBJECT_CONFLICT`,
   * with nothing written, when another object took its place, or when there is something and there was to be nothing.
   */
  apply(object: KubeObject, options?: ApplyOptions & { expected?: KubeObject | 'nothing' }): Promise<KubeObject>;
  /**
   * Sets annotations of an object that must be at the `resourceVersion` it carries, and leaves all else as it is:
   * `PKG_OBJECT_CONFLICT` when it changed or went away. Returns its metadata as they are then.
   */
  annotate(object: KubeObject, annotations: Readonly<Record<string, string>>): Promise<KubeObject['metadata']>;
  /**
   * Deletes; false when it was not there. `expected` is what was planned against: `PKG_OBJECT_CONFLICT` when
   * another object took its place, or, with `unchanged`, when it is not at the `resourceVersion` of `expected`.
   */
  delete(ref: ObjectRef, options?: { expected?: KubeObject; unchanged?: boolean; cascade?: Cascade }): Promise<boolean>;
  /**
   * Tells the states of objects, as they are now and as they change, until the signal ends it; undefined for one
   * that is not there. A place that does not answer for a while is waited for: that is the trouble that is told,
   * undefined when it is over. Only for places that run workloads.
   */
  follow(
    refs: readonly ObjectRef[],
    follower: {
      onState: (ref: ObjectRef, live: KubeObject | undefined) => void;
      onTrouble?: (problem: PkgError | undefined) => void;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * The same place, where whatever is asked ends when the signal says so, with its reason, and where nothing is
   * written while the fence is closed. Signals and fence of this place hold there, too.
   */
  within(signal: AbortSignal, fence?: Fence): Cluster;
  /** Lets go of connections. */
  close(): void;
  /** For the `lookup` function of templates: one object, or for an empty name a List of all. */
  lookup(ref: ObjectRef): Promise<JsonObject | undefined>;
}

/** Dry runs at a time: a connection takes more, an API server under load does not. */
export const DRY_RUNS_AT_ONCE = 16;

/** The group of an apiVersion: `apps` of `apps/v1`, empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** What names this object. */
export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** The identity of an object, whatever version it is written in: `group/kind/namespace/name`. */
export function refKey(ref: ObjectRef): string {
  return `${groupOf(ref.apiVersion)}/${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** How messages name an object: `Deployment.apps "web"`. */
export function describeRef(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion);
  return `${ref.kind}${group === '' ? '' : `.${group}`} "${ref.name}"`;
}
