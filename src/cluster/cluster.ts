/** The interface to objects, whether they live behind a Kubernetes API or in a folder of manifests. */
import type { PkgError } from '../errors.ts';
import type { JsonObject } from '../yaml/value.ts';

/** A Kubernetes object as plain JSON. */
export type KubeObject = JsonObject & {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string; namespace?: string };
};

/** A reference to one object. `namespace` is empty for a cluster-scoped kind. */
export type ObjectRef = { apiVersion: string; kind: string; namespace: string; name: string };

/** Does a kind live in namespaces? `assumed`: neither the cluster nor a CRD could tell, and the answer is a guess. */
export type Scope = { namespaced: boolean; assumed: boolean };

/** Which objects to list. No namespace means all of them. */
export type ListQuery = {
  apiVersion: string;
  kind: string;
  namespace?: string;
  /** Every label must have this value. */
  labels?: Readonly<Record<string, string>>;
  /** Every label must have one of its values. */
  labelsIn?: Readonly<Record<string, readonly string[]>>;
  /** No label may have this value. */
  withoutLabels?: Readonly<Record<string, string>>;
  /** The names must begin with this text. */
  namePrefix?: string;
};

/** An object as a table row, with the columns that `kubectl get` has. */
export type Row = { columns: readonly string[]; cells: readonly string[] };

/** How objects are applied. */
export type ApplyOptions = {
  /** Take fields that other field managers hold. */
  forceConflicts?: boolean;
};

/** What happens to the objects that a deleted one owns: deleted after it, left alone, or deleted before it. */
export type Cascade = 'background' | 'orphan' | 'foreground';

/** How an object is deleted. */
export type DeleteOptions = {
  /** The object as the plan saw it: another one that took its place (another `uid`) is not deleted. */
  expected?: KubeObject;
  /** With `expected`: the object is deleted only at the `resourceVersion` of `expected`. */
  unchanged?: boolean;
  /** `background` where it is left out. */
  cascade?: Cascade;
};

/** A write that a command is about to do, for a check of the user's rights. */
export type Intent = { verb: 'create' | 'update' | 'patch' | 'delete'; ref: ObjectRef };

/** The live object under the name of a desired one. */
export type Found = {
  /** Undefined where there is none. */
  live: KubeObject | undefined;
  /** Applying would certainly change nothing. False also where only a dry run can tell. */
  same: boolean;
};

/** How a dry run is made. */
export type DryRunOptions = {
  /** The live object of the same name; undefined where there is none. */
  live?: KubeObject | undefined;
  /** Take fields that other field managers hold. */
  force?: boolean;
};

/** The result of a dry run. */
export type DryRun =
  /** Applying would succeed. `after` is the object after it; `same`: it would change nothing. */
  | { outcome: 'applied'; after?: KubeObject; same: boolean }
  /** Applying would be refused. `isCertain`: also after other objects have been written. */
  | { outcome: 'refused'; problem: PkgError; isCertain: boolean }
  /** The server could not tell; the write will. */
  | { outcome: 'unknown' };

/** Decides whether writes may go out. It is asked at the moment when each write goes to the socket. */
export interface Fence {
  /** May a write go out now? */
  isOpen(): boolean;
  /**
   * Tries to make {@link isOpen} true again. Ask it again afterwards: this takes time.
   *
   * @throws the reason why nothing may be written any more
   */
  reopen(): Promise<void>;
}

/**
 * A set of objects: behind a Kubernetes API, or in a folder of manifests.
 *
 * Objects that are read carry `metadata.resourceVersion`, an opaque token that changes with every write, and in a
 * cluster a `uid`. All methods throw {@link PkgError}.
 */
