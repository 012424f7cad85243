/**
 * A folder of manifests as a target: a YAML file for each object, for reviews and GitOps repositories. Nothing runs
 * there. `directory/layout.ts` says which object is in which file.
 */
import { statSync } from 'node:fs';
import { PkgError } from '../errors.ts';
import { withFileLock } from '../file-lock.ts';
import type { LockErrors } from '../file-lock.ts';
import { cloneJson } from '../yaml/json.ts';
import { getOwn, isJsonObject } from '../yaml/value.ts';
import { DEFAULT_KUBE_VERSION, defaultApiVersions } from './capabilities.ts';
import { describeRef, isSecretKind, refOf } from './cluster.ts';
import { describeFailure, errorCode, Folder } from './directory/files.ts';
import { parseAnyObject, parseObject, printObject, versionOf, withoutServerFields } from './directory/format.ts';
import { CLUSTER_FOLDER, encodeName, fileOf, folderOf, kindFolder, SECRET_FOLDER } from './directory/layout.ts';
import { apiVersionsOfCrds, builtInScope, scopeFromCrds } from './scope.ts';
import type { JsonObject } from '../yaml/value.ts';
import type { Cluster, DryRun, Fence, Found, KubeObject, ListQuery, ObjectRef, Scope } from './cluster.ts';

const CRD: { apiVersion: string; kind: string } = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
};

/** The errors of the lock under which a file is compared with what is expected, and then written. */
const LOCK_ERRORS: LockErrors = {
  held: (path, holder) =>
    new PkgError('PKG_TARGET_UNWRITABLE', `the target is locked by ${holder}`, {
      at: { file: path },
      hints: ['remove the lock file if no other pkg works on this target'],
    }),
  failed: (cause, path) => describeFailure(cause, path, 'write'),
};

/**
 * Opens a folder as a target. It need not exist yet: the first write creates it.
 *
 * @throws {PkgError} `PKG_TARGET_INVALID` when something else than a folder is there
 */
export async function openDirectory(path: string): Promise<Cluster> {
  try {
    if (!statSync(path).isDirectory()) {
      throw new PkgError('PKG_TARGET_INVALID', 'the target is not a folder', { at: { file: path } });
    }
  } catch (error) {
    if (error instanceof PkgError) throw error;
    if (errorCode(error) !== 'ENOENT') {
      throw new PkgError('PKG_TARGET_INVALID', `the target cannot be opened (${errorCode(error)})`, {
        at: { file: path },
        cause: error,
      });
    }
  }
  return new Directory(path);
}

class Directory implements Cluster {
  readonly description: string;
  readonly defaultNamespace = 'default';
  readonly runsWorkloads = false;
  readonly writesAtOnce = 1;
  readonly #folder: Folder;
  readonly #fence: Fence | undefined;

  constructor(path: string, folder: Folder = new Folder(path), fence?: Fence) {
    this.description = `directory ${path}`;
    this.#folder = folder;
    this.#fence = fence;
  }

  async capabilities(): Promise<{ kubeVersion: string; apiVersions: string[] }> {
    const crds = this.#list(CRD);
    return { kubeVersion: DEFAULT_KUBE_VERSION, apiVersions: [...defaultApiVersions(), ...apiVersionsOfCrds(crds)] };
  }

