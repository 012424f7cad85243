/**
 * Rules on the objects of Go templates that Helm's lint does not have: fields that are texts, lists or maps in Kubernetes
 * and hold something else, which are errors in native templates, and those that native templates are checked for, too.
 */
import { PkgError } from '../../../errors.ts';
import { GoDocument, splitDocuments } from '../../gotemplate/manifests.ts';
import type { GoText } from '../../gotemplate/engine.ts';
import { locateField } from '../../gotemplate/locate-field.ts';
import type { PrintOrigins } from '../../gotemplate/print-origin.ts';
import type { KindTypes } from '../../field-types.ts';
import { textFieldErrors } from '../../text-fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import type { FieldProblem } from './object-fields.ts';
import type { ChartKinds } from './object-schema.ts';
import { objectProblems, printedValues } from './object-problems.ts';

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
  kinds: ChartKinds,
): Promise<LintMessage[]> {
  const messages: LintMessage[] = [];
  for (const [index, bytes] of splitDocuments(text.text).entries()) {
    const document = new GoDocument(bytes, text, index);
    for (const { rule, keys, message } of problemsOf(document, types, kinds)) {
      if (messages.length >= MAX_FINDINGS) return messages;
      const { at } = await locateField(retracer, document, keys);
      messages.push(finding(rule, path, message, at, 'info'));
    }
  }
  return messages;
}

/** The findings on a document; none where it cannot be read, which other rules report. */
function problemsOf(document: GoDocument, types: KindTypes, kinds: ChartKinds): FieldProblem[] {
  try {
    const { object } = document;
    if (object === undefined || object.size === 0) return [];
    return [
      ...textFieldErrors(object, types).map(({ path, message }) => ({
        rule: 'object-text' as const,
        keys: path,
        message,
      })),
      ...objectProblems(object, kinds),
      ...printedValues(object),
    ];
  } catch (error) {
    if (error instanceof PkgError) return [];
    throw error;
  }
}
