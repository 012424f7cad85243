/**
 * Rule on the output of Go templates: fields that are texts, lists or maps in Kubernetes and hold something else. In
 * native templates they are errors.
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

/** Further findings of a file are left out, since finding the line of each takes time. */
const MAX_FINDINGS = 50;

/**
 * Findings on the output of a file. They are infos, since Helm's lint does not report them.
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

/** The errors of a document; none where it cannot be read, which other rules report. */
function errorsOf(bytes: string, text: GoText, types: KindTypes): ReturnType<typeof textFieldErrors> {
  try {
    const { object } = new GoDocument(bytes, text);
    return object === undefined ? [] : textFieldErrors(object, types);
  } catch (error) {
    if (error instanceof PkgError) return [];
    throw error;
  }
}
