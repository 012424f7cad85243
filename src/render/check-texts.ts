/** Holds what a chart renders to against {@link textFieldErrors}, where nobody else does: in a folder of manifests. */
import type { PkgError } from '../errors.ts';
import { ValueError } from '../chart/value-error.ts';
import type { ValueMap } from '../yaml/value.ts';
import type { GoInput } from './gotemplate/engine.ts';
import type { PrintOrigins } from './gotemplate/print-origin.ts';
import type { RenderedDocument } from './render.ts';
import { KindTypes } from './field-types.ts';
import { textFieldErrors } from './text-fields.ts';

/**
 * The errors for fields that should be texts and are not, each at the line of the template that writes it.
 *
 * @param input what was rendered by Go templates
 */
export async function checkTexts(
  documents: readonly RenderedDocument[],
  input: Omit<GoInput, 'values'>,
  freshValues: () => ValueMap,
): Promise<PkgError[]> {
  const errors: PkgError[] = [];
  let retracer: PrintOrigins | undefined;
  const types = new KindTypes(input.chart);
  for (const document of documents) {
    const faults = document.object === undefined ? [] : textFieldErrors(document.object, types);
    for (const { path, message, kind } of faults) {
      if (errors.length >= MOST) return errors;
      let where: { at: ValueError['at']; valuePath?: ValueError['valuePath']; quoting?: string } = document.trace(path);
      if (document.bytes !== undefined) {
        const [{ GoDocument }, { locateField }, { PrintOrigins }] = await Promise.all([
          import('./gotemplate/manifests.ts'),
          import('./gotemplate/locate-field.ts'),
          import('./gotemplate/print-origin.ts'),
        ]);
        retracer ??= new PrintOrigins(input, freshValues);
        if (document instanceof GoDocument) where = await locateField(retracer, document.whole, document.bytes, path);
      }
      const { at, valuePath } = where;
      const isGo = document.bytes !== undefined;
      const quoting =
        where.quoting ?? (isGo || valuePath === undefined ? 'put quotes around it' : 'put quotes around it: "{{x}}"');
      const details = {
        ...(at && { at: { ...at, ...(kind === 'Secret' && { isSecret: true }) } }),
        hints: [message.endsWith('quote it') ? quoting : 'print it as a text: toYaml or toJson make one'],
      };
      const fault = new ValueError('PKG_OBJECT_INVALID', message, details);
      fault.valuePath = valuePath;
      errors.push(fault);
    }
  }
  return errors;
}

/** More would not be read, and it takes a while to find each. */
const MOST = 50;
