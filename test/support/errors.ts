/** The errors of work that is expected to fail. */
import { expect } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';

/** The error that work throws; undefined where it succeeds. An error of another class is thrown again. */
export async function errorIfAny(work: () => unknown): Promise<PkgError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof PkgError) return error;
    throw error;
  }
}

/** As {@link errorIfAny}, for work that has to fail. */
export async function errorOf(work: () => unknown): Promise<PkgError> {
  const error = await errorIfAny(work);
  if (error === undefined) throw new Error('there was no error');
  return error;
}

/** The code of the error that work throws. */
export async function codeOf(work: () => unknown): Promise<ErrorCode> {
  return (await errorOf(work)).code;
}

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
