/** Caches the trees of texts that `tpl` runs: charts run one text for an object and again for its checksum. */
import type { Template } from './ast.ts';
import type { parseTemplate } from './parse.ts';

/** How many characters of text are cached with their trees: a tree takes about 100 times the memory of its text. */
const MAX_TEXT = 1 << 19;

/** Parses texts, and keeps the trees of as many as fit. */
export class TextCache {
  readonly #parsed = new Map<string, Template>();
  readonly #parseNew: typeof parseTemplate;
  #length = 0;

  constructor(parse: typeof parseTemplate) {
    this.#parseNew = parse;
  }

  /**
   * The template of a text. Its tree may come from an earlier call, its name and file are those of this call.
   *
   * @param name `CHART/templates/FILE` of the template that calls `tpl`
   * @param file the text, as messages name it
   * @returns `firstName` is the name in the first call with this text
   * @throws {PkgError} `PKG_TEMPLATE_SYNTAX`, `PKG_TEMPLATE_LIMIT`
   */
  parse(source: string, name: string, file: string): Template & { firstName: string } {
    let known = this.#parsed.get(source);
    if (known === undefined) {
      known = this.#parseNew(source, name, file);
      this.#length += source.length;
      if (this.#length > MAX_TEXT) {
        this.#parsed.clear();
        this.#length = source.length;
      }
      this.#parsed.set(source, known);
    }
    return { ...known, name, file, firstName: known.name };
  }
}
