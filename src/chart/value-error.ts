import { PkgError } from '../errors.ts';

/** An error of a template, with what is needed to find the origin of the value that caused it. */
export class ValueError extends PkgError {
  /** The path of the value in the values of the top chart; undefined where it is none of them. */
  valuePath: readonly string[] | undefined;
  /** The path of the value that holds the text that `tpl` ran, where the error is in that text. */
  textPath: readonly string[] | undefined;
  /** There is no value at that path. */
  isMissing = false;
  /** Whether quotes around the value in its file would correct the error. */
  isUnquoted = false;
}
