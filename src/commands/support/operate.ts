/** Runs an operation on the target: with progress, warnings, and a way to stop it. */
import { openTarget } from '../../cluster/target.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Env } from '../../release/operations.ts';
import { createProgress } from '../../terminal/progress.ts';
import { printError } from '../../terminal/output.ts';

/** The place that `--target` or `PKG_TARGET` names. */
export async function openCluster(flags: { target: string | undefined }): Promise<Cluster> {
  return openTarget(flags.target || process.env['PKG_TARGET'] || undefined);
}

/**
 * Runs one operation. The first Ctrl-C (or SIGTERM) asks it to stop between two writes; the second ends
 * the program at once, and the next command finishes or undoes what it left.
 */
export async function operate<T>(
  flags: { target: string | undefined },
  operation: (env: Env) => Promise<T>,
): Promise<T> {
  const cluster = await openCluster(flags);
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(130);
    printError('\nstopping; once more to end at once\n');
    abort.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const progress = createProgress();
  try {
    return await operation({ cluster, emit: progress.emit, signal: abort.signal });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
