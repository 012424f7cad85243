/** The error of a function that cannot be called with its arguments. */
import { printable } from '../../errors-text.ts';

/**
 * A function cannot be called with its arguments. The message continues a sentence that begins with the name of the
 * function (`takes base64, not "x"`): the engine adds the name and the position.
 */
export class FunctionFailure extends Error {
  readonly hints: readonly string[];

  constructor(message: string, hints: readonly string[] = []) {
    super(message);
    this.hints = hints;
  }
}

/** A text as it is shown in messages: in quotes, on one line, cut to 40 characters. */
export function shown(text: string): string {
  return `"${printable(text, 40)}"`;
}
