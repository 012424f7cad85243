import { FunctionFailure } from './failure.ts';

/** Characters that one function may make. Nothing larger could be stored in a cluster. */
export const LONGEST_TEXT: number = 10 * 1024 * 1024;

/** Items that one function may make. */
export const MOST_ITEMS = 1_000_000;

/** Fails when a function is about to make a text of more than {@link LONGEST_TEXT}; asked before it is made. */
export function checkLength(length: number): void {
  if (length > LONGEST_TEXT) {
    throw new FunctionFailure(`would make a text of ${length} characters, more than ${LONGEST_TEXT}`);
  }
}

/** Fails when a function is about to make a list of more than {@link MOST_ITEMS}; asked before it is made. */
export function checkCount(count: number): void {
  if (count > MOST_ITEMS) {
    throw new FunctionFailure(`would make a list of ${count} items, more than ${MOST_ITEMS}`);
  }
}
