/**
 * What kinds a cluster has: asked in as few requests as it allows, remembered on disk.
 *
 * Servers since Kubernetes 1.26 tell everything in two answers (aggregated discovery), older ones one
 * answer for each group and version. What was learnt is kept for some minutes; after that, and when a kind
 * is not in it, the server is asked whether it still holds (`If-None-Match`).
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PkgError } from '../../errors.ts';
import { fieldOf, textField } from '../../yaml/value.ts';
import { printable } from '../../errors-text.ts';
import { groupOf } from '../cluster.ts';
import { abortable } from '../abortable.ts';
import { isApiVersion, wrongAnswer } from './answers.ts';
import { ApiError } from './api-errors.ts';
import { addResourceList, coreVersions, groupVersions, readAggregated } from './catalog.ts';
import type { Catalog, Learnt, Resource } from './catalog.ts';
import type { KubeClient } from './client.ts';
import { readCache, writeCache } from './discovery-cache.ts';

/** How long what was learnt counts without asking. */
const FRESH = 10 * 60_000;

const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');

/** Kinds that every cluster has had since ever: asking for them would be a waste. */
const CERTAIN: readonly Resource[] = [
  { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true, verbs: [] },
  { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true, verbs: [] },
  { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, verbs: [] },
];

/** Kinds that Kubernetes moved to another group, with their objects. */
const MOVED: Readonly<Record<string, string>> = {
  'extensions/DaemonSet': 'apps',
  'extensions/Deployment': 'apps',
  'extensions/Ingress': 'networking.k8s.io',
  'extensions/NetworkPolicy': 'networking.k8s.io',
  'extensions/ReplicaSet': 'apps',
};

/** Where the answers about a root have what they tell. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['APIGroupDiscoveryList', 'items'],
  ['APIVersions', 'versions'],
  ['APIGroupList', 'groups'],
]);

/** Tells what kinds a cluster has. */
export class Discovery {
  readonly #client: KubeClient;
  #key: string | undefined;
  #catalog: Catalog | undefined;
  #index = new Map<string, Resource>();
  #asking: Promise<void> | undefined;
  readonly #coming = new Set<string>();
  /** When this process asked last. */
  #asked = 0;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** The name of this cluster in the cache; not every command needs it, and hashing is slow to load. */
  get #cacheKey(): string {
    const { server, tls } = this.#client.connection;
    this.#key ??= createHash('sha256')
      .update(`${server.href}\n${tls.ca ?? ''}`)
      .digest('hex');
    return this.#key;
  }

  /**
   * The resource of a kind; undefined when the server does not know it.
   *
   * @throws ApiError, also when nobody can tell now
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
    // A kind may have come a moment ago, but not with every question.
    if (Date.now() - this.#asked > 1000) await this.refresh();
    const late = this.#index.get(`${apiVersion}/${kind}`);
    if (late === undefined) this.#refuseIfDown(apiVersion, kind);
    return late;
  }

  /**
   * The resource under which objects of a kind are read and deleted: that of this version, or of another one of its
   * group (in the server's order of preference) where the server does not serve this one, not yet or no more. An
   * object is the same in all of them.
   *
   * @throws ApiError, also when nobody can tell now
   */
  async served(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = await this.resource(apiVersion, kind);
    if (found !== undefined) return found;
    const group = groupOf(apiVersion);
    const groups = Object.hasOwn(MOVED, `${group}/${kind}`) ? [group, MOVED[`${group}/${kind}`]] : [group];
    return [...this.#index.values()].find((one) => one.kind === kind && groups.includes(groupOf(one.apiVersion)));
  }

  /**
   * The resource of a kind that must be there.
   *
   * @throws PkgError PKG_KIND_UNKNOWN
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
          : ['install what brings this kind first, usually a CustomResourceDefinition'],
    });
  }

  /** A kind that cannot be asked about is not a kind that is not there: objects of it may live. */
  #refuseIfDown(apiVersion: string, kind: string): void {
    const { api, apis } = this.#catalog?.roots ?? {};
    if (api?.down.includes(apiVersion) !== true && apis?.down.includes(apiVersion) !== true) return;
    const [group, version] = apiVersion.split('/');
    throw new ApiError(
      'PKG_CLUSTER_FAILED',
      `the server behind ${printable(apiVersion)} does not answer, so ${printable(kind)} cannot be reached now`,
      { status: 503 },
      { hints: [`check the APIService ${printable(`${version}.${group}`)} and what it leads to`] },
    );
  }

  /** Group versions and kinds as Helm's `.Capabilities.APIVersions` has them, as they are now. */
  async apiVersions(): Promise<string[]> {
    if (this.#asked === 0) await this.refresh();
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

  /** Asks the server; questions at the same time are one. */
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
    // It would be a cluster without any kind, in which nothing of a release is found.
    if (where === undefined || !Array.isArray(fieldOf(answer.body, where))) {
      throw wrongAnswer(this.#client.connection.description, 'its kinds', 'something that is no list of them');
    }
    if (kind === 'APIGroupDiscoveryList') return readAggregated(answer);
    const versions = root === 'api' ? coreVersions(answer.body) : groupVersions(answer.body);
    return await this.#askEach(versions.filter((one) => isApiVersion(one)));
  }

  /** The way of servers before 1.26. A group whose own server is down is left out, as kubectl leaves it out. */
  async #askEach(apiVersions: string[]): Promise<Learnt> {
    const learnt: Learnt = { etag: '', resources: [], subresourceKinds: [], apiVersions, down: [] };
    const answers = await Promise.all(
      apiVersions.map(async (apiVersion) => {
        const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
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

/** What the rest asks of {@link Discovery}. */
export type Kinds = Pick<
  Discovery,
  'resource' | 'served' | 'refresh' | 'required' | 'apiVersions' | 'unknownKind' | 'expectKinds'
>;

/** The same answers; who asks gives up when the signal says so, though others may wait on. */
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
