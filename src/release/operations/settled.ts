/** Brings the history of a release into a state from which an operation may begin. */
import { PkgError } from '../../errors.ts';
import { isPending } from '../lease-record.ts';
import { takenOverError } from '../lease-errors.ts';
import type { ReleaseStore, StoredRelease } from '../store.ts';
import type { Release } from '../release.ts';
import type { Env, Locking } from './env.ts';
import { mayTakeOver } from './holder-watch.ts';
import { supersede, withStatus } from './run.ts';

/**
 * The history that an operation begins from. `isTakenOver`: its last revision was taken over from another operation.
 */
export type Settled = { history: StoredRelease[]; isTakenOver: boolean };

/**
 * Reads the history of a release. A pending revision whose holder is gone is marked as failed. Of several deployed
 * revisions, which a command leaves that was killed before its last write, all but the newest are marked as superseded.
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
      // The record has changed: its holder is alive after all, or another operation takes it over. Read it again.
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

/** A revision whose operation broke off, with the status and description that it is recorded with. */
function leftUnfinished(release: Release): Release {
  return withStatus(release, 'failed', `${release.info.status} of "${release.name}" ${UNFINISHED}`);
}

/** Is a revision recorded as {@link leftUnfinished}? */
export function isLeftUnfinished({ info }: Release): boolean {
  return info.status === 'failed' && info.description.endsWith(UNFINISHED);
}

/**
 * Was any revision deployed since the release was last uninstalled? If not, an upgrade has to do what an install does:
 * CRDs and the effects of pre-install hooks may be missing. A revision whose uninstall failed (`deleted` is set) counts
 * as deployed; one that was uninstalled and then installed anew by Helm is `superseded`.
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
 * Reads the history of a release in order to undo a failed operation, if nobody has written to it since.
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
