/** Which part of a Go template writes a field of a document. */
import type { Position } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { locateValue } from '../../yaml/locate.ts';
import type { GoText } from './engine.ts';
import { expressionOf } from './explain.ts';
import { TPL_FILE } from './known-functions.ts';
import { offsetIn, valueOf } from './print-origin.ts';
import type { PrintOrigins } from './print-origin.ts';
import { decodeText } from './value.ts';

/** Where a field is written, the value that is put there, and what to do for it to be a text. */
export type GoField = { at: Position; valuePath?: readonly string[] | undefined; quoting?: string };

/**
 * Finds where a field is written; the file alone where that cannot be told.
 *
 * @param document the part of the text that holds the field
 */
export async function locateField(
  retracer: PrintOrigins,
  text: GoText,
  document: string,
  path: readonly (string | number)[],
): Promise<GoField> {
  const shown = decodeText(document);
  const start = text.text.indexOf(document);
  const offset = locateValue(shown, path);
  if (start === -1 || offset === undefined) return { at: { file: text.file } };
  const { line, column } = positionAt(shown, offset, text.file);
  const found = await retracer.find(text, start + offsetIn(document, line, column));
  if (found === undefined) return { at: { file: text.file } };
  const { way, step } = found;
  const { node, from, to } = step.span;
  const at = way.findLast(({ place }) => place.file !== TPL_FILE)?.place ?? { file: text.file };
  const isWhole = document.startsWith(step.run.text.slice(from, to).trim(), offsetIn(document, line, column));
  const quoting =
    node.type !== 'action'
      ? 'put quotes around it'
      : isWhole
        ? `quote it: {{ ${expressionOf(node.pipe)} | quote }}`
        : 'quote it where it is given';
  return { at, valuePath: valueOf(text, found), quoting };
}
