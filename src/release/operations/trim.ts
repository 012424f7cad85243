/** Keeps the history of a release short. */
import { refKey, refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { toPlain } from '../../yaml/value.ts';
import { parseDocument, splitManifest } from '../manifest.ts';
import { takeApart } from '../plan-normal.ts';
import type { Release } from '../release.ts';
import type { ReleaseStore, StoredRelease } from '../store.ts';
import type { Env } from './env.ts';

/** Helm's default of `--history-max`. */
export const DEFAULT_HISTORY_MAX = 10;

/**
 * Removes the oldest revisions so that at most `max` are left: never the last deployed one, and none of those that
 * failed since while it alone tells of an object that it may have made, which would be orphaned. It is not worth
 * failing for, and not bound by the time of the operation.
 */
export async function trimHistory(
  env: Env,
  store: ReleaseStore,
  { name, version }: Pick<Release, 'name' | 'version'>,
  max: number,
): Promise<void> {
  try {
    const staying = await store.history(name);
    // Who has begun since trims it in turn.
    if (staying.at(-1)?.release.version !== version) return;
    const deployed = staying.findLast(({ release }) => release.info.status === 'deployed');
    for (const stored of staying.slice(0, -1)) {
      if (staying.length <= max) return;
      const isNeeded = stored === deployed || isOnlyWitness(stored, deployed, staying);
      if (isNeeded) continue;
      await store.remove(stored, true);
      staying.splice(staying.indexOf(stored), 1);
    }
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    env.emit({ type: 'warning', message: `old revisions of ${name} could not be removed: ${error.message}` });
  }
}

/** Has a revision that came after the last deployed one objects that no other of those that stay has? */
function isOnlyWitness(
  stored: StoredRelease,
  deployed: StoredRelease | undefined,
  staying: readonly StoredRelease[],
): boolean {
  if (deployed !== undefined && stored.release.version < deployed.release.version) return false;
  const since = staying.slice(deployed === undefined ? 0 : staying.indexOf(deployed)).filter((one) => one !== stored);
  const told = new Set(since.flatMap((one) => keysOf(one)));
  return keysOf(stored).some((key) => !told.has(key));
}

/** What a revision's manifest makes, as it is written there. */
function keysOf({ release, secret }: StoredRelease): string[] {
  const where = secret.metadata.name;
  return splitManifest(release.manifest).flatMap((text) => {
    const object = parseDocument(text, where)?.object;
    return object === undefined ? [] : takeApart(toPlain(object), where).map((one) => refKey(refOf(one)));
  });
}
