/** Checks the types of fields in rendered documents for a folder of manifests, where no API server does. */
import type { PkgError } from '../errors.ts';
import { ValueError } from '../chart/value-error.ts';
import type { Chart } from '../chart/chart.ts';
import type { DocumentLocator } from './locate-document.ts';
import type { RenderedDocument } from './render.ts';
import { KindTypes } from './field-types.ts';
import { PUT_QUOTES, textFieldErrors } from './text-fields.ts';

/**
 * The errors for fields that should be texts and are not, each at the line of the template that writes it.
 *
 * @param locator finds those lines
 */
export async function checkTexts(
  documents: readonly RenderedDocument[],
  chart: Chart,
  locator: DocumentLocator,
): Promise<PkgError[]> {
  const errors: PkgError[] = [];
  const types = new KindTypes(chart);
  for (const document of documents) {
    const problems = document.object === undefined ? [] : textFieldErrors(document.object, types);
    for (const { path, message, kind } of problems) {
      if (errors.length >= MAX_ERRORS) return errors;
      const where = await locator.find(document, path);
      const { at, valuePath } = where;
      const isGo = document.bytes !== undefined;
      const quoting = where.quoting ?? (isGo || valuePath === undefined ? PUT_QUOTES : 'put quotes around it: "{{x}}"');
      const details = {
        ...(at && { at: { ...at, ...(kind === 'Secret' && { isSecret: true }) } }),
        hints: [message.endsWith('quote it') ? quoting : 'print it as a text: toYaml or toJson make one'],
      };
      const error = new ValueError('PKG_OBJECT_INVALID', message, details);
      error.valuePath = valuePath;
      error.isQuotable = message.endsWith('quote it');
      errors.push(error);
    }
  }
  return errors;
}

/** More would not be read, and it takes a while to find each. */
const MAX_ERRORS = 50;
