/** Addresses of repositories and charts, as Helm takes them (helm v4, internal/urlutil, pkg/repo/v1). */
import { posix } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';

/**
 * The address of a repository.
 *
 * @throws {PkgError} `PKG_REPOSITORY_UNKNOWN` for what is no address that charts are fetched from
 */
export function repositoryUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `charts cannot be fetched from '${shownText(text)}'`, {
    hints: [
      isRegistryAddress(text)
        ? 'name charts in a registry by their address, oci://HOST/PATH: nothing has to be added for that'
        : 'repositories are http:// and https:// addresses; dependencies may also have oci://, file:// or @NAME',
    ],
  });
}

/** Are these addresses of the same repository? Slashes at the end are ignored. */
export function isSameRepository(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  const path = posix.normalize(url.pathname).replace(/\/+$/, '');
  return `${url.protocol}//${url.username}:${url.password}@${url.host}${path}${url.search}${url.hash}`;
}

/**
 * The address of a chart from an index entry, which holds an address, or a path relative to the repository. A path gets the
 * query of the repository, which is usually a token.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for what is no address
 */
export function chartUrl(repository: URL, reference: string): URL {
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(reference);
  const base = new URL(repository);
  base.pathname = `${base.pathname.replace(/\/$/, '')}/`;
  const url = isAbsolute ? URL.parse(reference) : URL.parse(reference, base);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PkgError('PKG_REPOSITORY_INVALID', `'${shownText(reference)}' is no address to fetch a chart from`, {
      at: { file: shownUrl(repository) },
    });
  }
  if (!isAbsolute) url.search = repository.search;
  return url;
}

/** Is an address in an index that of a chart in an OCI registry? Helm takes such since indexes have named registries. */
export function isRegistryAddress(reference: string): boolean {
  return reference.startsWith('oci://');
}

/** An address without login and query, which may be secret. */
export function bareUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** As {@link bareUrl}, safe to print. */
export function shownUrl(url: URL): string {
  return printable(bareUrl(url), 300);
}

/** As {@link shownUrl}, for a text that may not be an address. */
export function shownText(text: string): string {
  return printable(withoutLogin(text).replace(/[?#].*$/s, ''), 300);
}

/** A text with the login left out that it has if it is an address. */
export function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}
