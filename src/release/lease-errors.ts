/** The errors for a release that another operation holds, or has taken over. */
import type { KubeObject } from '../cluster/cluster.ts';
import { PkgError, withDetails } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { textField } from '../yaml/value.ts';
import { describeHolder, describeRevision, isPending, leaseOf } from './lease-record.ts';
import type { Release } from './release.ts';
import { revisionOf, statusOf } from './store.ts';

/** The error for a release that another operation holds or has just got. */
export function heldError(message: string, cause?: unknown): PkgError {
  return new PkgError('PKG_RELEASE_HELD', message, {
    hints: [
      'wait until it is done, or give --lock-timeout 5m to wait for that',
      'when it hangs, --take-over takes the release from it',
    ],
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The error of an operation before which another one began, after the history was read. Names that one, as far as the
 * records tell.
 *
 * @param heads the records of the release, without the one that this operation has written
 */
export function begunError(release: Release, heads: readonly KubeObject[], cause?: unknown): PkgError {
  const newest = newestOf(heads);
  const message = `another operation on ${printable(release.name)} began meanwhile: ${describeNewest(release, newest)}`;
  if (newest !== undefined && isPending(statusOf(newest))) return heldError(message, cause);
  return new PkgError('PKG_RELEASE_HELD', message, {
    hints: ['run the command again: it makes a new plan from the current state'],
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The error of an operation that lost its release. Names the new holder, as far as the records tell.
 *
 * @param heads the records of the release; undefined when they could not be read
 */
export function takenOverError(release: Release, heads: readonly KubeObject[] | undefined): PkgError {
  const name = printable(release.name);
  const now = heads === undefined ? 'its records cannot be read' : describeNewest(release, newestOf(heads));
  return new PkgError('PKG_RELEASE_TAKEN_OVER', `another operation took over ${describeRevision(release)}: ${now}`, {
    notes: ['nothing more is written, and nothing is undone'],
    hints: [`\`pkg history ${name}\` shows what became of the release`],
  });
}

/**
 * The error of an operation whose release was uninstalled meanwhile. Helm marks the newest record that it read, and
 * deletes the objects that this one names: it does not see a revision that began a moment later.
 *
 * @param before the revision on which the operation was planned
 * @param head its record now; undefined when it is gone
 */
export function uninstalledError({ name, version }: Release, before: Release, head: KubeObject | undefined): PkgError {
  const shown = printable(name);
  const now = head === undefined ? `revision ${before.version} is gone` : describeHead(head, version);
  return new PkgError('PKG_RELEASE_TAKEN_OVER', `another operation uninstalled ${shown} meanwhile: ${now}`, {
    notes: [`revision ${version} is recorded as failed, and nothing is undone`],
    hints: [`\`pkg upgrade --install ${shown} …\` installs it again`],
  });
}

/** The error of a lost lease with a note on what the operation had failed with before that was noticed. */
export function withEarlier(lost: unknown, failure: unknown): unknown {
  if (!(lost instanceof PkgError) || !(failure instanceof PkgError) || failure.code === lost.code) return lost;
  return withDetails(lost, { notes: [...lost.notes, `it had failed (${failure.code}): ${failure.message}`] });
}

function newestOf(heads: readonly KubeObject[]): KubeObject | undefined {
  return heads.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
}

function describeNewest({ name, version }: Release, newest: KubeObject | undefined): string {
  return newest === undefined ? `no record of ${printable(name)} is left` : describeHead(newest, version);
}

function describeHead(head: KubeObject, own: number): string {
  const { labels, creationTimestamp } = head.metadata;
  const version = revisionOf(head);
  const status = statusOf(head);
  const seconds = Number(textField(labels, 'modifiedAt') || textField(labels, 'createdAt'));
  const written = Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000).toISOString() : '';
  const since = version > own && typeof creationTimestamp === 'string' ? creationTimestamp : written;
  const lease = leaseOf(head);
  const by = lease === undefined ? '' : ` by ${describeHolder(lease)}`;
  return printable(`revision ${version} is ${status}${by}${since === '' ? '' : `, since ${since}`}`, 500);
}