  async scope(apiVersion: string, kind: string, crds: readonly KubeObject[]): Promise<Scope> {
    const known = builtInScope(apiVersion, kind) ?? scopeFromCrds(apiVersion, kind, crds);
    if (known !== undefined) return known;
    const scope = scopeFromCrds(apiVersion, kind, this.#list(CRD));
    if (scope !== undefined) return scope;
    // The folder may lack the CRD. If objects of the kind are there outside of namespaces, their writer knew its scope.
    const isOutside = this.#folder.names([CLUSTER_FOLDER, kindFolder(apiVersion, kind)]).length > 0;
    return { namespaced: !isOutside, assumed: true };
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#get(ref);
  }

  async getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]> {
    return refs.map((ref) => this.#get(ref));
  }

  async existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]> {
    return refs.filter((ref) => this.#folder.read(folderOf(ref), fileOf(ref)) !== undefined);
  }

  async compare(desired: readonly KubeObject[]): Promise<Found[]> {
    return desired.map((object) => {
      const ref = refOf(object);
      const text = this.#folder.read(folderOf(ref), fileOf(ref));
      if (text === undefined) return { same: false, live: undefined };
      if (text === printObject(object)) return { same: true, live: object };
      const live = parseObject(text, this.#path(ref), ref);
      // A file with other text, after a formatter for example, may hold the same object.
      return { same: printObject(live) === printObject(object), live };
    });
  }

  async unservedKind(): Promise<undefined> {
    return undefined;
  }

  async dryRun(): Promise<DryRun> {
    // A folder accepts every object, and `compare` has compared it exactly.
    return { outcome: 'applied', same: false };
  }

  async list(query: ListQuery): Promise<KubeObject[]> {
    return this.#list(query);
  }

  async refused(): Promise<PkgError[]> {
    return [];
  }

  async rows(): Promise<[]> {
    return [];
  }

  async listRows(): Promise<[]> {
    return [];
  }

  async follow(): Promise<void> {
    // Nothing in a folder changes by itself.
  }

  within(_signal: AbortSignal, fence: Fence | undefined = this.#fence): Cluster {
    return new Directory(this.#folder.root, this.#folder, fence);
  }

  close(): void {
    // A folder has no connections.
  }

  async listMetadata(query: ListQuery): Promise<KubeObject[]> {
    return this.#list(query);
  }

  async lookup(ref: ObjectRef): Promise<JsonObject | undefined> {
    if (ref.name !== '') return this.#get(ref);
    const { apiVersion, kind, namespace } = ref;
    const items = this.#list({ apiVersion, kind, ...(namespace === '' ? {} : { namespace }) });
    return { apiVersion, kind: `${kind}List`, metadata: {}, items };
  }

  #list(query: ListQuery): KubeObject[] {
    const base = isSecretKind(query.apiVersion, query.kind) ? [SECRET_FOLDER] : [];
    const kind = kindFolder(query.apiVersion, query.kind);
    const places =
      query.namespace === undefined
        ? this.#folder.names(base).filter((name) => name === CLUSTER_FOLDER || /^[^._]/.test(name))
        : [query.namespace === '' ? CLUSTER_FOLDER : encodeName(query.namespace)];
    const found: KubeObject[] = [];
    for (const place of places) {
      const folders = [...base, place, kind];
      for (const name of this.#folder.names(folders)) {
        if (!name.endsWith('.yaml') || !mayBegin(name, query.namePrefix)) continue;
        const text = this.#folder.read(folders, name);
        if (text === undefined) continue;
        const object = parseAnyObject(text, this.#folder.path(...folders, name));
        // A file must lie where its object belongs, or `get` would not find what `list` gives.
        const ref = refOf(object);
        const here = { ...ref, namespace: place === CLUSTER_FOLDER ? '' : ref.namespace };
        if (here.namespace === '' && place !== CLUSTER_FOLDER) here.namespace = query.namespace ?? place;
        if ([...folderOf(here), fileOf(here)].join('/') !== [...folders, name].join('/')) {
          throw new PkgError(
            'PKG_TARGET_CORRUPT',
            `this is not the path of ${describeRef(ref)}, which the file holds`,
            {
              at: { file: this.#folder.path(...folders, name), line: 1 },
              hints: [`its path is ${[...folderOf(here), fileOf(here)].join('/')}`],
            },
          );
        }
        if (matches(object, query)) found.push(object);
      }
    }
    return found;
  }

  async create(object: KubeObject): Promise<KubeObject> {
    return await this.#change(() => this.#write(object, true));
  }

  async replace(object: KubeObject): Promise<KubeObject> {
    const expected = object.metadata['resourceVersion'];
    return await this.#change(() => {
      this.#expect(refOf(object), expected);
      return this.#write(object, false);
    });
  }

  async annotate(
    { apiVersion, kind, metadata }: KubeObject,
    annotations: Readonly<Record<string, string>>,
  ): Promise<KubeObject['metadata']> {
    const ref = refOf({ apiVersion, kind, metadata });
    return await this.#change(() => {
      this.#expect(ref, metadata['resourceVersion']);
      const live = this.#get(ref) as KubeObject;
      const before = live.metadata['annotations'];
      live.metadata['annotations'] = { ...(isJsonObject(before) ? before : {}), ...annotations };
      return this.#write(live, false).metadata;
    });
  }

