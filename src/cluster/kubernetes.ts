/** A cluster behind a Kubernetes API. Its requests are built in `kube/`: lists, writes, server-side apply, watches. */
import { PkgError } from '../errors.ts';
import type { JsonObject } from '../yaml/value.ts';
import type {
  ApplyOptions,
  Cluster,
  DeleteOptions,
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
import { readObject } from './kube/answers.ts';
import { applyObject } from './kube/apply.ts';
import { askServed } from './kube/ask-served.ts';
import { KubeClient } from './kube/client.ts';
import type { KubeAnswer, KubeRequest, KubeStreamRequest } from './kube/client.ts';
import type { Follower } from './kube/follow.ts';
import type { Connection, ConnectionSettings } from './kube/connection.ts';
import { dryRun } from './kube/dry-run.ts';
import { Discovery, kindsWithin } from './kube/discovery.ts';
import type { Kinds } from './kube/discovery.ts';
import type { KubeApi } from './kube/kube-api.ts';
import { locateField } from './kube/kubeconfig-fields.ts';
import { listNames, listObjects } from './kube/list.ts';
import { existingAmong, readMany } from './kube/read-many.ts';
import { resolveConnection } from './kube/resolve-connection.ts';
import { resourcePath } from './kube/resource-path.ts';
import { annotateObject, createObject, deleteObject, replaceObject } from './kube/writes.ts';
import { isSettled } from './managed-fields.ts';
import { apiVersionsOfCrds, scopeFromCrds } from './scope.ts';

/**
 * Opens the cluster that flags, environment and kubeconfig files name. It begins to connect, and does not wait for it:
 * that a cluster cannot be reached is reported by the first request.
 *
 * @param loginAfter where a program or an OpenID issuer gives the credentials, it is asked when this is resolved: it may open
 *   a browser
 * @throws {PkgError} `PKG_KUBECONFIG_INVALID`, `PKG_TARGET_MISSING`
 */
export async function openKubernetes(
  settings: ConnectionSettings,
  loginAfter: Promise<unknown> = Promise.resolve(),
): Promise<Cluster> {
  let connection: Connection;
  try {
    connection = resolveConnection(settings, process.env);
  } catch (error) {
    throw await locateField(error);
  }
  const client = new KubeClient(connection);
  const { exec, oidc } = connection.identity;
  if (exec === undefined && oidc === undefined) client.warmUp();
  else
    loginAfter.then(
      () => client.warmUp(),
      () => {},
    );
  return new Kubernetes(client);
}

/** A cluster, reached by a client. */
export class Kubernetes implements Cluster, KubeApi {
  readonly description: string;
  readonly defaultNamespace: string;
  readonly runsWorkloads = true;
  /**
   * A kind's objects are sent nearly at once, as Helm sends them: while they come in one by one, controllers begin to
   * work on the first and compete for the API server with the rest. A server that cannot take so many answers 429, and
   * they are sent again.
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
    throw new PkgError('PKG_CLUSTER_FAILED', `${this.description} does not report its version`, {
      hints: ['check that this is the address of an API server'],
    });
  }

  async scope(apiVersion: string, kind: string, crds: readonly KubeObject[]): Promise<Scope> {
    const found = await this.discovery.served(apiVersion, kind);
    if (found !== undefined) return { namespaced: found.namespaced, assumed: false };
    // The CRDs may have been created a moment ago, and not be served yet.
    this.discovery.expectKinds(apiVersionsOfCrds(crds));
    return scopeFromCrds(apiVersion, kind, crds) ?? { namespaced: true, assumed: true };
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const answer = await askServed(this, ref, (resource) => {
      const path = resourcePath(resource, ref.namespace, ref.name);
      return { method: 'GET', path, expect: [404] };
    });
    // The server has no objects of a kind that it does not serve.
    if (answer === undefined || answer.status === 404) return undefined;
    return readObject(answer.body, { ...ref, apiVersion: answer.resource.apiVersion }, this.description);
  }

  async getMany(refs: readonly ObjectRef[]): Promise<(KubeObject | undefined)[]> {
    return await readMany(refs, this);
  }

  async existing(refs: readonly ObjectRef[]): Promise<ObjectRef[]> {
    return await existingAmong(refs, this);
  }

  async list(query: ListQuery): Promise<KubeObject[]> {
    return await listObjects(this, query, {});
  }

  async listMetadata(query: ListQuery): Promise<KubeObject[]> {
    return await listObjects(this, query, { metadataOnly: true });
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
    return await listNames(this, query, most);
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
    return await createObject(this, object, this.#signal);
  }

  async replace(object: KubeObject): Promise<KubeObject> {
    return await replaceObject(this, object, this.#signal);
  }

  async annotate(object: KubeObject, annotations: Readonly<Record<string, string>>): Promise<KubeObject['metadata']> {
    return await annotateObject(this, object, annotations);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    return await deleteObject(this, ref, options);
  }

  async lookup(ref: ObjectRef): Promise<JsonObject | undefined> {
    if (ref.name !== '') return await this.get(ref);
    const { apiVersion, kind, namespace } = ref;
    const items = await this.list({ apiVersion, kind, ...(namespace === '' ? {} : { namespace }) });
    return { apiVersion, kind: `${kind}List`, metadata: {}, items };
  }
}
