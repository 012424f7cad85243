/** What every document must have to be an object of Kubernetes, so that errors point at the template. */
import { PkgError } from '../errors.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { TracedField } from './handlebars/trace.ts';

type Trace = (path: readonly (string | number)[]) => TracedField;

/**
 * Checks one document and gives its kind and name.
 *
 * @throws {PkgError} `PKG_OBJECT_INVALID` at the field in the template
 */
export function checkObject(object: ValueMap, trace: Trace): { kind: string; name: string } {
  const fail = (message: string, path: readonly string[], hints: string[] = []): never => {
    throw new PkgError('PKG_OBJECT_INVALID', message, { at: trace(path).at, hints });
  };
  const text = (value: Value | undefined, path: readonly string[]): string => {
    const field = path.join('.');
    if (value === undefined || value === null || value === '')
      return fail(`an object needs ${field}`, path.slice(0, -1));
    if (typeof value !== 'string')
      return fail(`${field} is a string, and this is not`, path, ['put quotes around it: "{{x}}"']);
    return value;
  };
  text(object.get('apiVersion'), ['apiVersion']);
  const kind = text(object.get('kind'), ['kind']);
  const metadata = object.get('metadata');
  if (kind.endsWith('List') && Array.isArray(object.get('items'))) return { kind, name: '' };
  if (!isMap(metadata)) return fail(`${kind} needs metadata with a name`, ['metadata']);
  const name = text(metadata.get('name'), ['metadata', 'name']);
  for (const field of ['labels', 'annotations']) {
    const map = metadata.get(field);
    if (map === undefined || map === null) continue;
    if (!isMap(map)) return fail(`metadata.${field} is a map, and this is not`, ['metadata', field]);
    for (const [key, value] of map) {
      if (typeof value === 'string') continue;
      const path = ['metadata', field, key];
      fail(`the value of ${field.slice(0, -1)} ${key} is a string, and this is not`, path, [
        'put quotes around it: "{{x}}"',
      ]);
    }
  }
  return { kind, name };
}
