/** Runs an operation on the target, with progress, warnings and interruption. */
import { openTarget } from '../../cluster/target.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Env } from '../../release/operations.ts';
import { connectionSettings, namespaceOf } from './global-flags.ts';
import type { GlobalFlags } from './global-flags.ts';
import { ENDING } from '../../ending.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { createProgress } from '../../terminal/progress.ts';
import { printError } from '../../terminal/output.ts';

/**
 * Opens the target that flags and environment name, and gives it with the namespace of the command.
 *
 * @param options.readsRecords the command reads or writes records of releases; true if it is left out
 * @param options.loginAfter as in `openKubernetes`
 * @throws {PkgError} `PKG_TARGET_INVALID` also where Helm has records elsewhere than in Secrets
 */
export async function openNamespace(
  flags: GlobalFlags,
  { readsRecords = true, loginAfter }: { readsRecords?: boolean; loginAfter?: Promise<unknown> } = {},
): Promise<[Cluster, string]> {
  const driver = process.env['HELM_DRIVER'] ?? '';
  if (readsRecords && !SECRET_DRIVERS.includes(driver)) {
    throw new PkgError(
      'PKG_TARGET_INVALID',
      `HELM_DRIVER is ${printable(driver, 60)}, and pkg has records in Secrets only`,
      {
        hints: ['use helm for releases whose records are stored there, or unset HELM_DRIVER'],
      },
    );
  }
  const target = flags.target || process.env['PKG_TARGET'] || undefined;
  const cluster = await openTarget(target, connectionSettings(flags), loginAfter);
  return [cluster, namespaceOf(flags, cluster)];
}

/** The values of `HELM_DRIVER` for records in Secrets. */
const SECRET_DRIVERS: readonly string[] = ['', 'secret', 'secrets'];

/**
 * Runs one operation. The first Ctrl-C (or SIGTERM, SIGHUP) stops it between two writes. The second ends the process at
 * once; the next command then finishes or undoes what is left.
 */
export async function operate<T>(
  flags: GlobalFlags,
  operation: (env: Env, namespace: string) => Promise<T>,
  options: { readsRecords?: boolean } = {},
): Promise<T> {
  return await operateIn(await openNamespace(flags, options), operation);
}

/**
 * As {@link operate}, for an operation with a chart. The connection to the cluster is opened while the chart is read or
 * fetched: with both 30 ms away an install takes 490 ms instead of 540 (2026-11-29).
 *
 * @throws what `reading` is rejected with, before any error of the target
 */
export async function operateOn<I, T>(
  flags: GlobalFlags,
  reading: Promise<I>,
  operation: (env: Env, namespace: string, input: I) => Promise<T>,
): Promise<T> {
  const opening = openNamespace(flags, { loginAfter: reading });
  // Handled below, but only after the chart is read.
  opening.catch(() => {});
  let input: I;
  try {
    input = await reading;
  } catch (error) {
    opening.then(
      ([cluster]) => cluster.close(),
      () => {},
    );
    throw error;
  }
  return await operateIn(await opening, (env, namespace) => operation(env, namespace, input));
}

async function operateIn<T>(
  [cluster, namespace]: [Cluster, string],
  operation: (env: Env, namespace: string) => Promise<T>,
): Promise<T> {
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