export interface Cluster {
  /** For messages: `directory ./out`, `context kind-dev`. */
  readonly description: string;
  /** The namespace where the user names none. */
  readonly defaultNamespace: string;
  /** Are there controllers, which run hooks and workloads? False for a folder, where hooks are only recorded. */
  readonly runsWorkloads: boolean;
  /** The most writes at once. */
  readonly writesAtOnce: number;
  /** The version and API versions that templates see. */
  capabilities(): Promise<{ kubeVersion: string; apiVersions: string[] }>;
  /** The scope of a kind. `crds` are those of the chart, which may not be in the cluster yet. */
  scope(apiVersion: string, kind: string, crds: readonly KubeObject[]): Promise<Scope>;
  /** Reads an object; undefined where there is none. */
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Reads many objects, in the order of `refs`, with few requests. */
  getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]>;
  /** Finds out which of many objects exist, with few requests. */
  existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]>;
  /** Compares desired objects with the live ones of the same names, in the order given, without dry runs. */
  compare(desired: readonly KubeObject[]): Promise<Found[]>;
  /** The error for a kind that the cluster does not serve in this version now; undefined for one that it serves. */
  unservedKind(apiVersion: string, kind: string): Promise<PkgError | undefined>;
  /** Finds out what applying an object would do, without doing it. Its kind must be served. */
  dryRun(object: KubeObject, options: DryRunOptions): Promise<DryRun>;
  /** Checks the user's rights. Gives an error for each write that will be forbidden; none where nobody can tell. */
  refused(intents: readonly Intent[]): Promise<PkgError[]>;
  /** Lists objects. */
  list(query: ListQuery): Promise<KubeObject[]>;
  /** As {@link list}; the objects may lack all fields but their metadata. */
  listMetadata(query: ListQuery): Promise<KubeObject[]>;
  /** Reads objects as rows, in the order of `refs`; undefined where there is none. No rows in a folder. */
  rows(refs: readonly ObjectRef[]): Promise<(Row | undefined)[]>;
  /** As {@link list}, in rows with the labels of the objects. No rows in a folder. */
  listRows(query: ListQuery): Promise<(Row & { labels: Readonly<Record<string, string>> })[]>;
  /** Creates an object; returns the live one. @throws {PkgError} `PKG_OBJECT_CONFLICT` when it exists */
  create(object: KubeObject): Promise<KubeObject>;
  /**
   * Replaces an object.
   * @throws {PkgError} `PKG_OBJECT_CONFLICT` when it is not at the `resourceVersion` that `object` carries
   */
  replace(object: KubeObject): Promise<KubeObject>;
  /**
   * Applies an object: a server-side apply, or in a folder a write of its file. Returns at least the metadata of the
   * live object.
   *
   * @param options `expected` is the live object of the plan, `'nothing'` where it found none
   * @throws {PkgError} `PKG_OBJECT_CONFLICT` when another object has taken the place of the expected one; then nothing
   *   is written
   */
  apply(object: KubeObject, options?: ApplyOptions & { expected?: KubeObject | 'nothing' }): Promise<KubeObject>;
  /**
   * Sets annotations of an object. Returns its metadata after the write.
   *
   * @throws {PkgError} `PKG_OBJECT_CONFLICT` when it is not at the `resourceVersion` that `object` carries
   */
  annotate(object: KubeObject, annotations: Readonly<Record<string, string>>): Promise<KubeObject['metadata']>;
  /**
   * Deletes an object; false when there was none.
   *
   * @throws {PkgError} `PKG_OBJECT_CONFLICT` when it is not the object that the options expect
   */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>;
  /**
   * Reports the states of objects, as they are and as they change, until the signal is aborted; undefined for an object
   * that does not exist. While the server does not answer, `onTrouble` gets the error, and undefined once it answers
   * again. In a folder nothing is reported.
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
   * The same cluster, whose requests end with the reason of a signal once it is aborted, and whose writes wait while
   * the fence is closed. The signal of this cluster stays in force, and its fence where no other is given.
   */
  within(signal: AbortSignal, fence?: Fence): Cluster;
  /** Closes connections. */
  close(): void;
  /** For the `lookup` function of templates: one object, or for an empty name a List of all of its kind. */
  lookup(ref: ObjectRef): Promise<JsonObject | undefined>;
}

/** The most reads or dry runs at once. A connection would carry more, but an API server under load refuses some. */
export const REQUESTS_AT_ONCE = 16;

/** The group of an apiVersion: `apps` of `apps/v1`, empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The version of an apiVersion without its group: `v1` of `apps/v1` and of `v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** Fields of `metadata` that only a server writes. */
export const SERVER_FIELDS: readonly string[] = [
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** The object without some fields of its `metadata`: {@link SERVER_FIELDS} where none are named. */
export function withoutMetadata(object: KubeObject, fields: readonly string[] = SERVER_FIELDS): KubeObject {
  const metadata = { ...object.metadata };
  for (const field of fields) delete metadata[field];
  return { ...object, metadata };
}

/** Is this kind the Secret of the core group? */
export function isSecretKind(apiVersion: string, kind: string): boolean {
  return kind === 'Secret' && groupOf(apiVersion) === '';
}

/** The reference that names an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** A key that identifies an object in all versions of its kind: `group/kind/namespace/name`. */
export function refKey(ref: ObjectRef): string {
  return `${groupOf(ref.apiVersion)}/${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** How messages name an object: `Deployment.apps "web"`. */
export function describeRef(ref: ObjectRef): string {
  const group = groupOf(ref.apiVersion);
  return `${ref.kind}${group === '' ? '' : `.${group}`} "${ref.name}"`;
}
