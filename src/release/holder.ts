/** Who works on a release: a pending record is held by whoever renews its annotations. */
import { randomBytes } from 'node:crypto';
import { isAlive, ownMark, parseMark } from '../cluster/directory/process-mark.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { getOwn } from '../yaml/value.ts';
import type { JsonObject } from '../yaml/value.ts';
import type { Release } from './release.ts';
import type { ReleaseStore, StoredRelease } from './store.ts';

const HOLDER = 'kubepkg.dev/holder';
const RENEWED = 'kubepkg.dev/renewed';
const RENEW_EVERY_MS = 5_000;
const STALE_AFTER_MS = 30_000;

/** What this process holds. */
const held = new Set<string>();
let holds = 0;
/** Tells this copy of pkg from others in the process, and from a process that had the same id. */
let copy: string | undefined;

function ownPrefix(): string {
  copy ??= randomBytes(6).toString('hex');
  return `${ownMark()}-${copy}-`;
}

/** A record that this process works on, kept alive until it is finished. */
export class Hold {
  readonly #store: ReleaseStore;
  readonly #holder: string;
  #stored: StoredRelease;
  /** The renewal that is under way. */
  #busy: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #renewed = Date.now();
  /** Why the record could not be renewed. */
  #failure: unknown;
  #isLost = false;

  private constructor(store: ReleaseStore, stored: StoredRelease, holder: string) {
    this.#store = store;
    this.#stored = stored;
    this.#holder = holder;
    this.#timer = setInterval(() => this.#renew(), RENEW_EVERY_MS);
    this.#timer.unref();
  }

  /** Writes a new pending revision and holds it. */
  static async begin(store: ReleaseStore, release: Release): Promise<Hold> {
    return await Hold.#of(store, (annotations) => store.create(release, annotations));
  }

  /** Takes an existing revision and holds it under a new status. */
  static async take(store: ReleaseStore, stored: StoredRelease, release: Release): Promise<Hold> {
    return await Hold.#of(store, (annotations) => store.update(stored, release, annotations));
  }

  static async #of(
    store: ReleaseStore,
    write: (annotations: Record<string, string>) => Promise<StoredRelease>,
  ): Promise<Hold> {
    const holder = `${ownPrefix()}${++holds}`;
    held.add(holder);
    try {
      return new Hold(store, await write(marks(holder)), holder);
    } catch (error) {
      held.delete(holder);
      throw error;
    }
  }

  get stored(): StoredRelease {
    return this.#stored;
  }

  /** @throws what went wrong when the record was renewed: somebody else took it, or may have by now */
  check(): void {
    if (this.#failure === undefined) return;
    if (this.#isLost || Date.now() - this.#renewed > STALE_AFTER_MS) throw this.#failure;
  }

  /** Writes the record for the last time and lets go of it. */
  async finish(release: Release): Promise<StoredRelease> {
    await this.drop();
    await this.#write(release, {});
    return this.#stored;
  }

  /** Lets go without writing. */
  async drop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#busy;
    held.delete(this.#holder);
  }

  /** One at a time: on a server that is gone each takes long, and whoever lets go waits for it. */
  #renew(): void {
    this.#busy ??= this.#renewOnce().finally(() => (this.#busy = undefined));
  }

  async #renewOnce(): Promise<void> {
    if (this.#isLost) return;
    try {
      await this.#write(this.#stored.release, marks(this.#holder));
      this.#renewed = Date.now();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#isLost = isConflict(error);
    }
  }

  async #write(release: Release, annotations: Record<string, string>): Promise<void> {
    try {
      this.#stored = await this.#store.update(this.#stored, release, annotations);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // What came between may be a renewal of our own whose answer was lost.
      const now = await this.#store.readAgain(this.#stored);
      if (now === undefined || holderOf(now) !== this.#holder) throw error;
      this.#stored = await this.#store.update(now, release, annotations);
    }
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof PkgError && error.code === 'PKG_OBJECT_CONFLICT';
}

function marks(holder: string): Record<string, string> {
  return { [HOLDER]: holder, [RENEWED]: new Date().toISOString() };
}

function annotationsOf({ secret }: StoredRelease): JsonObject {
  return (secret.metadata['annotations'] ?? {}) as JsonObject;
}

function holderOf(stored: StoredRelease): string | undefined {
  const holder = getOwn(annotationsOf(stored), HOLDER);
  return typeof holder === 'string' ? holder : undefined;
}

/** Does who holds a record live? Undefined when that cannot be told from here. */
function isAtWork(holder: string): boolean | undefined {
  // What this process let go of without a word, because it could not write, is nobody's.
  if (holder.startsWith(ownPrefix())) return held.has(holder);
  const mark = parseMark(holder);
  return mark === undefined ? undefined : isAlive(mark);
}

/** Is somebody at work on this revision, as far as the record says? */
export function isPending(release: Release): boolean {
  return release.info.status.startsWith('pending-') || release.info.status === 'uninstalling';
}

/**
 * Holds a pending record against its holder: undefined when nobody works on it any more and it may be
 * taken over, with what to tell the user.
 *
 * @throws {PkgError} `PKG_RELEASE_HELD` by a living holder, `PKG_RELEASE_PENDING` for a record of Helm's
 */
export function takeOverNote(stored: StoredRelease, now: Date, takeOver: boolean): string {
  const { release } = stored;
  const holder = holderOf(stored);
  const what = `${printable(release.name)} revision ${release.version} (${release.info.status})`;
  if (holder === undefined) {
    if (takeOver || release.info.status === 'uninstalling') return `${what} was left unfinished and is taken over`;
    const age = ageOf(release.info.last_deployed, now);
    throw new PkgError(
      'PKG_RELEASE_PENDING',
      `another operation (install/upgrade/rollback) is in progress: ${what}, begun ${age} ago`,
      {
        hints: ['it was begun by Helm, which does not tell whether it still works; when it is dead, give --take-over'],
      },
    );
  }
  const mark = parseMark(holder);
  const renewed = Date.parse(String(getOwn(annotationsOf(stored), RENEWED) ?? ''));
  const isStale = !(now.getTime() - renewed < STALE_AFTER_MS);
  if (isAtWork(holder) === false || isStale)
    return `${what} was left unfinished by a process that is gone, and is taken over`;
  throw new PkgError(
    'PKG_RELEASE_HELD',
    `another operation works on ${what}: process ${mark?.pid ?? printable(holder)}`,
    {
      hints: ['wait until it is done, then give the command again'],
    },
  );
}

function ageOf(time: string | undefined, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(time ?? '')) / 1000));
  if (!Number.isFinite(seconds)) return 'an unknown time';
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
