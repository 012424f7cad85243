/** Why a Go template stays one. */

/** What has no native form; `pos` is a byte of the text of `source`, the name of a template as Go knows it. */
export class CannotConvert extends Error {
  readonly source: string;
  readonly pos: number;

  constructor(message: string, source: string, pos: number) {
    super(message);
    this.source = source;
    this.pos = pos;
  }
}
