import { printable } from '../../errors-text.ts';

/**
 * A call that cannot be done with these arguments. The message goes on from the function's name (`takes
 * base64, not "x"`): the engine that made the call puts the name before it and the position beside it.
 */
export class FunctionFailure extends Error {
  readonly hints: readonly string[];

  constructor(message: string, hints: readonly string[] = []) {
    super(message);
    this.hints = hints;
  }
}

/** A text as messages show it: in quotes, on one line, cut short. */
export function shown(text: string): string {
  return `"${printable(text, 40)}"`;
}
