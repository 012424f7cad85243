/** The beginning of an install and of an upgrade. */
import { checkLabels, checkNamespace, checkReleaseName } from '../names.ts';
import { ReleaseStore } from '../store.ts';
import type { StoredRelease } from '../store.ts';
import { withCapabilities } from './ahead.ts';
import { withDeadline } from './deadline.ts';
import type { ChartOperation, Env, OperationResult } from './env.ts';
import { withLockTimeout } from './lock-timeout.ts';
import { envForUndo } from './undo.ts';

/** What an operation with a chart does: `read` gives the history of its release, `run` the rest. */
type Parts<I> = {
  read: (env: Env, store: ReleaseStore, input: I) => Promise<StoredRelease[]>;
  /** `undoing` is the environment in which a failed operation is undone. */
  run: (env: Env, input: I, history: readonly StoredRelease[], undoing: Env) => Promise<OperationResult>;
};

/**
 * Runs an operation with a chart within its time limits, and again where another one got the lease first.
 *
 * @throws {PkgError} `PKG_RELEASE_NAME_INVALID`, `PKG_NAMESPACE_INVALID`, `PKG_LABELS_INVALID`; whatever the parts throw
 */
export async function chartOperation<I extends ChartOperation>(
  env: Env,
  input: I,
  { read, run }: Parts<I>,
): Promise<OperationResult> {
  return await withDeadline(env, input.timeout, (bounded) =>
    withLockTimeout(input, async (one) => {
      checkReleaseName(one.name);
      checkNamespace(one.namespace);
      checkLabels(one.labels ?? {});
      const store = new ReleaseStore(bounded.cluster, one.namespace);
      const { first: history, rendering } = await withCapabilities(bounded, (reading) => read(reading, store, one));
      return await run(rendering, one, history, envForUndo(env));
    }),
  );
}
