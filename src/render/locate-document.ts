/** Finds where templates write fields of rendered documents. */
import { ValueError } from '../chart/value-error.ts';
import type { PkgError, Position } from '../errors.ts';
import { valueAt } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { GoInput } from './gotemplate/engine.ts';
import type { PrintOrigins } from './gotemplate/print-origin.ts';
import type { RenderedDocument } from './render.ts';
import { PUT_QUOTES } from './text-fields.ts';

/** Where a field is written, the path of the value that it prints, and how to make it a text if a Go template prints it. */
export type WrittenAt = { at?: Position; valuePath?: readonly string[] | undefined; quoting?: string };

/** Finds where fields are written, in documents of both engines. Go templates are rendered once more for it. */
export class DocumentLocator {
  readonly #input: Omit<GoInput, 'values'>;
  readonly #freshValues: () => ValueMap;
  #retracer: PrintOrigins | undefined;

  /** Takes what was rendered by Go templates. */
  constructor(input: Omit<GoInput, 'values'>, freshValues: () => ValueMap) {
    this.#input = input;
    this.#freshValues = freshValues;
  }

  /** Where a field of a document is written; at least the file. */
  async find(document: RenderedDocument, path: ValuePath): Promise<WrittenAt> {
    if (document.bytes === undefined) return document.trace(path);
    const [{ GoDocument }, { locateField }, { PrintOrigins }] = await Promise.all([
      import('./gotemplate/manifests.ts'),
      import('./gotemplate/locate-field.ts'),
      import('./gotemplate/print-origin.ts'),
    ]);
    if (!(document instanceof GoDocument)) return document.trace(path);
    this.#retracer ??= new PrintOrigins(this.#input, this.#freshValues);
    return await locateField(this.#retracer, document, path);
  }
}

/**
 * An error about a field of a document, with the position where a template writes it and the path of the value in it.
 * For a field that the document does not have, this is the position of the nearest part that would hold it.
 */
export async function explainDocument(
  locator: DocumentLocator,
  error: PkgError,
  document: RenderedDocument,
  path: ValuePath,
): Promise<ValueError> {
  const there = longestIn(document.object, path);
  const { at, valuePath, quoting } = await locator.find(document, there);
  const { code, message, notes, excerpts, errors } = error;
  const hints = error.hints.map((hint) => (hint === PUT_QUOTES ? (quoting ?? hint) : hint));
  const isSecret = error.at?.isSecret === true || document.object?.get('kind') === 'Secret';
  const place = at === undefined ? {} : { at: { ...at, ...(isSecret && { isSecret }) } };
  const explained = new ValueError(code, message, { ...place, hints, notes, excerpts, errors, cause: error });
  if (there.length === path.length && path.length > 0) {
    explained.valuePath = valuePath;
    const value = valueAt(document.object, path);
    explained.isEmpty = value === null || value === '';
    explained.isQuotable = error.hints.includes(PUT_QUOTES);
  }
  return explained;
}

/** The longest beginning of a path that an object has. */
function longestIn(object: Value | undefined, path: ValuePath): ValuePath {
  const missing = path.findIndex((_, index) => valueAt(object, path.slice(0, index + 1)) === undefined);
  return missing < 0 ? path : path.slice(0, missing);
}
