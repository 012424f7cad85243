/**
 * Finds the kinds of a cluster, with few requests and a cache on disk.
 *
 * Servers since Kubernetes 1.26 list all kinds in two answers (aggregated discovery), older ones in one answer for each
 * group version. The cache counts for some minutes. After that, and when a kind is not in it, the server is asked
 * whether it has changed (`If-None-Match`).
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PkgError } from '../../errors.ts';
import { fieldOf, textField } from '../../yaml/value.ts';
import { printable } from '../../errors-text.ts';
import { groupOf, versionOf } from '../cluster.ts';
import { abortable } from '../abortable.ts';
import { isApiVersion, wrongAnswer } from './answers.ts';
import { ApiError } from './api-errors.ts';
import { addResourceList, coreVersions, groupVersions, readAggregated } from './catalog.ts';
import type { Catalog, Learnt, Resource } from './catalog.ts';
import type { KubeClient } from './client.ts';
import { readCache, writeCache } from './discovery-cache.ts';
import { apiPath } from './resource-path.ts';

/** How long the cache counts without asking the server. */
const FRESH = 10 * 60_000;

const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/** Kinds that every cluster has, for which no request is needed. */
const CERTAIN: readonly Resource[] = [
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true, verbs: [] },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: [] },
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, verbs: [] },
];

/** Kinds that Kubernetes moved to another group; the objects are the same in both. */
const MOVED: Readonly<Record<string, string>> = {
  'extensions/DaemonSet': 'apps',
  'extensions/Deployment': 'apps',
  'extensions/Ingress': 'networking.k8s.io',
  'extensions/NetworkPolicy': 'networking.k8s.io',
  'extensions/ReplicaSet': 'apps',
};

