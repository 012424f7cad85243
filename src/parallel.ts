import { PkgError } from './errors.ts';

/**
 * Does some work for each item, at most `limit` at a time, and gives the results in the order of the items. After
 * a failure nothing new is begun; what is under way is waited for.
 *
 * @throws the first failure
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
 * As {@link inParallel}, but an error that is told to people does not end it, so that all of them can be told.
 *
 * @returns the results and the errors, each in the order of the items
 * @throws the first failure that is no PkgError
 */
export async function settleInParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<{ results: R[]; errors: PkgError[] }> {
  const settled = await inParallel(items, limit, async (item) => {
    try {
      return { result: await work(item) };
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
