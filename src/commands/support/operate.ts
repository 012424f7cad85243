/** Runs an operation on the target: with progress, warnings, and a way to stop it. */
import { openTarget } from '../../cluster/target.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Env } from '../../release/operations.ts';
import { connectionSettings, namespaceOf } from './global-flags.ts';
import type { GlobalFlags } from './global-flags.ts';
import { ENDING } from './ending.ts';
import { createProgress } from '../../terminal/progress.ts';
import { printError } from '../../terminal/output.ts';

/** The place that the flags and the environment name, and the namespace that a command works in. */
export async function openNamespace(flags: GlobalFlags): Promise<[Cluster, string]> {
  const cluster = await openTarget(flags.target || process.env['PKG_TARGET'] || undefined, connectionSettings(flags));
  return [cluster, namespaceOf(flags, cluster)];
}

/**
 * Runs one operation. The first Ctrl-C (or SIGTERM, SIGHUP) asks it to stop between two writes; the second ends
 * the program at once, and the next command finishes or undoes what it left.
 */
export async function operate<T>(
  flags: GlobalFlags,
  operation: (env: Env, namespace: string) => Promise<T>,
): Promise<T> {
  const [cluster, namespace] = await openNamespace(flags);
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(130);
    printError('\nstopping; once more to end at once\n');
    abort.abort();
  };
  for (const signal of ENDING) process.on(signal, stop);
  const progress = createProgress();
  try {
    return await operation({ cluster, emit: progress.emit, signal: abort.signal }, namespace);
  } finally {
    for (const signal of ENDING) process.off(signal, stop);
    cluster.close();
  }
}
