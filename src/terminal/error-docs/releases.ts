/** The explanations of error codes about releases and their records. */
export const releases = {
  PKG_RELEASE_EXISTS: {
    summary: 'the name of the release is in use',
    why: 'The namespace already has a release of that name.',
    fix: 'Upgrade it with `pkg upgrade --install`, or choose another name.',
  },
  PKG_RELEASE_NOT_FOUND: {
    summary: 'there is no such release',
    why: 'The namespace has no release of that name.',
    fix: '`pkg list -A` shows all releases.',
  },
  PKG_REVISION_NOT_FOUND: {
    summary: 'there is no such revision',
    why: 'It never existed, or was removed by --history-max, which keeps only the newest revisions.',
    fix: '`pkg history NAME` lists the revisions.',
  },
  PKG_RELEASE_PENDING: {
    summary: 'Helm left the release pending',
    why: 'The record says that an operation of Helm is in progress. Helm does not record anything from which pkg could tell whether it is still running.',
    fix: 'If you know that it is no longer running, give --take-over. `--lock-timeout 5m` waits for it to end.',
  },
  PKG_RELEASE_HELD: {
    summary: 'another operation holds the release',
    why: 'Another process holds the lease of the release, or two operations began at the same time.',
    fix: 'Wait until it has ended, with `--lock-timeout 5m` for example. `--take-over` takes the release from the other process, even if that is still running.',
  },
  PKG_RELEASE_TAKEN_OVER: {
    summary: 'another operation took the release over',
    why: 'This operation could not renew its lease in time (it was suspended, or had no connection to the cluster), or another command used --take-over, or Helm, which knows no leases, rolled the release back or uninstalled it. It has written no object since then.',
    fix: '`pkg history NAME` shows the state of the release.',
  },
  PKG_RECORD_CORRUPT: {
    summary: 'a record cannot be read',
    why: 'The Secret of a revision does not contain a release, or the Secret beside it (pkg.v1.NAME.vN) does not contain random values.',
    fix: 'Restore the Secret, or delete it: other revisions remain usable.',
  },
  PKG_RECORD_TOO_LARGE: {
    summary: 'the release record is too large for a Secret',
    why: 'A Secret holds 1 MiB, and the record holds the chart. Nothing was applied.',
    fix: 'List large files that the chart does not need in .helmignore.',
  },
  PKG_OBJECT_OWNED: {
    summary: 'an object belongs to another owner',
    why: 'The object exists, and its labels and annotations do not name this release.',
    fix: 'Use --take-ownership if the release should own it from now on.',
  },
  PKG_OBJECT_CONFLICT: {
    summary: 'an object was changed during the operation',
    why: 'Another client wrote it after the plan was made.',
    fix: 'Run the command again: it makes a new plan.',
  },
  PKG_APPLY_FAILED: {
    summary: 'objects could not be written',
    why: 'The cluster or the folder refused them. The revision is recorded as failed.',
    fix: 'Correct the cause in the message, then upgrade again.',
  },
  PKG_PLAN_HAS_CHANGES: {
    summary: 'there are changes',
    why: 'With --exit-code, status 2 says that the plan is not empty.',
    fix: 'This is not an error, and there is nothing to correct.',
  },
};
