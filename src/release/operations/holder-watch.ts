/** Waits for a release that another operation holds: until it is free, or its holder turns out to be dead. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import type { Json } from '../../yaml/value.ts';
import {
  begunAt,
  describeHolder,
  describeRevision,
  holderState,
  isPending,
  LEASE_MS,
  leaseOf,
} from '../lease-record.ts';
import type { LeaseRecord } from '../lease-record.ts';
import { heldError } from '../lease-errors.ts';
import { statusOf } from '../store.ts';
import type { ReleaseStore, StoredRelease } from '../store.ts';
import { interrupted } from './deadline.ts';
import type { Env, Locking } from './env.ts';

const LOOK_EVERY_MS = 2_000;
/** After a longer gap between two looks the wait starts again: during an outage the holder could not renew either. */
const MAX_GAP_MS = 10_000;

/** A record that may be taken over, as it was read last, and the note that tells the user why. */
export type Taking = { note: string; secret: KubeObject };

/**
 * Waits until a pending revision may be taken over, or until its holder has finished. A holder that is alive is waited
 * for as long as `lockTimeout`. With `takeOver`, or when the holder was a process of this machine that is dead, this
 * returns at once.
 *
 * @returns undefined when the record has changed, and has to be read again
 * @throws {PkgError} `PKG_RELEASE_HELD` when the holder is alive; `PKG_RELEASE_PENDING` when Helm wrote the record,
 *   because it leaves no sign of whether it still runs
 */
export async function mayTakeOver(
  env: Env,
  store: ReleaseStore,
  stored: StoredRelease,
  { takeOver = false, lockTimeout = 0, dryRun = false }: Locking & { dryRun?: boolean },
): Promise<Taking | undefined> {
  const what = describeRevision(stored.release);
  const { secret } = stored;
  const lease = leaseOf(secret);
  const who = lease === undefined ? 'Helm' : describeHolder(lease);
  if (takeOver) return { note: `${what} is taken over from ${who}, as --take-over says`, secret };
  if (lease !== undefined && holderState(lease) === 'dead') return { note: leftBy(what, lease), secret };
  const isRunning = lease !== undefined && holderState(lease) === 'running';
  if (dryRun && (lease === undefined || isRunning)) throw refusal(env, stored, lease);
  if (dryRun)
    return { note: `${what}: ${who} may still work on it, and could change what this plan is based on`, secret };
  if (lockTimeout === 0 && (lease === undefined || isRunning)) throw refusal(env, stored, lease);
  const isKnown = lease === undefined || isRunning;
  const seconds = Math.ceil((isKnown ? lockTimeout : Math.max(lockTimeout, LEASE_MS)) / 1000);
  const why = lockTimeout > 0 ? `for ${who} to end its work` : `to see whether ${who} still works`;
  env.emit({ type: 'note', message: `${what} is held: waiting up to ${seconds} s ${why}` });
  const { untimed = (work) => work() } = env;
  return await untimed(() => watch(env, store, stored, lease, lockTimeout));
}

/** A look at a lease: unchanged since `since`, seen last at `last`, both by this machine's monotonic clock. */
type Sight = { version: Json | undefined; holder: string; renewals: string; since: number; last: number };

async function watch(
  env: Env,
  store: ReleaseStore,
  stored: StoredRelease,
  lease: LeaseRecord | undefined,
  lockTimeout: number,
): Promise<Taking | undefined> {
  const what = describeRevision(stored.release);
  const begun = performance.now();
  let sight = sightOf(stored.secret, begun);
  let isAlive = lease === undefined || holderState(lease) === 'running';
  for (;;) {
    if (isAlive && performance.now() - begun >= lockTimeout) throw refusal(env, stored, lease);
    await sleep(LOOK_EVERY_MS, undefined, env.signal === undefined ? {} : { signal: env.signal }).catch(() => {
      if (env.signal !== undefined) throw interrupted(env.signal);
    });
    const asked = performance.now();
    const head = await store.head(stored.release);
    if (head === undefined || !isPending(statusOf(head))) return undefined;
    const now = sightOf(head, performance.now());
    const seen = leaseOf(head);
    if (now.holder !== sight.holder) return undefined;
    if (seen === undefined || lease === undefined) continue;
    const secret = { ...stored.secret, metadata: head.metadata };
    if (holderState(seen) === 'dead') return { note: leftBy(what, seen), secret };
    if (now.renewals !== sight.renewals) {
      isAlive = true;
      sight = now;
    } else if (asked - sight.last > MAX_GAP_MS || now.version !== sight.version) sight = now;
    else if (asked - sight.since >= LEASE_MS) {
      const note = `${what} is taken over: ${describeHolder(seen)} gave no sign of life for ${LEASE_MS / 1000} s`;
      return { note, secret };
    } else sight = { ...sight, last: now.last };
  }
}

function leftBy(what: string, lease: LeaseRecord): string {
  return `${what} was left unfinished by a process that is gone (${describeHolder(lease)}), and is taken over`;
}

function sightOf(head: KubeObject, at: number): Sight {
  const { holder = '', renewals = '' } = leaseOf(head) ?? {};
  return { version: head.metadata['resourceVersion'], holder, renewals, since: at, last: at };
}

function refusal(env: Env, { release }: StoredRelease, lease: LeaseRecord | undefined): PkgError {
  const what = describeRevision(release);
  const since = begunAt(release);
  if (lease !== undefined)
    return heldError(`another operation works on ${what}: ${describeHolder(lease)}, since ${since}`);
  const age = ageOf(since, env.now?.() ?? new Date());
  return new PkgError(
    'PKG_RELEASE_PENDING',
    `another operation (install/upgrade/rollback) is in progress: ${what}, begun at ${since}${age}`,
    {
      hints: ['Helm began it, and does not record whether it still works: if it no longer runs, give --take-over'],
    },
  );
}

/** How long ago a time was, for the message only: the other machine's clock may be wrong. */
function ageOf(time: string, now: Date): string {
  const seconds = Math.round((now.getTime() - Date.parse(time)) / 1000);
  if (!Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 120) return `, ${seconds} s ago`;
  return `, ${seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`} ago`;
}
