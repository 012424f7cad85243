/** Caches parsed files, for callers that render the same files many times with other values. */

/**
 * The parsed files of templates. A file is identified by the array that holds its bytes, which must not change. Go
 * templates that were parsed with a trace keep that trace, so all renders that share a cache must share the trace too.
 */
export class ParseCache {
  readonly #known = new WeakMap<Uint8Array, { name: string; parsed: unknown }>();

  /**
   * The result of parsing a file, which is parsed now if it was not before.
   *
   * @param name the file as messages name it: a file may stand in two charts of a tree
   * @param parse always gives the same type for the same file
   * @throws what `parse` throws
   */
  get<T>(data: Uint8Array, name: string, parse: () => T): T {
    const known = this.find<T>(data, name);
    if (known !== undefined) return known;
    const parsed = parse();
    this.add(data, name, parsed);
    return parsed;
  }

  /** The result of parsing a file; undefined if it was not parsed yet. */
  find<T>(data: Uint8Array, name: string): T | undefined {
    const known = this.#known.get(data);
    return known?.name === name ? (known.parsed as T) : undefined;
  }

  /** Adds what a file was parsed to. */
  add(data: Uint8Array, name: string, parsed: unknown): void {
    this.#known.set(data, { name, parsed });
  }
}
