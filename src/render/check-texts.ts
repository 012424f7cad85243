/** Checks the fields of rendered documents for a folder of manifests, where no API server does. */
import type { PkgError } from '../errors.ts';
import { ValueError } from '../chart/value-error.ts';
import type { Chart } from '../chart/chart.ts';
import type { DocumentLocator } from './locate-document.ts';
import type { RenderedDocument } from './render.ts';
import { KindTypes } from './field-types.ts';
import { describe, textAt } from './lint/objects/fields.ts';
import { itemsOf, PUT_QUOTES, textFieldErrors } from './text-fields.ts';

/**
 * The errors for fields that should be texts and are not, for values that Kubernetes cannot read: numbers, booleans,
 * quantities, choices and labels, and for required fields that are missing. Each is at the line of the template that writes it.
 *
 * @param locator finds those lines
 */
export async function checkTexts(
  documents: readonly RenderedDocument[],
  chart: Chart,
  locator: DocumentLocator,
): Promise<PkgError[]> {
  const { fieldProblems } = await import('./lint/objects/object-fields.ts');
  const { missingFields } = await import('./lint/objects/missing-fields.ts');
  const { openKinds } = await import('./lint/objects/object-schema.ts');
  const errors: PkgError[] = [];
  const types = new KindTypes(chart);
  const kinds = await openKinds(chart);
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
    for (const { object, at: inside } of document.object === undefined ? [] : itemsOf(document.object)) {
      const head = { apiVersion: textAt(object, 'apiVersion'), kind: textAt(object, 'kind') };
      const problems = [...fieldProblems(object, head, describe(object), kinds), ...missingFields(object, kinds)];
      for (const { rule, keys, message } of problems) {
        // An API server ignores fields that it does not know.
        if (rule === 'object-field') continue;
        if (errors.length >= MAX_ERRORS) return errors;
        const { at, valuePath } = await locator.find(document, [...inside, ...keys]);
        const hints = ['correct it where it is written: the API server refuses this object'];
        const error = new ValueError('PKG_OBJECT_INVALID', message, { ...(at && { at }), hints });
        error.valuePath = valuePath;
        errors.push(error);
      }
    }
  }
  return errors;
}

/** The most errors that are reported. Finding the position of each takes a while, and nobody reads more. */
const MAX_ERRORS = 50;
