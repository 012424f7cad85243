/** Paths of objects in the Kubernetes API. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Resource } from './catalog.ts';

/**
 * The path of a kind's collection, or with `name` of one object.
 *
 * @param namespace empty for all of them, and for kinds that live outside namespaces
 * @throws {PkgError} `PKG_OBJECT_INVALID` for a name that could not be part of a path
 */
export function resourcePath(resource: Resource, namespace: string, name?: string): string {
  const { apiVersion, plural, namespaced } = resource;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace !== '' ? `/namespaces/${part(namespace)}` : '';
  return `${base}${within}/${plural}${name === undefined ? '' : `/${part(name)}`}`;
}

function part(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%\0]/.test(text)) {
    throw new PkgError('PKG_OBJECT_INVALID', `"${printable(text)}" cannot be the name of an object`);
  }
  return encodeURIComponent(text);
}
