/** Keeps what was parsed, for callers that render the same files many times with other values. */

/**
 * What the files of templates were parsed to. The files are distinguished by the arrays that hold their bytes, which must
 * not change. What is parsed for one trace of Go templates runs with that trace: renders that share a cache share it too.
 */
export class ParseCache {
  readonly #known = new WeakMap<Uint8Array, { name: string; parsed: unknown }>();

  /**
   * What a file was parsed to, parsed now if it was not yet.
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

  /** What a file was parsed to, if it was. */
  find<T>(data: Uint8Array, name: string): T | undefined {
    const known = this.#known.get(data);
    return known?.name === name ? (known.parsed as T) : undefined;
  }

  /** Adds what a file was parsed to. */
  add(data: Uint8Array, name: string, parsed: unknown): void {
    this.#known.set(data, { name, parsed });
  }
}
