/** The history of a release as an operation may begin from it. */
import { isPending, takeOverNote } from '../holder.ts';
import type { ReleaseStore, StoredRelease } from '../store.ts';
import type { Env } from './env.ts';
import { withStatus } from './run.ts';

/** A pending revision of a process that is gone is marked as failed, so that the history goes on. */
export async function settled(
  env: Env,
  store: ReleaseStore,
  history: StoredRelease[],
  input: { name: string; dryRun?: boolean; takeOver?: boolean },
): Promise<StoredRelease[]> {
  const last = history.at(-1);
  if (last === undefined || !isPending(last.release)) return history;
  const note = takeOverNote(last, env.now?.() ?? new Date(), input.takeOver === true);
  env.emit({ type: 'note', message: note });
  if (input.dryRun === true) return history;
  const failed = withStatus(
    last.release,
    'failed',
    `${last.release.info.status} of "${input.name}" was left unfinished`,
  );
  return [...history.slice(0, -1), await store.update(last, failed, {})];
}
