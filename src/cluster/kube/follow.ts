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
          indices.map((index) => refs[index] as ObjectRef),
          query.namespace ?? '',
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

/** Objects of one kind in one namespace, by Helm's label where they are many. */
async function followGroup(
  cluster: KubeApi,
  refs: readonly ObjectRef[],
  namespace: string,
  follower: Required<Follower>,
  signal: AbortSignal,
): Promise<void> {
  const { onState, onTrouble } = follower;
  const [first] = refs;
  if (first === undefined) return;
  const { apiVersion, kind } = first;
  const resource = await cluster.discovery.served(apiVersion, kind);
  // Without its CRD a kind is not served, and its objects do not exist, until the CRD is created.
  if (resource === undefined) return await poll(cluster, refs, follower, signal);
  const byName = new Map(refs.map((ref) => [ref.name, ref]));
  const isAlone = refs.length === 1;
  const query = isAlone ? { fieldSelector: `metadata.name=${first.name}` } : { labelSelector: MANAGED_SELECTOR };
  const path = resourcePath(resource, namespace);
  /** Objects whose label somebody removed; each is watched by its name. */
  const astray: Promise<void>[] = [];

  /** Undefined once the kind is not served any more: with its CRD all objects were deleted. */
  const list = async (): Promise<string | undefined> => {
    const { body, status } = await cluster.request({ method: 'GET', path, query, signal, expect: [404] });
    if (status === 404) return undefined;
    const missing = new Map(byName);
    for (const item of itemsOf(body, kind, cluster.description)) {
      const live = readItem(item, { apiVersion, kind }, cluster.description);
      const ref = byName.get(live.metadata.name);
      if (ref === undefined) continue;
      missing.delete(ref.name);
      onState(ref, live);
    }
    for (const ref of isAlone ? [] : await cluster.existing([...missing.values()])) {
      missing.delete(ref.name);
      byName.delete(ref.name);
      // An error here also ends the other watches, which throw it.
      astray.push(followGroup(cluster, [ref], namespace, follower, signal).catch(() => undefined));
    }
    for (const ref of missing.values()) onState(ref, undefined);
    return textField(isJsonObject(body) ? getOwn(body, 'metadata') : undefined, 'resourceVersion');
  };

  const watchOn = async (): Promise<void> => {
    let wait = FIRST_PAUSE_MS;
    let version = '';
    let nonsense = 0;
    while (!signal.aborted) {
      let isOpen = false;
      const begun = version;
      try {
        if (version === '') {
          const listed = await list();
          if (listed === undefined) return await poll(cluster, [...byName.values()], follower, signal);
          version = listed;
        }
        const events = await watch(cluster, path, { ...query, resourceVersion: version }, signal);
        isOpen = true;
        onTrouble(undefined);
        for await (const { type, object } of events) {
          if (type === 'ERROR') throw new ExpiredWatch();
          version = textField(object.metadata, 'resourceVersion') || version;
          wait = FIRST_PAUSE_MS;
          const ref = byName.get(object.metadata.name);
          if (type === 'BOOKMARK' || ref === undefined) continue;
          onState(ref, type === 'DELETED' ? undefined : readItem(object, { apiVersion, kind }, cluster.description));
        }
      } catch (error) {
        if (signal.aborted) return;
        if (isRefusal(error)) return await poll(cluster, [...byName.values()], follower, signal);
        nonsense = isNonsense(error) ? nonsense + 1 : 0;
        if (isHopeless(error) || nonsense >= MAX_NONSENSE) throw error;
        // A broken watch continues from its last resourceVersion. If the server no longer has that, or the watch broke
        // at once, the objects are read again.
        const isLost = error instanceof ApiError && error.status === 0 && !isNonsense(error);
        if (!isLost || version === begun) version = '';
        // A CRD that is deleted between the list and its watch is no trouble: the next list tells that the kind is gone.
        const isGone = error instanceof ApiError && error.status === 404;
        if (!isOpen && !isGone && error instanceof PkgError) onTrouble(error);
      }
      await pause(wait, signal);
      wait = Math.min(wait * 2, MAX_PAUSE_MS);
    }
  };
  await watchOn();
  await Promise.all(astray);
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
        if (isRefusal(error) || isHopeless(error) || nonsense >= MAX_NONSENSE) throw error;
        if (!signal.aborted && error instanceof PkgError) onTrouble(error);
      }
    }
  }
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
