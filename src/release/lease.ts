/**
 * The lease on a release, seen from its holder. It is stored on the pending record as a random holder id and a counter
 * that each renewal increases. Another process may take the release over when the counter stood still for
 * {@link LEASE_MS}. The holder must not write after that: each write asks, at the moment when it goes to the socket,
 * whether the last confirmed renewal is young enough. If not, it waits for a new renewal, or is refused.
 *
 * @see https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
 */
import type { Fence, KubeObject } from '../cluster/cluster.ts';
import { PkgError } from '../errors.ts';
import { begunError, takenOverError, uninstalledError, withEarlier } from './lease-errors.ts';
import {
  describeRevision,
  LEASE_MS,
  leaseAnnotations,
  leaseOf,
  letGo,
  newHolder,
  renewalAnnotations,
} from './lease-record.ts';
import type { Env } from './operations/env.ts';
import type { Release } from './release.ts';
import { ReleaseStore, revisionOf, statusOf } from './store.ts';
import type { StoredRelease } from './store.ts';

const RENEW_EVERY_MS = 5_000;
/** No write starts within this time before the lease may be taken over: it still has to reach the server. */
const MARGIN_MS = 10_000;
/**
 * A process that did nothing for this long may have been suspended, and Helm, which knows no lease, may have worked on
 * the release meanwhile: it renews before it writes again.
 */
const MAX_STALL_MS = 1_000;
const LOOK_EVERY_MS = 250;
/** Tries to write the record. Somebody may change its labels at the same moment, but hardly five times in a row. */
const MAX_TRIES = 5;
/** Tries to write the record that came after a renewal: a machine may be so busy that every other step is a stall. */
const MAX_RENEWED = 100;

/** A moment by two clocks: the monotonic one stands still while the machine sleeps, the wall clock may be set back. */
type Moment = { monotonic: number; wall: number };

