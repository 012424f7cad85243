/** What every document must have to be an object of Kubernetes, so that errors point at the template. */
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { TracedField } from './handlebars/trace.ts';
import { ValueError } from '../chart/value-error.ts';
import { quotable } from './text-fields.ts';

type Traceable = { trace(path: ValuePath): TracedField };

/**
 * Checks one document and gives its kind and name.
 *
 * @param object its fields: `apiVersion`, `kind` and `metadata` at least, and all of a list of objects
 * @throws {ValueError} `PKG_OBJECT_INVALID` at the field in the template
 */
export function checkObject(object: ValueMap, traced: Traceable): { kind: string; name: string } {
  if (!object.has('apiVersion') && !object.has('kind')) {
    const file = traced.trace([]).at.file.replace(/^.*\//, '');
    const hints = file.endsWith('.hbs') ? [`a file of partials has a name that begins with _: _${file}`] : [];
    fail(traced, 'an object needs apiVersion', [], hints);
  }
  const apiVersion = textAt(object.get('apiVersion'), traced, 'apiVersion');
  const kind = textAt(object.get('kind'), traced, 'kind');
  const metadata = object.get('metadata');
  const items = object.get('items');
  if (kind.endsWith('List') && Array.isArray(items)) {
    checkItems(items, apiVersion, kind, traced);
    return { kind, name: '' };
  }
  if (!isMap(metadata)) return fail(traced, `${kind} needs metadata with a name`, ['metadata']);
  const name = textAt(metadata.get('name'), traced, 'metadata', 'name');
  const namespace = metadata.get('namespace') ?? '';
  if (typeof namespace !== 'string') {
    return fail(
      traced,
      'metadata.namespace is a string, and this is not',
      ['metadata', 'namespace'],
      quoting(namespace),
    );
  }
  checkTexts(metadata.get('labels'), traced, 'labels');
  checkTexts(metadata.get('annotations'), traced, 'annotations');
  return { kind, name };
}

/** Items of a typed list (ConfigMapList) may leave out what the list says already. */
function checkItems(items: readonly Value[], apiVersion: string, kind: string, traced: Traceable): void {
  const inherited: [string, Value][] =
    kind === 'List'
      ? []
      : [
          ['apiVersion', apiVersion],
          ['kind', kind.slice(0, -'List'.length)],
        ];
  for (const [index, item] of items.entries()) {
    if (!isMap(item)) return fail(traced, `an item of a ${kind} is an object, and this is not`, ['items', index]);
    checkObject(new Map([...inherited, ...item]), { trace: (path) => traced.trace(['items', index, ...path]) });
  }
}

function textAt(value: Value | undefined, traced: Traceable, ...path: string[]): string {
  if (value === undefined || value === null || value === '') {
    return fail(traced, `an object needs ${path.join('.')}`, path.slice(0, -1));
  }
  return typeof value === 'string'
    ? value
    : fail(traced, `${path.join('.')} is a string, and this is not`, path, quoting(value));
}

function checkTexts(map: Value | undefined, traced: Traceable, field: string): void {
  if (map === undefined || map === null) return;
  if (!isMap(map)) return fail(traced, `metadata.${field} is a map, and this is not`, ['metadata', field]);
  for (const value of map.values()) {
    if (typeof value === 'string') continue;
    const [key = ''] = [...map].find(([, other]) => other === value) ?? [];
    const message = `the value of ${field.slice(0, -1)} ${key} is a string, and this is not`;
    fail(traced, message, ['metadata', field, key], quoting(value));
  }
}

/** Quotes help a number and a boolean; of a map or a list they would make another error. */
function quoting(value: Value): string[] {
  return typeof value === 'object' ? [] : [`it is ${quotable(value)}, as in "{{x}}"`];
}

function fail(traced: Traceable, message: string, path: ValuePath, hints: readonly string[] = []): never {
  const { at, valuePath } = traced.trace(path);
  const error = new ValueError('PKG_OBJECT_INVALID', message, { at, hints });
  error.valuePath = valuePath;
  throw error;
}
