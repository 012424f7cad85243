/** Errors of templates that a value caused. */
import { PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';

/** An error of a template, with what is needed to find the origin of the value that caused it. */
export class ValueError extends PkgError {
  /** The path of the value in the values of the top chart; undefined where the value is not one of them. */
  valuePath: readonly string[] | undefined;
  /** The path of the value that holds the text that `tpl` ran, where the error is in that text. */
  textPath: readonly string[] | undefined;
  /** Whether the path has no value. */
  isMissing = false;
  /** Whether nothing was printed: if the path has no value, that is why. */
  isEmpty = false;
  /** Whether the value is to be quoted in the template, and in its file too if it has another text without quotes. */
  isQuotable = false;
  /** Whether quotes around the value in its file would correct the error. */
  isUnquoted = false;
  /** Whether the paths begin at the top chart. Errors of subcharts pass through their templates first, with shorter paths. */
  isInTop = false;

  /** The same error with another position, if it has none, and with further lines about how it was reached. */
  static through(error: PkgError, at: Position | undefined, notes: readonly string[]): ValueError {
    const { code, message, hints, excerpts, errors, exitCode, cause } = error;
    const known = error.at ?? at;
    const passed = new ValueError(code, message, {
      ...(known && { at: known }),
      notes: shortened([...error.notes, ...notes]),
      hints,
      excerpts,
      errors,
      exitCode,
      cause,
    });
    if (error instanceof ValueError) {
      const { valuePath, textPath, isMissing, isEmpty, isQuotable, isUnquoted, isInTop } = error;
      Object.assign(passed, { valuePath, textPath, isMissing, isEmpty, isQuotable, isUnquoted, isInTop });
    }
    return passed;
  }
}

/** The most lines that are shown: an endless recursion has hundreds. */
const MAX_NOTES = 12;

function shortened(notes: readonly string[]): readonly string[] {
  return notes.length > MAX_NOTES ? [...notes.slice(0, MAX_NOTES), '…'] : notes;
}

/** The hint where a helper takes a text and got a number or a boolean. It is false where the number lost its spelling. */
export const TO_TEXT = 'Make it a text with toString';
