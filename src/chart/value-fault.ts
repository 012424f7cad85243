import { PkgError } from '../errors.ts';

/** An error of a template, with what is needed to find the origin of the value that caused it. */
export class ValueFault extends PkgError {
  /** Where the value stands below the top chart's values, when it is one of them. */
  valuePath: readonly string[] | undefined;
  /** The same of the text that `tpl` ran, in which the error is. */
  textPath: readonly string[] | undefined;
  /** There is no value at that path. */
  isMissing = false;
  /** It would be right with quotes around it where it is written. */
  isUnquoted = false;
}
