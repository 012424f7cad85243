/** The history of a release as an operation may begin from it. */
import { PkgError } from '../../errors.ts';
import { isPending } from '../lease-record.ts';
import { takenOverError } from '../lease.ts';
import type { ReleaseStore, StoredRelease } from '../store.ts';
import type { Release } from '../release.ts';
import type { Env, Locking } from './env.ts';
import { mayTakeOver } from './holder-watch.ts';
import { supersede, withStatus } from './run.ts';

/** What an operation begins from; `isTakenOver` when its last revision was somebody's who is gone. */
export type Settled = { history: StoredRelease[]; isTakenOver: boolean };

/**
 * Reads the history of a release. A pending revision whose holder is gone is marked as failed, so that the history
 * goes on; of several deployed revisions, which a killed command leaves, the newest counts.
 *
 * @throws {PkgError} `PKG_RELEASE_HELD`, `PKG_RELEASE_PENDING` where somebody is or may be at work
 */
export async function settle(
  env: Env,
  store: ReleaseStore,
  input: Locking & { name: string; dryRun?: boolean },
): Promise<Settled> {
  for (;;) {
    const history = await store.history(input.name);
    const last = history.at(-1);
    if (last === undefined || !isPending(last.release.info.status)) {
      return { history: await withOneDeployed(env, store, history, input.dryRun === true), isTakenOver: false };
    }
    const taking = await mayTakeOver(env, store, last, input);
    if (taking === undefined) continue;
    env.emit({ type: 'note', message: taking.note });
    if (input.dryRun === true) return { history, isTakenOver: true };
    try {
      const taken = await store.update({ ...last, secret: taking.secret }, leftUnfinished(last.release), {});
      const settled = await withOneDeployed(env, store, [...history.slice(0, -1), taken], false);
      return { history: settled, isTakenOver: true };
    } catch (error) {
      // It was written since it was read: by its holder, who lives, or by another who takes it over.
      if (!(error instanceof PkgError) || error.code !== 'PKG_OBJECT_CONFLICT') throw error;
    }
  }
}

/** As {@link settle}; gives the history alone. */
export async function settled(
  env: Env,
  store: ReleaseStore,
  input: Locking & { name: string; dryRun?: boolean },
): Promise<StoredRelease[]> {
  return (await settle(env, store, input)).history;
}

const UNFINISHED = 'was left unfinished';

/** A revision whose process is gone, as it is recorded from now on. */
export function leftUnfinished(release: Release): Release {
  return withStatus(release, 'failed', `${release.info.status} of "${release.name}" ${UNFINISHED}`);
}

/** Is a revision recorded as {@link leftUnfinished}? */
export function isLeftUnfinished({ info }: Release): boolean {
  return info.status === 'failed' && info.description.endsWith(UNFINISHED);
}

/**
 * Was any revision deployed since the release was last uninstalled? If not, an upgrade is an install that goes on: CRDs
 * and what hooks do before an install may be missing. What failed to be uninstalled was there; what was uninstalled
 * and then installed anew by Helm is called superseded.
 */
export function wasDeployed(history: readonly StoredRelease[]): boolean {
  const isUninstalled = ({ status, deleted }: Release['info']): boolean =>
    status === 'uninstalled' || (status === 'superseded' && Boolean(deleted));
  const begin = history.findLastIndex(({ release: { info } }) => isUninstalled(info)) + 1;
  return history
    .slice(begin)
    .some(({ release: { info } }) => info.status === 'deployed' || info.status === 'superseded' || info.deleted);
}

async function withOneDeployed(
  env: Env,
  store: ReleaseStore,
  history: StoredRelease[],
  isDryRun: boolean,
): Promise<StoredRelease[]> {
  const newest = history.findLastIndex(({ release }) => release.info.status === 'deployed');
  const settled: StoredRelease[] = [];
  for (const [index, stored] of history.entries()) {
    const isLeftOver = index < newest && stored.release.info.status === 'deployed';
    settled.push(!isLeftOver ? stored : isDryRun ? asSuperseded(stored) : await supersede(env, store, stored));
  }
  return settled;
}

function asSuperseded(stored: StoredRelease): StoredRelease {
  return { ...stored, release: withStatus(stored.release, 'superseded', stored.release.info.description) };
}

/**
 * Reads the history of a release that nobody has worked on since an operation on it failed, which is to be undone.
 *
 * @param failed the record as the failed operation wrote it
 * @throws {PkgError} `PKG_RELEASE_TAKEN_OVER`
 */
export async function untouched(store: ReleaseStore, failed: StoredRelease): Promise<StoredRelease[]> {
  const history = await store.history(failed.release.name);
  const last = history.at(-1)?.secret.metadata;
  const { metadata } = failed.secret;
  if (last?.name === metadata.name && last['resourceVersion'] === metadata['resourceVersion']) return history;
  throw takenOverError(
    failed.release,
    history.map(({ secret }) => secret),
  );
}
