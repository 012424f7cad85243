/** Work on many items, of which only a few are processed at a time. */
import { PkgError } from './errors.ts';

/**
 * Runs `work` for each item, at most `limit` at a time, and gives the results in the order of the items. After an error
 * no further work is started; the work that runs is waited for.
 *
 * @throws the first error
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  if (failures.length > 0) throw failures[0];
  return results;
}

/**
 * As {@link inParallel}, but a {@link PkgError} does not stop it, so that all such errors can be reported at once.
 *
 * @returns the results and the errors, each in the order of the items
 * @throws the first error that is not a PkgError
 */
export async function settleInParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<{ results: R[]; errors: PkgError[] }> {
  const settled = await inParallel(items, limit, async (item, index) => {
    try {
      return { result: await work(item, index) };
    } catch (error) {
      if (error instanceof PkgError) return { error };
      throw error;
    }
  });
  return {
    results: settled.flatMap((one) => ('result' in one ? [one.result] : [])),
    errors: settled.flatMap((one) => ('error' in one ? [one.error] : [])),
  };
}
