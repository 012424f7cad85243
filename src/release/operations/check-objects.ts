/** Checks what a chart renders before anything is planned, so that errors say where a template writes the field. */
import { throwTogether } from '../../errors.ts';
import type { PkgError } from '../../errors.ts';
import type { RenderedDocument } from '../../render/render.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { dataErrors } from '../check-data.ts';
import { ObjectError, STATE_FIELDS, takeApart } from '../plan-normal.ts';

/**
 * Checks that the documents of a chart are objects that can be applied.
 *
 * @throws {PkgError} `PKG_OBJECT_INVALID` for those that are not, together, each with the position in the template and
 *   the origin of the value there
 */
export async function checkObjects(rendered: RenderedChart, noHooks = false): Promise<void> {
  const documents: RenderedDocument[] = [...rendered.objects, ...(noHooks ? [] : rendered.hooks)];
  const errors: PkgError[] = [];
  for (const document of documents) {
    for (const error of errorsOf(document)) {
      if (errors.length < MAX_ERRORS) errors.push((await rendered.explain(error, document, error.path)) as PkgError);
    }
  }
  throwTogether(errors, (count) => `${count} objects or values in them cannot be applied`);
}

/** The most errors that are reported. Finding the position of each takes a while, and nobody reads more. */
const MAX_ERRORS = 50;

function errorsOf(document: RenderedDocument): ObjectError[] {
  const { object, source } = document;
  if (object === undefined) return [];
  try {
    if (!isComplete(object)) takeApart(toPlain(object), source, { isChecked: true });
  } catch (error) {
    if (error instanceof ObjectError) return [error];
    throw error;
  }
  return dataErrors(document);
}

/** Is this surely an object that {@link takeApart} accepts? Nearly all are, and it would copy them. */
function isComplete(object: ValueMap): boolean {
  const metadata = object.get('metadata');
  if (!isMap(metadata)) return false;
  const [kind, name] = [object.get('kind'), metadata.get('name')];
  const isText = [kind, name, object.get('apiVersion'), metadata.get('namespace') ?? '-'].every(
    (value) => typeof value === 'string' && value !== '',
  );
  return isText && !String(kind).endsWith('List') && STATE_FIELDS.every((field) => !metadata.has(field));
}
