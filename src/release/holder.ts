/** Who works on a release: a pending record is held by whoever renews its annotations. */
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

/** A record that this process works on, kept alive until it is finished. */
export class Hold {
  readonly #store: ReleaseStore;
  #stored: StoredRelease;
  #busy: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #lost: unknown;

  private constructor(store: ReleaseStore, stored: StoredRelease) {
    this.#store = store;
    this.#stored = stored;
    this.#timer = setInterval(() => this.#renew(), RENEW_EVERY_MS);
    this.#timer.unref();
  }

  /** Writes a new pending revision and holds it. */
  static async begin(store: ReleaseStore, release: Release): Promise<Hold> {
    return new Hold(store, await store.create(release, marks()));
  }

  /** Takes an existing revision and holds it under a new status. */
  static async take(store: ReleaseStore, stored: StoredRelease, release: Release): Promise<Hold> {
    return new Hold(store, await store.update(stored, release, marks()));
  }

  get stored(): StoredRelease {
    return this.#stored;
  }

  /** @throws what went wrong when the record was renewed: somebody else took it */
  check(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** Writes the record for the last time and lets go of it. */
  async finish(release: Release): Promise<StoredRelease> {
    clearInterval(this.#timer);
    await this.#busy;
    this.#stored = await this.#store.update(this.#stored, release, {});
    return this.#stored;
  }

  /** Lets go without writing. */
  async drop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#busy;
  }

  #renew(): void {
    this.#busy = this.#busy.then(async () => {
      try {
        this.#stored = await this.#store.update(this.#stored, this.#stored.release, marks());
      } catch (error) {
        this.#lost ??= error;
      }
    });
  }
}

function marks(): Record<string, string> {
  return { [HOLDER]: ownMark(), [RENEWED]: new Date().toISOString() };
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
  const { release, secret } = stored;
  const annotations = (secret.metadata['annotations'] ?? {}) as JsonObject;
  const holder = getOwn(annotations, HOLDER);
  const what = `${printable(release.name)} revision ${release.version} (${release.info.status})`;
  if (typeof holder !== 'string') {
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
  const alive = mark === undefined ? undefined : isAlive(mark);
  const renewed = Date.parse(String(getOwn(annotations, RENEWED) ?? ''));
  const isStale = !(now.getTime() - renewed < STALE_AFTER_MS);
  if (alive === false || isStale) return `${what} was left unfinished by a process that is gone, and is taken over`;
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
