import { expect } from 'vitest';

/** The error with which a promise rejects. The test fails if it does not reject, or with an error of another class. */
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
