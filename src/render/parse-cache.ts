/** Keeps what was parsed, for callers that render the same files many times with other values. */

/**
 * What the files of templates were parsed to. The files are told apart by the arrays that hold their bytes, which must
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
    const known = this.#known.get(data);
    if (known?.name === name) return known.parsed as T;
    const parsed = parse();
    this.#known.set(data, { name, parsed });
    return parsed;
  }
}
