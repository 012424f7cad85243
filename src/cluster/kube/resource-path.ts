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
  const within = namespaced && namespace !== '' ? `/namespaces/${part(namespace)}` : '';
  return `${apiPath(apiVersion)}${within}/${plural}${name === undefined ? '' : `/${part(name)}`}`;
}

/** The path of an apiVersion: the core group has a root of its own. */
export function apiPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function part(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%\0]/.test(text)) {
    throw new PkgError('PKG_OBJECT_INVALID', `"${printable(text)}" cannot be the name of an object`);
  }
  return encodeURIComponent(text);
}
