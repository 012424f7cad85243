/** The error for what cannot be converted. */

/**
 * Thrown for a construct without native form. `source` is the template's name for Go (`web/templates/a.yaml`), and `pos`
 * the offset in its bytes.
 */
export class CannotConvert extends Error {
  readonly source: string;
  readonly pos: number;

  constructor(message: string, source: string, pos: number) {
    super(message);
    this.source = source;
    this.pos = pos;
  }
}
