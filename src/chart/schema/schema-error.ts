/** The errors for schemas that cannot be used. */

/** A schema that cannot be used; the message says why. */
export class SchemaError extends Error {}

/** The error for a reference to a document that is not loaded yet. */
export class MissingDocument extends SchemaError {
  /** Its address, without a fragment. */
  readonly url: string;

  constructor(url: string) {
    super(`the document ${url} is missing`);
    this.url = url;
  }
}
