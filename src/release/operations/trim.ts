/** Removes old revisions of a release (`--history-max`). */
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
 * Removes the oldest revisions until at most `max` are left. Two sorts stay: the last deployed revision; and a later,
 * failed one whose manifest alone names an object, because without it nothing would find and delete that object. A
 * failure to remove is only a warning.
 */
export async function trimHistory(
  env: Env,
  store: ReleaseStore,
  { name, version }: Pick<Release, 'name' | 'version'>,
  max: number,
): Promise<void> {
  try {
    const staying = await store.history(name);
    // Another operation has begun since, and will trim the history itself.
    if (staying.at(-1)?.release.version !== version) return;
    const deployed = staying.findLast(({ release }) => release.info.status === 'deployed');
    for (const stored of staying.slice(0, -1)) {
      if (staying.length <= max) return;
      const isNeeded = stored === deployed || isOnlyWitness(stored, deployed, staying);
      if (isNeeded) continue;
      await store.remove(stored, { unchanged: true });
      staying.splice(staying.indexOf(stored), 1);
    }
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    env.emit({ type: 'warning', message: `old revisions of ${name} could not be removed: ${error.message}` });
  }
}

/**
 * Does a revision later than the last deployed one name an object that no other remaining revision since then names?
 */
function isOnlyWitness(
  stored: StoredRelease,
  deployed: StoredRelease | undefined,
  staying: readonly StoredRelease[],
): boolean {
  if (deployed !== undefined && stored.release.version < deployed.release.version) return false;
  const since = staying.slice(deployed === undefined ? 0 : staying.indexOf(deployed)).filter((one) => one !== stored);
  const named = new Set(since.flatMap((one) => keysOf(one)));
  return keysOf(stored).some((key) => !named.has(key));
}

/** The keys of the objects in a revision's manifest, with the namespaces that are written there. */
function keysOf({ release, secret }: StoredRelease): string[] {
  const where = secret.metadata.name;
  return splitManifest(release.manifest).flatMap((text) => {
    const object = parseDocument(text, where)?.object;
    return object === undefined ? [] : takeApart(toPlain(object), where).map((one) => refKey(refOf(one)));
  });
}
