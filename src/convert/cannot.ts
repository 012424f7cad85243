/** The error for what cannot be converted. */

/**
 * Thrown for a construct without native form. `source` is the template's name for Go (`web/templates/a.yaml`), and `pos`
 * the offset in its bytes.
 */
export class CannotConvert extends Error {
  readonly source: string;
  readonly pos: number;
  /** Is it that the result differs in each render? What includes such a definition cannot be compared either. */
  isRandom = false;

  constructor(message: string, source: string, pos: number) {
    super(message);
    this.source = source;
    this.pos = pos;
  }
}

/** Marks the error for something that gives another result in each render. */
export function asRandom(error: CannotConvert): CannotConvert {
  error.isRandom = true;
  return error;
}