  async apply(object: KubeObject, options: { expected?: KubeObject | 'nothing' } = {}): Promise<KubeObject> {
    const { expected } = options;
    if (expected === 'nothing') return await this.create(object);
    return await this.#change(() => {
      if (expected !== undefined) this.#expect(refOf(object), expected.metadata['resourceVersion']);
      return this.#write(object, false);
    });
  }

  async delete(ref: ObjectRef, options: { expected?: KubeObject } = {}): Promise<boolean> {
    const resourceVersion = options.expected?.metadata['resourceVersion'];
    if (this.#folder.read(folderOf(ref), fileOf(ref)) === undefined) return false;
    return await this.#change(() => {
      if (resourceVersion !== undefined) this.#expect(ref, resourceVersion);
      return this.#folder.remove(folderOf(ref), fileOf(ref));
    });
  }

  #path(ref: ObjectRef): string {
    return this.#folder.path(...folderOf(ref), fileOf(ref));
  }

  #get(ref: ObjectRef): KubeObject | undefined {
    const text = this.#folder.read(folderOf(ref), fileOf(ref));
    return text === undefined ? undefined : parseObject(text, this.#path(ref), ref);
  }

  async #change<T>(work: () => T): Promise<T> {
    this.#folder.prepare();
    for (;;) {
      const done = await withFileLock(
        this.#folder.path(SECRET_FOLDER, '.lock'),
        () => (this.#fence?.isOpen() === false ? undefined : { result: work() }),
        LOCK_ERRORS,
      );
      if (done !== undefined) return done.result;
      await this.#fence?.reopen();
    }
  }

  #expect(ref: ObjectRef, version: unknown): void {
    const text = this.#folder.read(folderOf(ref), fileOf(ref));
    if (text !== undefined && versionOf(text) === version) return;
    throw conflict(ref, text === undefined ? 'was removed' : 'was changed');
  }

  #write(object: KubeObject, create: boolean): KubeObject {
    const ref = refOf(object);
    const text = printObject(object);
    const live = withVersion(object, text);
    // An unchanged file keeps its modification time.
    if (!create && this.#folder.read(folderOf(ref), fileOf(ref)) === text) return live;
    if (!this.#folder.write(folderOf(ref), fileOf(ref), text, { create })) throw conflict(ref, 'was created');
    return live;
  }
}

function withVersion(object: KubeObject, text: string): KubeObject {
  const live = cloneJson(withoutServerFields(object));
  live.metadata['resourceVersion'] = versionOf(text);
  return live;
}

function conflict(ref: ObjectRef, what: string): PkgError {
  return new PkgError('PKG_OBJECT_CONFLICT', `${describeRef(ref)} ${what} by somebody else meanwhile`, {
    hints: ['try again: pkg makes a new plan from the current state'],
  });
}

/** Can the name of this file's object begin with a prefix? Of over-long names the file name has only a hash. */
function mayBegin(file: string, prefix: string | undefined): boolean {
  return prefix === undefined || file.includes('~') || file.startsWith(encodeName(`${prefix}x`).slice(0, -1));
}

function matches(object: KubeObject, query: ListQuery): boolean {
  if (query.namePrefix !== undefined && !object.metadata.name.startsWith(query.namePrefix)) return false;
  const labels = object.metadata['labels'];
  const has = ([key, value]: [string, string]): boolean => isJsonObject(labels) && getOwn(labels, key) === value;
  for (const [key, values] of Object.entries(query.labelsIn ?? {})) {
    if (!values.some((value) => has([key, value]))) return false;
  }
  return Object.entries(query.labels ?? {}).every(has) && !Object.entries(query.withoutLabels ?? {}).some(has);
}
