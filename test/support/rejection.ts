import { expect } from 'vitest';

/** The error with which some work fails; it must be of a class. The test fails if the work succeeds. */
export async function rejectionOf<T extends Error>(
  work: Promise<unknown>,
  type: abstract new (...args: never[]) => T,
): Promise<T> {
  const error: unknown = await work.then(
    (answer) => new Error(`no failure, but ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(type);
  return error as T;
}