function now(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

function passedSince({ monotonic, wall }: Moment): number {
  return Math.max(performance.now() - monotonic, Date.now() - wall);
}

/** A pending record that this process holds. */
export class Lease implements Fence {
  /** The environment for the rest of the operation: its writes are fenced by this lease. */
  readonly env: Env;
  readonly #emit: Env['emit'];
  /** For renewals, which the fence must not hold back; all other writes go through `#fenced`. */
  readonly #store: ReleaseStore;
  readonly #fenced: ReleaseStore;
  readonly #holder: string;
  /** The revision on which the operation was planned; undefined for the first one, and for an uninstall. */
  readonly #before: StoredRelease | undefined;
  readonly #lost = new AbortController();
  /** Aborted when the release was uninstalled meanwhile: nothing is written any more but the record. */
  readonly #uninstalled = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #looks: NodeJS.Timeout;
  #stored: StoredRelease;
  #renewals = 0;
  /** When the last renewal that the server confirmed was sent. */
  #renewed: Moment;
  #renewing: Promise<void> | undefined;
  /** When this process was seen to run last. */
  #running: Moment = now();
  /** How often it stood still, and how many of these times were over when a renewal began that succeeded. */
  #stalls = 0;
  #confirmedStalls = 0;
  #isLost = false;
  /** False once a patch was forbidden: a role may allow `update` of Secrets and not `patch`. */
  #mayPatch = true;

  private constructor(
    env: Env,
    store: ReleaseStore,
    stored: StoredRelease,
    { holder, sent, before }: { holder: string; sent: Moment; before: StoredRelease | undefined },
  ) {
    const records = (env.records ?? env.cluster).within(this.#lost.signal, this);
    const signal = AbortSignal.any([this.#lost.signal, this.#uninstalled.signal]);
    this.env = {
      ...env,
      cluster: env.cluster.within(signal, this),
      records,
      signal: env.signal === undefined ? signal : AbortSignal.any([env.signal, signal]),
    };
    this.#emit = env.emit;
    this.#store = store;
    this.#before = before;
    this.#fenced = new ReleaseStore(records, stored.release.namespace);
    this.#stored = stored;
    this.#holder = holder;
    this.#renewed = sent;
    this.#timer = setInterval(() => void this.reopen().catch(() => undefined), RENEW_EVERY_MS);
    this.#timer.unref();
    this.#looks = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looks.unref();
  }

  /**
   * Writes a new pending revision and holds it.
   *
   * @param last the newest revision before, on which the operation was planned
   * @throws {PkgError} `PKG_RELEASE_HELD` when another operation began meanwhile, which is then left alone
   */
  static async begin(env: Env, release: Release, last: StoredRelease | undefined): Promise<Lease> {
    const write = (store: ReleaseStore, marks: Record<string, string>): Promise<StoredRelease> =>
      store.create(release, marks);
    return await Lease.#begin(env, release, write, last, (store, own) => store.remove(own, { unchanged: true }));
  }

  /** Takes an existing revision, the newest, and holds it under a new status. @throws as {@link Lease.begin} does */
  static async take(env: Env, stored: StoredRelease, release: Release): Promise<Lease> {
    const write = (store: ReleaseStore, marks: Record<string, string>): Promise<StoredRelease> =>
      store.update(stored, release, marks);
    return await Lease.#begin(env, release, write, undefined, (store, own) => putBack(store, own, stored.release));
  }

  static async #begin(
    env: Env,
    release: Release,
    write: (store: ReleaseStore, marks: Record<string, string>) => Promise<StoredRelease>,
    last: StoredRelease | undefined,
    takeBack: (store: ReleaseStore, own: StoredRelease) => Promise<unknown>,
  ): Promise<Lease> {
    const { name, namespace, version } = release;
    const store = new ReleaseStore(env.records ?? env.cluster, namespace);
    const holder = newHolder();
    const sent = now();
    let lease: Lease;
    try {
      lease = new Lease(env, store, await write(store, leaseAnnotations(holder)), { holder, sent, before: last });
    } catch (error) {
      letGo(holder);
      if (!isConflict(error)) throw error;
      throw begunError(release, await store.heads(name), error);
    }
    try {
      // Write first, then look: of two operations that begin at once on different records, at least one sees the other.
      const heads = await store.heads(name);
      const newest = Math.max(...heads.map(revisionOf));
      const before = last && heads.find((head) => revisionOf(head) === last.release.version);
      const isSame = before?.metadata['resourceVersion'] === last?.secret.metadata['resourceVersion'];
      if (newest === version && isSame) return lease;
      const others = heads.filter((head) => leaseOf(head)?.holder !== holder);
      throw begunError(release, others);
    } catch (error) {
      await lease.drop();
      await takeBack(store, lease.stored).catch(() => undefined);
      throw error;
    }
  }

  /** The record as it was written last. */
  get stored(): StoredRelease {
    return this.#stored;
  }

  isOpen(): boolean {
    this.#look();
    return !this.#isLost && this.#stalls === this.#confirmedStalls && passedSince(this.#renewed) < LEASE_MS - MARGIN_MS;
  }

  #look(): void {
    if (passedSince(this.#running) > MAX_STALL_MS) this.#stalls++;
    this.#running = now();
  }

  /**
   * Renews the lease; one renewal at a time.
   *
   * @throws {PkgError} `PKG_RELEASE_TAKEN_OVER` when another operation has it; the error of the request otherwise
   */
  async reopen(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
    await this.#renewing;
  }

  /**
   * Looks whether another operation has begun, has taken the release over or has uninstalled it. Called before a revision
   * is recorded as deployed and before the history is removed, since renewals, which look too, are seconds apart.
   *
   * @throws {PkgError} `PKG_RELEASE_TAKEN_OVER`; the error of the request
   */
  async expectAlone(): Promise<void> {
    const { release } = this.#stored;
    const heads = await this.#store.heads(release.name);
    // Helm begins a rollback or an upgrade even while the newest record is `uninstalling`.
    if (heads.some((head) => revisionOf(head) > release.version)) throw await this.#lose();
    const own = heads.find((head) => revisionOf(head) === release.version);
    if (own === undefined || leaseOf(own)?.holder !== this.#holder) throw await this.#lose();
    const gone = this.#uninstallIn(heads);
    if (gone === undefined) return;
    this.#uninstalled.abort(gone);
    throw gone;
  }

  /** The error for a release that was uninstalled, as its records tell; undefined where it was not. */
  #uninstallIn(heads: readonly KubeObject[]): PkgError | undefined {
    const before = this.#before?.release;
    if (before === undefined) return undefined;
    const head = heads.find((one) => revisionOf(one) === before.version);
    const status = head === undefined ? 'uninstalled' : statusOf(head);
    if (status === before.info.status || !['uninstalling', 'uninstalled'].includes(status)) return undefined;
    return uninstalledError(this.#stored.release, before, head);
  }

  /**
   * Writes the record for the last time and lets go of it.
   *
   * @throws as {@link Lease.reopen}; what went wrong when the record was written
   */
  async finish(release: Release): Promise<StoredRelease> {
    // Encoded once: where that takes longer than MAX_STALL_MS, each try would renew first, and so cause the next conflict.
    let write: ReturnType<ReleaseStore['replacement']> | undefined;
    return await this.#end(async () => {
      write ??= this.#fenced.replacement(release, {});
      return (this.#stored = await write(this.#stored));
    });
  }

  /** Removes the record, and lets go of it. @throws as {@link Lease.finish} does */
  async remove(): Promise<void> {
    await this.#end(() => this.#fenced.remove(this.#stored, { unchanged: true }));
  }

  /**
   * Records that the operation failed, unless the lease was lost: then the record belongs to the new holder.
   *
   * @returns the error to end with, and the record as it was written; undefined when it could not be, and when the
   *   operation must not be undone, because the release was uninstalled meanwhile
   */
  async fail(failure: unknown, release: Release): Promise<{ failure: unknown; failed: StoredRelease | undefined }> {
    try {
      const failed = await this.finish(release);
      // What Helm deletes meanwhile makes an operation fail in many ways.
      const heads = await this.#store.heads(release.name).catch(() => []);
      const gone = heads.length === 0 ? undefined : this.#uninstallIn(heads);
      return gone === undefined ? { failure, failed } : { failure: withEarlier(gone, failure), failed: undefined };
    } catch (error) {
      if (this.#lost.signal.aborted) {
        return { failure: withEarlier(this.#lost.signal.reason, failure), failed: undefined };
      }
      const why = error instanceof Error ? error.message : String(error);
      this.#emit({
        type: 'warning',
        message: `${describeRevision(this.#stored.release)} could not be recorded as ${release.info.status}, and the next command takes it over: ${why}`,
      });
      return { failure, failed: undefined };
    }
  }

  /** Lets go without writing. */
  async drop(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#looks);
    await this.#renewing?.catch(() => undefined);
    letGo(this.#holder);
  }

  async #end<T>(write: () => Promise<T>): Promise<T> {
    clearInterval(this.#timer);
    await this.#renewing?.catch(() => undefined);
    try {
      for (let tries = 1, renewed = 0; ;) {
        const { stored } = this;
        try {
          return await write();
        } catch (error) {
          if (!isConflict(error) || tries >= MAX_TRIES || renewed >= MAX_RENEWED) throw error;
          // The fence may have renewed the lease before it let the write go: that is the conflict then.
          if (this.#stored === stored) {
            tries++;
            await this.#readAgain();
          } else {
            renewed++;
          }
        }
      }
    } finally {
      clearInterval(this.#looks);
      letGo(this.#holder);
    }
  }

  async #renew(): Promise<void> {
    this.#look();
    const stalls = this.#stalls;
    // A renewal that fails without a stall closes nothing: the one before is still young.
    await this.#confirm();
    this.#confirmedStalls = stalls;
  }

  async #confirm(): Promise<void> {
    if (this.#isLost) throw await this.#lose();
    // The lease on a release that was uninstalled is kept: its record still has to say that the operation failed.
    await this.expectAlone().catch((error: unknown) => {
      if (error !== this.#uninstalled.signal.reason) throw error;
    });
    for (let tries = 1; ; tries++) {
      const renewals = ++this.#renewals;
      const sent = now();
      try {
        await this.#writeRenewal(renewals);
        this.#renewed = sent;
        return;
      } catch (error) {
        if (!isConflict(error) || tries >= MAX_TRIES) throw error;
        // The conflict may come from an earlier try of this renewal, whose answer was lost.
        if ((await this.#readAgain()) !== String(renewals)) continue;
        this.#renewed = sent;
        return;
      }
    }
  }

  async #writeRenewal(renewals: number): Promise<void> {
    if (this.#mayPatch) {
      try {
        this.#stored = await this.#store.annotate(this.#stored, renewalAnnotations(renewals));
        return;
      } catch (error) {
        if (!(error instanceof PkgError) || error.code !== 'PKG_CLUSTER_FORBIDDEN') throw error;
        this.#mayPatch = false;
      }
    }
    const annotations = { ...leaseAnnotations(this.#holder), ...renewalAnnotations(renewals) };
    this.#stored = await this.#store.update(this.#stored, this.#stored.release, annotations);
  }

  /**
   * Reads the record's metadata again after a conflict. Gives its renewal counter.
   *
   * @throws {PkgError} when another holder has it
   */
  async #readAgain(): Promise<string> {
    const head = await this.#store.head(this.#stored.release);
    const lease = head && leaseOf(head);
    if (head === undefined || lease?.holder !== this.#holder) throw await this.#lose();
    const { release, secret } = this.#stored;
    this.#stored = { release, secret: { ...secret, metadata: head.metadata } };
    return lease.renewals;
  }

  /** Closes the fence for good. Gives the error that every later write fails with. */
  async #lose(): Promise<unknown> {
    this.#isLost = true;
    const { signal } = this.#lost;
    if (!signal.aborted) {
      const { release } = this.#stored;
      const heads = await this.#store.heads(release.name).catch(() => undefined);
      this.#lost.abort(takenOverError(release, heads));
    }
    return signal.reason;
  }
}

/**
 * Writes a record as it was before it was taken. If a newer revision has been deployed meanwhile, it is superseded: the
 * operation of that revision could not mark it, because it was held.
 */
async function putBack(store: ReleaseStore, own: StoredRelease, before: Release): Promise<void> {
  const back = await store.update(own, before, {});
  const { name, version, info } = before;
  if (info.status !== 'deployed') return;
  const heads = await store.heads(name);
  if (!heads.some((head) => revisionOf(head) > version && statusOf(head) === 'deployed')) return;
  await store.update(back, { ...before, info: { ...info, status: 'superseded' } }, {});
}

function isConflict(error: unknown): boolean {
  return error instanceof PkgError && error.code === 'PKG_OBJECT_CONFLICT';
}
