/**
 * Follows objects with one watch for each kind and namespace. A watch that ends is continued from where it was. Where
 * watching is not allowed, the objects are polled.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StringDecoder } from 'node:string_decoder';
import { PkgError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { getOwn, isJsonObject, textField } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import type { KubeObject, ObjectRef } from '../cluster.ts';
import { itemsOf, readItem } from './answers.ts';
import { ApiError } from './api-errors.ts';
import { FEW, groupsOf, MANAGED_SELECTOR } from './read-many.ts';
import type { Group } from './read-many.ts';
import { resourcePath } from './resource-path.ts';
import type { KubeApi } from './kube-api.ts';

/** Called with each state of an object; with undefined while it does not exist. */
export type OnState = (ref: ObjectRef, live: KubeObject | undefined) => void;

/** Called with the error while no states can be read; with undefined when they can again. */
export type OnTrouble = (problem: PkgError | undefined) => void;

/** The listener of {@link follow}. */
export type Follower = { onState: OnState; onTrouble?: OnTrouble };

/** The pause between two reads where watching is not allowed. */
const POLL_MS = 2_000;
/** The pause before a broken watch is started again; it doubles, up to the longest. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** The server ends a watch after this many seconds. A connection that died unnoticed is replaced at the latest then. */
const WATCH_SECONDS = 240;
/** The limit for the head of a watch's answer. A proxy that buffers answers would never send it. */
const BEGIN_MS = 15_000;
/** The most characters of one event. An object has at most 1.5 MiB in etcd. */
const MAX_EVENT_SIZE = 32 << 20;
/** After this many nonsense answers in a row the server is taken for something else, and the wait ends. */
const MAX_NONSENSE = 6;
/** A watch that the server should have ended this long ago has died. */
const WATCH_GRACE_SECONDS = 30;

/**
 * Reports the states of objects, as they are and as they change, until the signal is aborted. While the server does not
 * answer, `onTrouble` gets the error.
 *
 * @throws {ApiError} where the objects cannot be read at all
 */
