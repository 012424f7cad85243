/** A Kubernetes cluster as a place where objects live. What writes by server-side apply is in `kube/apply.ts`. */
import { PkgError } from '../errors.ts';
import { equalJson, getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type {
  Cascade,
  ApplyOptions,
  Cluster,
  DryRun,
  DryRunOptions,
  Fence,
  Found,
  Intent,
  KubeObject,
  ListQuery,
  ObjectRef,
  Row,
  Scope,
} from './cluster.ts';
import { refOf } from './cluster.ts';
import { itemsOf, readItem, readObject, wrongAnswer } from './kube/answers.ts';
import { ApiError } from './kube/api-errors.ts';
import { applyObject } from './kube/apply.ts';
import type { Resource } from './kube/catalog.ts';
import { KubeClient } from './kube/client.ts';
import type { KubeAnswer, KubeRequest, KubeStreamRequest } from './kube/client.ts';
import type { Follower } from './kube/follow.ts';
import type { Connection, ConnectionSettings } from './kube/connection.ts';
import { dryRun } from './kube/dry-run.ts';
import { Discovery, kindsWithin } from './kube/discovery.ts';
import type { Kinds } from './kube/discovery.ts';
import type { KubeApi } from './kube/kube-api.ts';
import { locateField } from './kube/kubeconfig-fields.ts';
import { existingAmong, readMany } from './kube/read-many.ts';
import { resolveConnection } from './kube/resolve-connection.ts';
import { resourcePath } from './kube/resource-path.ts';
import { selectorText } from './kube/selector.ts';
import { writeOnce } from './kube/write-once.ts';
import { isSettled } from './managed-fields.ts';
import { apiVersionsOfCrds, scopeFromCrds } from './scope.ts';

/** The field manager of writes that are no applies, as Helm's writes of records have it. */
const UPDATE_MANAGER = 'Helm';
/** Lists of names only: what the objects hold stays on the server. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
/** The same of one object. */
const METADATA_OF_ONE = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
/** Milliseconds for one try of a small write that others wait for. */
const SOON = 10_000;
const PROPAGATION: Readonly<Record<Cascade, string>> = {
  background: 'Background',
  orphan: 'Orphan',
  foreground: 'Foreground',
};
/** Names in one answer. */
const PAGE = 500;
/** Longer lists end in an error: a server may tell of pages for ever, and all are held at once. */
const MOST_PAGES = 1_000;
const MOST_ITEMS = 500_000;
const MOST_BYTES = 512 << 20;

/**
 * Opens the cluster that flags, environment and kubeconfig files name. It begins to connect, and does not
 * wait for it: a cluster that cannot be reached is told by the first question.
 *
 * @throws PkgError PKG_KUBECONFIG_INVALID, PKG_TARGET_MISSING
 */
export async function openKubernetes(settings: ConnectionSettings): Promise<Cluster> {
  let connection: Connection;
  try {
    connection = resolveConnection(settings, process.env);
  } catch (error) {
    throw await locateField(error);
  }
  const client = new KubeClient(connection);
  client.warmUp();
  return new Kubernetes(client);
}

/** A cluster, reached by a client. */
export class Kubernetes implements Cluster, KubeApi {
  readonly description: string;
  readonly defaultNamespace: string;
  readonly runsWorkloads = true;
  /**
   * A kind's objects are sent nearly at once, as Helm sends them: while they come in one by one, controllers begin
   * to work on the first and compete for the API server with the rest. What a server cannot take it puts off (429).
   */
  readonly writesAtOnce = 200;
  readonly user: string;
  readonly discovery: Kinds;

  readonly #client: KubeClient;
  readonly #signal: AbortSignal | undefined;
  readonly #fence: Fence | undefined;

  constructor(client: KubeClient, discovery: Kinds = new Discovery(client), signal?: AbortSignal, fence?: Fence) {
    this.#client = client;
    this.discovery = discovery;
    this.#signal = signal;
    this.#fence = fence;
    this.description = client.connection.description;
    this.user = client.connection.identity.description;
    this.defaultNamespace = client.connection.namespace;
  }

  within(signal: AbortSignal, fence: Fence | undefined = this.#fence): Cluster {
    const both = this.#signal === undefined ? signal : AbortSignal.any([this.#signal, signal]);
    return new Kubernetes(this.#client, kindsWithin(this.discovery, signal), both, fence);
  }

  close(): void {
    this.#client.close();
  }

  /** A request that ends with the signal of {@link within}, and waits for its fence if it writes. */
  async request(request: KubeRequest): Promise<KubeAnswer> {
    const isWrite = request.method !== 'GET' && request.query?.['dryRun'] === undefined;
    return await this.#client.request({
      ...request,
      signal: this.#within(request.signal),
      ...(isWrite && this.#fence !== undefined && { fence: this.#fence }),
    });
  }

  /** A request whose answer is read as it comes; it ends with the signal of {@link within}, too. */
  async stream(request: KubeStreamRequest): Promise<AsyncIterable<Buffer>> {
    return await this.#client.stream({ ...request, signal: this.#within(request.signal) });
  }

  #within(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (this.#signal === undefined || signal === undefined) return this.#signal ?? signal;
    return AbortSignal.any([this.#signal, signal]);
  }

  async follow(refs: readonly ObjectRef[], follower: Follower, signal: AbortSignal): Promise<void> {
    const { follow } = await import('./kube/follow.ts');
    await follow(this, refs, follower, signal);
  }

  async capabilities(): Promise<{ kubeVersion: string; apiVersions: string[] }> {
    const [version, apiVersions] = await Promise.all([
      this.request({ method: 'GET', path: '/version' }),
      this.discovery.apiVersions(),
    ]);
    const kubeVersion = (version.body as JsonObject | null)?.['gitVersion'];
    if (typeof kubeVersion === 'string') return { kubeVersion, apiVersions };
    throw new PkgError('PKG_CLUSTER_FAILED', `${this.description} does not tell its version`, {
      hints: ['check that this is the address of an API server'],
    });
  }

  async scope(apiVersion: string, kind: string, crds: readonly KubeObject[]): Promise<Scope> {
    const found = await this.discovery.served(apiVersion, kind);
    if (found !== undefined) return { namespaced: found.namespaced, assumed: false };
    // They may be there already, and not served yet.
    this.discovery.expectKinds(apiVersionsOfCrds(crds));
    return scopeFromCrds(apiVersion, kind, crds) ?? { namespaced: true, assumed: true };
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const answer = await this.#ask(ref, (resource) => {
      const path = resourcePath(resource, ref.namespace, ref.name);
      return { method: 'GET', path, expect: [404] };
    });
    // What the server does not know, it cannot hold.
    if (answer === undefined || answer.status === 404) return undefined;
    return readObject(answer.body, { ...ref, apiVersion: answer.resource.apiVersion }, this.description);
  }

  /**
   * Asks for objects of a kind where the server serves it; undefined where it serves it nowhere. What was learnt of
   * the server may be old: an answer that there is no such resource is no answer about an object of it.
   */
  async #ask(
    { apiVersion, kind }: { apiVersion: string; kind: string },
    request: (resource: Resource) => KubeRequest,
  ): Promise<(KubeAnswer & { resource: Resource }) | undefined> {
    const resource = await this.discovery.served(apiVersion, kind);
    if (resource === undefined) return undefined;
    const answer = await this.request(request(resource));
    if (answer.status !== 404 || textField(answer.body, 'reason') !== '') return { ...answer, resource };
    await this.discovery.refresh();
    const now = await this.discovery.served(apiVersion, kind);
    return now === undefined ? undefined : { ...(await this.request(request(now))), resource: now };
  }

  async getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]> {
    return await readMany(refs, this);
  }

  async existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]> {
    return await existingAmong(refs, this);
  }

  async list(query: ListQuery): Promise<KubeObject[]> {
    return await this.#list(query, {});
  }

  async listMetadata(query: ListQuery): Promise<KubeObject[]> {
    return await this.#list(query, { metadataOnly: true });
  }

  async #list(query: ListQuery, way: { metadataOnly?: boolean }): Promise<KubeObject[]> {
    const { kind, namePrefix = '' } = query;
    const objects: KubeObject[] = [];
    for await (const { items, apiVersion: served } of this.#pages(query, way)) {
      for (const item of items) {
        objects.push(way.metadataOnly === true ? { ...item, apiVersion: served, kind } : item);
      }
    }
    return namePrefix === '' ? objects : objects.filter(({ metadata }) => metadata.name.startsWith(namePrefix));
  }

  async rows(refs: readonly ObjectRef[]): Promise<(Row | undefined)[]> {
    const { rowsOf } = await import('./kube/rows.ts');
    return await rowsOf(this, refs);
  }

  async listRows(query: ListQuery): Promise<(Row & { labels: Readonly<Record<string, string>> })[]> {
    const { listRows } = await import('./kube/rows.ts');
    return await listRows(this, query);
  }

  async names(query: ListQuery, most: number): Promise<ReadonlySet<string> | undefined> {
    const names = new Set<string>();
    for await (const { items, left } of this.#pages(query, { metadataOnly: true, limit: PAGE })) {
      for (const { metadata } of items) names.add(metadata.name);
      if (names.size + left > most) return undefined;
    }
    return names;
  }

  /** The pages of a list, none for a kind that the server does not know. `left` objects or more come after. */
  async *#pages(
    query: ListQuery,
    { metadataOnly = false, limit }: { metadataOnly?: boolean; limit?: number },
  ): AsyncGenerator<{ items: KubeObject[]; left: number; apiVersion: string }> {
    const { kind, namespace = '' } = query;
    const selector = selectorText(query);
    const seen = new Set<string>();
    let [count, bytes, next] = [0, 0, ''];
    do {
      const from = next;
      const answer = await this.#ask(query, (resource) => ({
        method: 'GET',
        path: resourcePath(resource, namespace),
        ...(metadataOnly && { accept: METADATA_ONLY }),
        query: {
          labelSelector: selector === '' ? undefined : selector,
          limit: limit === undefined ? undefined : String(limit),
          continue: from === '' ? undefined : from,
        },
        expect: [404],
      }));
      if (answer === undefined || answer.status === 404) return;
      const { body, size, resource } = answer;
      const items = itemsOf(body, kind, this.description);
      count += items.length;
      bytes += size;
      if (seen.size > MOST_PAGES || count > MOST_ITEMS || bytes > MOST_BYTES || (next !== '' && seen.has(next))) {
        throw wrongAnswer(this.description, kind, 'a list without end');
      }
      seen.add(next);
      const metadata = isJsonObject(body) ? getOwn(body, 'metadata') : undefined;
      const left = isJsonObject(metadata) ? getOwn(metadata, 'remainingItemCount') : undefined;
      const { apiVersion } = resource;
      yield {
        items: items.map((item) => readItem(item, { apiVersion, kind }, this.description)),
        left: typeof left === 'number' ? left : 0,
        apiVersion,
      };
      next = textField(metadata, 'continue');
    } while (next !== '');
  }

  async compare(desired: readonly KubeObject[]): Promise<Found[]> {
    const found = await this.getMany(desired.map((object) => refOf(object)));
    return desired.map((object, index) => {
      const live = found[index];
      return { live, same: live !== undefined && isSettled(object, live) };
    });
  }

  async unservedKind(apiVersion: string, kind: string): Promise<PkgError | undefined> {
    const resource = await this.discovery.resource(apiVersion, kind);
    return resource === undefined ? this.discovery.unknownKind(apiVersion, kind) : undefined;
  }

  async dryRun(object: KubeObject, options: DryRunOptions): Promise<DryRun> {
    return await dryRun(this, object, options);
  }

  async refused(intents: readonly Intent[]): Promise<PkgError[]> {
    const { refusedAmong } = await import('./kube/access.ts');
    return await refusedAmong(this, intents);
  }

  async apply(
    object: KubeObject,
    options: ApplyOptions & { expected?: KubeObject | 'nothing' } = {},
  ): Promise<KubeObject> {
    // Also where it fails: the CRD may have been made by somebody else just now.
    this.discovery.expectKinds(apiVersionsOfCrds([object]));
    return await applyObject(this, object, options);
  }

  async create(object: KubeObject): Promise<KubeObject> {
    const ref = refOf(object);
    const resource = await this.discovery.required(ref.apiVersion, ref.kind);
    const send = async (): Promise<KubeObject> => {
      const { body } = await this.request({
        method: 'POST',
        path: resourcePath(resource, ref.namespace),
        query: { fieldManager: UPDATE_MANAGER },
        body: object,
      });
      return readObject(body, ref, this.description);
    };
    return await writeOnce(
      send,
      async () => {
        const live = await this.get(ref);
        return live !== undefined && holds(live, object) ? live : undefined;
      },
      this.#signal,
    );
  }

  async replace(object: KubeObject): Promise<KubeObject> {
    const ref = refOf(object);
    const resource = await this.discovery.required(ref.apiVersion, ref.kind);
    const send = async (): Promise<KubeObject> => {
      const { body, status } = await this.request({
        method: 'PUT',
        path: resourcePath(resource, ref.namespace, ref.name),
        query: { fieldManager: UPDATE_MANAGER },
        body: object,
        expect: [404],
      });
      if (status !== 404) return readObject(body, ref, this.description);
      throw removed(resource.plural, ref.name, status);
    };
    return await writeOnce(
      send,
      async () => {
        const live = await this.get(ref);
        // The version that was replaced is gone once the write is done; all else must be as it was sent.
        const { resourceVersion: _version, ...metadata } = object.metadata;
        return live !== undefined && holds(live, { ...object, metadata }) ? live : undefined;
      },
      this.#signal,
    );
  }

  async annotate(
    { apiVersion, kind, metadata }: KubeObject,
    annotations: Readonly<Record<string, string>>,
  ): Promise<KubeObject['metadata']> {
    const { name, namespace = '', resourceVersion = '' } = metadata;
    const resource = await this.discovery.required(apiVersion, kind);
    const { body, status } = await this.request({
      method: 'PATCH',
      path: resourcePath(resource, namespace, name),
      query: { fieldManager: UPDATE_MANAGER },
      contentType: 'application/merge-patch+json',
      accept: METADATA_OF_ONE,
      body: { metadata: { resourceVersion, annotations: { ...annotations } } },
      // When it was done already the version is another, and that is a conflict.
      idempotent: true,
      urgent: true,
      timeout: SOON,
      expect: [404],
    });
    if (status !== 404) return readItem(body, { apiVersion, kind }, this.description).metadata;
    throw removed(resource.plural, name, status);
  }

  async delete(
    ref: ObjectRef,
    options: { expected?: KubeObject; unchanged?: boolean; cascade?: Cascade } = {},
  ): Promise<boolean> {
    const uid = options.expected?.metadata['uid'];
    const version = options.unchanged === true ? options.expected?.metadata['resourceVersion'] : undefined;
    const preconditions: JsonObject = {
      ...(uid === undefined ? {} : { uid }),
      ...(version === undefined ? {} : { resourceVersion: version }),
    };
    const answer = await this.#ask(ref, (resource) => ({
      method: 'DELETE',
      path: resourcePath(resource, ref.namespace, ref.name),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: PROPAGATION[options.cascade ?? 'background'],
        ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
      },
      live: options.expected,
      // Nothing else can be deleted by a second try, or it is the name that is meant.
      idempotent: true,
      expect: [404],
    }));
    return answer !== undefined && (answer.status !== 404 || answer.repeated);
  }

  async lookup(ref: ObjectRef): Promise<JsonObject | undefined> {
    if (ref.name !== '') return await this.get(ref);
    const { apiVersion, kind, namespace } = ref;
    const items = await this.list({ apiVersion, kind, ...(namespace === '' ? {} : { namespace }) });
    return { apiVersion, kind: `${kind}List`, metadata: {}, items };
  }
}

function removed(resource: string, name: string, status: number): ApiError {
  return new ApiError('PKG_OBJECT_CONFLICT', `${resource} "${name}" was removed by somebody else meanwhile`, {
    status,
  });
}

/** Does a live value hold everything that was sent? The server adds fields, and never changes those of a record. */
function holds(live: Json | undefined, sent: Json): boolean {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return equalJson(live, sent);
  if (typeof live !== 'object' || live === null || Array.isArray(live)) return false;
  return Object.entries(sent).every(([key, value]) => holds(getOwn(live, key), value));
}
