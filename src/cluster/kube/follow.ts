/**
 * Follows objects by watching them: one watch for each kind and namespace, begun anew from where it was when it
 * ends, and by asking every so often where watching is not allowed.
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

/** Is told each state of an object, and undefined when it is not there. */
export type OnState = (ref: ObjectRef, live: KubeObject | undefined) => void;

/** Is told what keeps the states from coming, and undefined when they come again. */
export type OnTrouble = (problem: PkgError | undefined) => void;

/** Who is told. */
export type Follower = { onState: OnState; onTrouble?: OnTrouble };

/** Where watching is not allowed, objects are read so often. */
const POLL_MS = 2_000;
/** The pause before a watch that broke is begun anew; it doubles, up to the other. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** The server ends a watch after so many seconds, and it is begun anew: what died unnoticed does not last. */
const WATCH_SECONDS = 240;
/** A watch begins at once; what stands before the server and keeps its answers back is found out by then. */
const BEGIN_MS = 15_000;
/** An object may have 1.5 MiB in etcd; more than this in one event is something else. */
const LONGEST_EVENT = 32 << 20;
/** What answers so many times in a row with what is no answer is no API server: it is not waited for any longer. */
const MOST_NONSENSE = 6;
/** A watch that should have ended so long ago has died. */
const WATCH_GRACE_SECONDS = 30;

/**
 * Tells the states of objects as they are now and as they change, until the signal ends it. A server that does not
 * answer is waited for: it is told as trouble.
 *
 * @throws ApiError where they cannot be read at all
 */
export async function follow(
  cluster: KubeApi,
  refs: readonly ObjectRef[],
  { onState, onTrouble = () => undefined }: Follower,
  signal: AbortSignal,
): Promise<void> {
  // One by one what is few: it may lack the label by which many are found.
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
  // A kind that is not served, or no more: its objects are not there, until it comes.
  if (resource === undefined) return await poll(cluster, refs, follower, signal);
  const byName = new Map(refs.map((ref) => [ref.name, ref]));
  const isAlone = refs.length === 1;
  const query = isAlone ? { fieldSelector: `metadata.name=${first.name}` } : { labelSelector: MANAGED_SELECTOR };
  const path = resourcePath(resource, namespace);
  /** Objects from which somebody took the label; each is watched by its name. */
  const astray: Promise<void>[] = [];

  /** Undefined where the kind is not served any more: with its CRD all objects are gone. */
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
      // What refuses this refuses the others, too, and is thrown there.
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
        if (isHopeless(error) || nonsense >= MOST_NONSENSE) throw error;
        // A watch that broke goes on from where it was; what the server does not remember is read anew, as is what
        // watches that break at once do not tell.
        const isLost = error instanceof ApiError && error.status === 0 && !isNonsense(error);
        if (!isLost || version === begun) version = '';
        if (!isOpen && error instanceof PkgError) onTrouble(error);
      }
      await pause(wait, signal);
      wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
    }
  };
  await watchOn();
  await Promise.all(astray);
}

/** The way where watching is not allowed. */
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
        if (isRefusal(error) || isHopeless(error) || nonsense >= MOST_NONSENSE) throw error;
        if (!signal.aborted && error instanceof PkgError) onTrouble(error);
      }
    }
  }
}

/** Is this not allowed, or not served? */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 403 || error.status === 405);
}

/** Does trying again help as little as now? */
function isHopeless(error: unknown): boolean {
  return error instanceof PkgError && HOPELESS.includes(error.code);
}

/** Is this an answer, but to nothing that was asked? Something may stand before the server for a moment. */
function isNonsense(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'PKG_CLUSTER_FAILED' && error.status < 300;
}

const HOPELESS: readonly ErrorCode[] = ['PKG_CLUSTER_UNAUTHORIZED', 'PKG_CREDENTIALS_FAILED', 'PKG_KIND_UNKNOWN'];

/** The version from which to go on is too old, or the server cannot go on for another reason. */
class ExpiredWatch extends Error {}

type WatchEvent = { type: string; object: KubeObject };

/** Begins a watch, and gives its events until it ends. */
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
    if (rest.length > LONGEST_EVENT) throw new ExpiredWatch();
    for (const line of lines) {
      const event = JSON.parse(line) as Json;
      const object = isJsonObject(event) ? getOwn(event, 'object') : undefined;
      if (!isJsonObject(object)) throw new ExpiredWatch();
      yield { type: textField(event, 'type'), object: withMetadata(object) };
    }
  }
}

/** An error comes as a Status, which has no name. */
function withMetadata(object: JsonObject): KubeObject {
  return { ...object, metadata: object['metadata'] ?? {} } as KubeObject;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