export async function follow(
  cluster: KubeApi,
  refs: readonly ObjectRef[],
  { onState, onTrouble = () => undefined }: Follower,
  signal: AbortSignal,
): Promise<void> {
  // Few objects are followed by name, because one may lack Helm's label; many by that label.
  const parts = groupsOf(refs).flatMap(({ query, indices }): Group[] =>
    indices.length > FEW ? [{ query, indices }] : indices.map((index) => ({ query, indices: [index] })),
  );
  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  try {
    await Promise.all(
      parts.map(({ query, indices }) =>
        followGroup(
          cluster,
          { refs: indices.map((index) => refs[index] as ObjectRef), namespace: query.namespace ?? '' },
          { onState, onTrouble },
          all,
        ),
      ),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stop.abort();
  }
}

/** Objects of one kind in one namespace. */
type KindRefs = { refs: readonly ObjectRef[]; namespace: string };

async function followGroup(
  cluster: KubeApi,
  group: KindRefs,
  follower: Required<Follower>,
  signal: AbortSignal,
): Promise<void> {
  const { refs, namespace } = group;
  const [first] = refs;
  if (first === undefined) return;
  const resource = await cluster.discovery.served(first.apiVersion, first.kind);
  // Without its CRD a kind is not served, and its objects do not exist, until the CRD is created.
  if (resource === undefined) await poll(cluster, refs, follower, signal);
  else
    await new WatchedGroup(cluster, { ...group, path: resourcePath(resource, namespace) }, follower, signal).follow();
}

/** Objects of one kind in one namespace, which are listed and then watched: by Helm's label where they are many. */
class WatchedGroup {
  readonly #cluster: KubeApi;
  readonly #follower: Required<Follower>;
  readonly #signal: AbortSignal;
  readonly #group: KindRefs & { path: string };
  readonly #type: { apiVersion: string; kind: string };
  readonly #query: Record<string, string>;
  readonly #byName: Map<string, ObjectRef>;
  /** The watches of objects whose label somebody removed: each is watched by its name. */
  readonly #astray: Promise<void>[] = [];
  /** From where the next watch continues; empty where the objects have to be listed first. */
  #version = '';
  /** Has the server answered the last watch? */
  #isOpen = false;
  /** The pause before the next watch. */
  #wait = FIRST_PAUSE_MS;

  constructor(cluster: KubeApi, group: KindRefs & { path: string }, follower: Required<Follower>, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#group = group;
    this.#follower = follower;
    this.#signal = signal;
    const [{ apiVersion, kind, name }] = group.refs as readonly [ObjectRef];
    this.#type = { apiVersion, kind };
    this.#query = this.#isAlone ? { fieldSelector: `metadata.name=${name}` } : { labelSelector: MANAGED_SELECTOR };
    this.#byName = new Map(group.refs.map((ref) => [ref.name, ref]));
  }

  get #isAlone(): boolean {
    return this.#group.refs.length === 1;
  }

  /**
   * Reports the states until the signal is aborted.
   *
   * @throws {ApiError} where the objects cannot be read at all
   */
  async follow(): Promise<void> {
    const isWatched = await this.#watchOn();
    if (!isWatched) await poll(this.#cluster, [...this.#byName.values()], this.#follower, this.#signal);
    await Promise.all(this.#astray);
  }

  /** Watches until the signal is aborted; false where the objects have to be polled instead. */
  async #watchOn(): Promise<boolean> {
    let nonsense = 0;
    while (!this.#signal.aborted) {
      const begun = this.#version;
      this.#isOpen = false;
      try {
        if (this.#version === '' && !(await this.#list())) return false;
        await this.#watch();
      } catch (error) {
        if (this.#signal.aborted) {
          reportLast(error, this.#follower);
          return true;
        }
        if (isRefusal(error)) return false;
        nonsense = isNonsense(error) ? nonsense + 1 : 0;
        if (isHopeless(error) || nonsense >= MAX_NONSENSE) throw error;
        // A broken watch continues from its last resourceVersion. If the server no longer has that, or the watch broke
        // at once, the objects are read again.
        const isLost = error instanceof ApiError && error.status === 0 && !isNonsense(error);
        if (!isLost || this.#version === begun) this.#version = '';
        // A CRD that is deleted between the list and its watch is not a problem: the next list finds the kind gone.
        const isGone = error instanceof ApiError && error.status === 404;
        if (!this.#isOpen && !isGone && error instanceof PkgError) this.#follower.onTrouble(error);
      }
      await pause(this.#wait, this.#signal);
      this.#wait = Math.min(this.#wait * 2, MAX_PAUSE_MS);
    }
    return true;
  }

  /** Lists the objects; false once the kind is not served any more, because its CRD was deleted with all objects. */
  async #list(): Promise<boolean> {
    const { path, namespace } = this.#group;
    const request = { method: 'GET', path, query: this.#query, signal: this.#signal, expect: [404] } as const;
    const { body, status } = await this.#cluster.request(request);
    if (status === 404) return false;
    const { onState } = this.#follower;
    const missing = new Map(this.#byName);
    for (const item of itemsOf(body, this.#type.kind, this.#cluster.description)) {
      const live = readItem(item, this.#type, this.#cluster.description);
      const ref = this.#byName.get(live.metadata.name);
      if (ref === undefined) continue;
      missing.delete(ref.name);
      onState(ref, live);
    }
    for (const ref of this.#isAlone ? [] : await this.#cluster.existing([...missing.values()])) {
      missing.delete(ref.name);
      this.#byName.delete(ref.name);
      const alone = followGroup(this.#cluster, { refs: [ref], namespace }, this.#follower, this.#signal);
      // An error here also ends the other watches, which throw it.
      this.#astray.push(alone.catch(() => undefined));
    }
    for (const ref of missing.values()) onState(ref, undefined);
    this.#version = textField(isJsonObject(body) ? getOwn(body, 'metadata') : undefined, 'resourceVersion');
    return true;
  }

  /** Watches from the last version on, until the watch ends. */
  async #watch(): Promise<void> {
    const { onState, onTrouble } = this.#follower;
    const query = { ...this.#query, resourceVersion: this.#version };
    const events = await watch(this.#cluster, this.#group.path, query, this.#signal);
    this.#isOpen = true;
    onTrouble(undefined);
    for await (const { type, object } of events) {
      if (type === 'ERROR') throw new ExpiredWatch();
      this.#version = textField(object.metadata, 'resourceVersion') || this.#version;
      this.#wait = FIRST_PAUSE_MS;
      const ref = this.#byName.get(object.metadata.name);
      if (type === 'BOOKMARK' || ref === undefined) continue;
      onState(ref, type === 'DELETED' ? undefined : readItem(object, this.#type, this.#cluster.description));
    }
  }
}

/** Follows objects by reading them again and again. */
async function poll(
  cluster: KubeApi,
  refs: readonly ObjectRef[],
  { onState, onTrouble }: Required<Follower>,
  signal: AbortSignal,
): Promise<void> {
  let nonsense = 0;
  for (; !signal.aborted; await pause(POLL_MS, signal)) {
    for (const ref of refs) {
      try {
        onState(ref, await cluster.get(ref));
        onTrouble(undefined);
        nonsense = 0;
      } catch (error) {
        nonsense = isNonsense(error) ? nonsense + 1 : 0;
        if (!signal.aborted && (isRefusal(error) || isHopeless(error) || nonsense >= MAX_NONSENSE)) throw error;
        if (signal.aborted) reportLast(error, { onTrouble });
        else if (error instanceof PkgError) onTrouble(error);
      }
    }
  }
}

/** Reports what a request met that the time limit has ended: it was tried again until then, without a word. */
function reportLast(error: unknown, { onTrouble }: Pick<Required<Follower>, 'onTrouble'>): void {
  if (error instanceof PkgError && error.cause instanceof PkgError) onTrouble(error.cause);
}

/** Is the error a lack of rights, or an unsupported method? */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 403 || error.status === 405);
}

/** Is it an error that another try would meet too? */
function isHopeless(error: unknown): boolean {
  return error instanceof PkgError && HOPELESS.includes(error.code);
}

/** Is it an answer that does not fit the request, as a proxy in front of the server may give for a moment? */
function isNonsense(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'PKG_CLUSTER_FAILED' && error.status < 300;
}

const HOPELESS: readonly ErrorCode[] = ['PKG_CLUSTER_UNAUTHORIZED', 'PKG_CREDENTIALS_FAILED', 'PKG_KIND_UNKNOWN'];

/** The server cannot continue a watch from a resourceVersion, usually because it is too old. */
class ExpiredWatch extends Error {}

type WatchEvent = { type: string; object: KubeObject };

/** Starts a watch, and gives its events until it ends. */
async function watch(
  cluster: KubeApi,
  path: string,
  query: Record<string, string>,
  signal: AbortSignal,
): Promise<AsyncIterable<WatchEvent>> {
  const stream = await cluster.stream({
    path,
    query: { ...query, watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(WATCH_SECONDS) },
    timeout: BEGIN_MS,
    signal: AbortSignal.any([signal, AbortSignal.timeout((WATCH_SECONDS + WATCH_GRACE_SECONDS) * 1000)]),
  });
  return eventsOf(stream);
}

async function* eventsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_EVENT_SIZE) throw new ExpiredWatch();
    for (const line of lines) {
      const event = JSON.parse(line) as Json;
      const object = isJsonObject(event) ? getOwn(event, 'object') : undefined;
      if (!isJsonObject(object)) throw new ExpiredWatch();
      yield { type: textField(event, 'type'), object: withMetadata(object) };
    }
  }
}

/** The object of an event; an error event has a Status without a name. */
function withMetadata(object: JsonObject): KubeObject {
  return { ...object, metadata: object['metadata'] ?? {} } as KubeObject;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