/** The path of the kinds in the answer about each root. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['APIGroupDiscoveryList', 'items'],
  ['APIVersions', 'versions'],
  ['APIGroupList', 'groups'],
]);

/** The kinds of one cluster. */
export class Discovery {
  readonly #client: KubeClient;
  #key: string | undefined;
  #catalog: Catalog | undefined;
  #index = new Map<string, Resource>();
  #asking: Promise<void> | undefined;
  readonly #coming = new Set<string>();
  /** When this process last asked the server. */
  #asked = 0;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /**
   * The name of this cluster in the cache. Computed when it is first needed, because loading node:crypto takes time.
   */
  get #cacheKey(): string {
    const { server, tls } = this.#client.connection;
    this.#key ??= createHash('sha256')
      .update(`${server.href}\n${tls.ca ?? ''}`)
      .digest('hex');
    return this.#key;
  }

  /**
   * The resource of a kind in this version; undefined when the server does not serve it.
   *
   * @throws {ApiError} also when the aggregated API server of the kind does not answer
   */
  async resource(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const certain = CERTAIN.find((one) => one.apiVersion === apiVersion && one.kind === kind);
    if (certain !== undefined) return certain;
    if (this.#catalog === undefined) {
      const cached = await readCache(this.#cacheKey);
      if (cached !== undefined && Math.abs(Date.now() - cached.time) < FRESH) this.#learn(cached);
    }
    const found = this.#index.get(`${apiVersion}/${kind}`);
    if (found !== undefined) return found;
    // The kind may be new, so ask the server, but not again for each unknown kind.
    if (Date.now() - this.#asked > 1000) await this.refresh();
    const late = this.#index.get(`${apiVersion}/${kind}`);
    if (late === undefined) this.#refuseIfDown(apiVersion, kind);
    return late;
  }

  /**
   * The resource for reading and deleting objects of a kind: in this version, or, if the server does not serve it, in
   * the version of the group that it prefers. The objects are the same in all versions.
   *
   * @throws {ApiError} also when the aggregated API server of the kind does not answer
   */
  async served(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = await this.resource(apiVersion, kind);
    if (found !== undefined) return found;
    const group = groupOf(apiVersion);
    const groups = Object.hasOwn(MOVED, `${group}/${kind}`) ? [group, MOVED[`${group}/${kind}`]] : [group];
    return [...this.#index.values()].find((one) => one.kind === kind && groups.includes(groupOf(one.apiVersion)));
  }

  /**
   * The resource of a kind that the server must serve.
   *
   * @throws {PkgError} `PKG_KIND_UNKNOWN`
   */
  async required(apiVersion: string, kind: string): Promise<Resource> {
    for (let pause = 50; ; pause *= 2) {
      const found = await this.resource(apiVersion, kind);
      if (found !== undefined) return found;
      if (!this.#coming.has(`${apiVersion}/${kind}`) || pause > 5_000) throw this.unknownKind(apiVersion, kind);
      await sleep(pause);
      await this.refresh();
    }
  }

  /** Kinds (`group/version/Kind`) whose CRD was just written: the server takes a moment to serve them. */
  expectKinds(kinds: readonly string[]): void {
    for (const kind of kinds) this.#coming.add(kind);
  }

  /** The error for a kind that the server does not know. */
  unknownKind(apiVersion: string, kind: string): PkgError {
    const others = [...this.#index.values()].filter((one) => one.kind === kind).map((one) => one.apiVersion);
    return new PkgError('PKG_KIND_UNKNOWN', `the cluster knows no ${kind} of ${apiVersion}`, {
      hints:
        others.length > 0
          ? [`it serves ${kind} as ${others.join(', ')}`]
          : ['install the CustomResourceDefinition of this kind first'],
    });
  }

  /** Throws where the server of a group does not answer: its kinds are unknown, and objects of them may exist. */
  #refuseIfDown(apiVersion: string, kind: string): void {
    const { api, apis } = this.#catalog?.roots ?? {};
    if (api?.down.includes(apiVersion) !== true && apis?.down.includes(apiVersion) !== true) return;
    throw new ApiError(
      'PKG_CLUSTER_FAILED',
      `the server behind ${printable(apiVersion)} does not answer, so ${printable(kind)} cannot be reached now`,
      { status: 503 },
      {
        hints: [
          `check the APIService ${printable(`${versionOf(apiVersion)}.${groupOf(apiVersion)}`)} and the service behind it`,
        ],
      },
    );
  }

  /** Group versions and kinds for `.Capabilities.APIVersions`, as the server has them now. */
  async apiVersions(): Promise<string[]> {
    await this.refresh();
    const roots = this.#catalog === undefined ? [] : [this.#catalog.roots.api, this.#catalog.roots.apis];
    return [
      ...new Set(
        roots.flatMap((root) => [
          ...root.apiVersions,
          ...root.resources.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`),
          ...root.subresourceKinds,
        ]),
      ),
    ];
  }

  /** Asks the server for its kinds; concurrent calls share one request. */
  async refresh(): Promise<void> {
    this.#asking ??= this.#refresh().finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  async #refresh(): Promise<void> {
    const before = this.#catalog ?? (await readCache(this.#cacheKey));
    const [api, apis] = await Promise.all([
      this.#askRoot('api', before?.roots.api),
      this.#askRoot('apis', before?.roots.apis),
    ]);
    const catalog: Catalog = { time: Date.now(), roots: { api, apis } };
    this.#learn(catalog);
    this.#asked = Date.now();
    await writeCache(this.#cacheKey, catalog);
  }

  #learn(catalog: Catalog): void {
    this.#catalog = catalog;
    this.#index = new Map();
    for (const { resources } of [catalog.roots.api, catalog.roots.apis]) {
      for (const resource of resources) {
        const key = `${resource.apiVersion}/${resource.kind}`;
        if (!this.#index.has(key)) this.#index.set(key, resource);
      }
    }
  }

  async #askRoot(root: 'api' | 'apis', before: Learnt | undefined): Promise<Learnt> {
    const answer = await this.#client.request({
      method: 'GET',
      path: `/${root}`,
      accept: AGGREGATED,
      headers: before === undefined || before.etag === '' ? {} : { 'if-none-match': before.etag },
      expect: [304],
    });
    if (answer.status === 304 && before !== undefined) return before;
    const kind = textField(answer.body, 'kind');
    const where = LISTS.get(kind);
    // An answer without any kind is wrong. With it, every object of a release would seem to be missing.
    if (where === undefined || !Array.isArray(fieldOf(answer.body, where))) {
      throw wrongAnswer(this.#client.connection.description, 'its kinds', 'something that is not a list of them');
    }
    if (kind === 'APIGroupDiscoveryList') return readAggregated(answer);
    const versions = root === 'api' ? coreVersions(answer.body) : groupVersions(answer.body);
    return await this.#askEach(versions.filter((one) => isApiVersion(one)));
  }

  /** Discovery for servers before 1.26. As in kubectl, a group whose server is down is left out. */
  async #askEach(apiVersions: string[]): Promise<Learnt> {
    const learnt: Learnt = { etag: '', resources: [], subresourceKinds: [], apiVersions, down: [] };
    const answers = await Promise.all(
      apiVersions.map(async (apiVersion) => {
        const path = apiPath(apiVersion);
        const answer = await this.#client.request({ method: 'GET', path, expect: [404, 500, 503] });
        return [apiVersion, answer] as const;
      }),
    );
    for (const [apiVersion, answer] of answers) {
      if (answer.status === 500 || answer.status === 503) learnt.down.push(apiVersion);
      if (answer.status !== 200) continue;
      addResourceList(learnt, apiVersion, answer.body);
    }
    return learnt;
  }
}

/** The methods of {@link Discovery} that other files use. */
export type Kinds = Pick<
  Discovery,
  'resource' | 'served' | 'refresh' | 'required' | 'apiVersions' | 'unknownKind' | 'expectKinds'
>;

/** The same methods, which stop waiting when the signal is aborted; a shared request goes on. */
export function kindsWithin(kinds: Kinds, signal: AbortSignal): Kinds {
  return {
    resource: (apiVersion, kind) => abortable(kinds.resource(apiVersion, kind), signal),
    served: (apiVersion, kind) => abortable(kinds.served(apiVersion, kind), signal),
    refresh: () => abortable(kinds.refresh(), signal),
    required: (apiVersion, kind) => abortable(kinds.required(apiVersion, kind), signal),
    apiVersions: () => abortable(kinds.apiVersions(), signal),
    unknownKind: (apiVersion, kind) => kinds.unknownKind(apiVersion, kind),
    expectKinds: (expected) => kinds.expectKinds(expected),
  };
}
