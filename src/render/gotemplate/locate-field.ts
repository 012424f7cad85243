/** Finds the part of a Go template that prints a field of a document. */
import type { Position } from '../../errors.ts';
import { positionAt } from '../../yaml/read.ts';
import { locateValue } from '../../yaml/locate.ts';
import { expressionOf } from './explain.ts';
import type { GoDocument } from './manifests.ts';
import { TPL_FILE } from './known-functions.ts';
import { offsetIn, valueOf } from './print-origin.ts';
import type { PrintOrigins } from './print-origin.ts';
import { decodeText } from './value.ts';
import type { ValuePath } from '../../yaml/value.ts';

/** The position in a template that prints a field, the path of the value that it prints, and how to make the field a text. */
export type GoField = { at: Position; valuePath?: readonly string[] | undefined; quoting?: string };

/**
 * Finds the position in the template that prints a field. Where that cannot be found, the result has the file alone.
 *
 * @param path of the field in the document
 */
export async function locateField(
  retracer: PrintOrigins,
  { bytes: document, whole: text, start }: GoDocument,
  path: ValuePath,
): Promise<GoField> {
  const shown = decodeText(document);
  const offset = locateValue(shown, path);
  if (offset === undefined) return { at: { file: text.file } };
  const { line, column } = positionAt(shown, offset, text.file);
  const found = await retracer.find(text, start + offsetIn(document, line, column));
  if (found === undefined) return { at: { file: text.file } };
  const { steps, step } = found;
  const { node, from, to } = step.span;
  const at = steps.findLast(({ position }) => position.file !== TPL_FILE)?.position ?? { file: text.file };
  const isWhole = document.startsWith(step.run.text.slice(from, to).trim(), offsetIn(document, line, column));
  const quoting =
    node.type !== 'action'
      ? 'put quotes around it'
      : isWhole
        ? `quote it: {{ ${expressionOf(node.pipe)} | quote }}`
        : 'quote it where it is given';
  return { at, valuePath: valueOf(text, found), quoting };
}
