/**
 * Fields of what Go templates print that should be texts, lists or maps and are not. Of native templates they are
 * errors.
 */
import { PkgError } from '../../errors.ts';
import { GoDocument, splitDocuments } from '../gotemplate/manifests.ts';
import type { GoText } from '../gotemplate/engine.ts';
import { locateField } from '../gotemplate/locate-field.ts';
import type { PrintOrigins } from '../gotemplate/print-origin.ts';
import type { KindTypes } from '../field-types.ts';
import { textFieldErrors } from '../text-fields.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';

/** Finding the lines of more would take long, and nobody would read them. */
const MAX_FINDINGS = 50;

/**
 * Findings on what a file printed. They are infos: Helm's lint says nothing of this, and passes.
 *
 * @param path the template inside its chart
 */
export async function lintTexts(
  text: GoText,
  path: string,
  retracer: PrintOrigins,
  types: KindTypes,
): Promise<LintMessage[]> {
  const messages: LintMessage[] = [];
  for (const bytes of splitDocuments(text.text)) {
    for (const error of errorsOf(bytes, text, types)) {
      if (messages.length >= MAX_FINDINGS) return messages;
      const { at } = await locateField(retracer, text, bytes, error.path);
      messages.push(finding('object-text', path, error.message, at));
    }
  }
  return messages;
}

/** What cannot be read is told by other rules. */
function errorsOf(bytes: string, text: GoText, types: KindTypes): ReturnType<typeof textFieldErrors> {
  try {
    const { object } = new GoDocument(bytes, text);
    return object === undefined ? [] : textFieldErrors(object, types);
  } catch (error) {
    if (error instanceof PkgError) return [];
    throw error;
  }
}
