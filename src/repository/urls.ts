/** Addresses of repositories and charts, as Helm takes them (helm v4, internal/urlutil, pkg/repo/v1). */
import { posix } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';

/**
 * The address of a repository.
 *
 * @throws {PkgError} `PKG_REPOSITORY_UNKNOWN` for a text that is not an address from which charts can be fetched
 */
export function repositoryUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `charts cannot be fetched from '${shownText(text)}'`, {
    hints: [
      isRegistryAddress(text)
        ? 'name charts in a registry by their address, oci://HOST/PATH, without adding the registry'
        : 'give an http:// or https:// address; for a dependency also oci://, file:// or @NAME',
    ],
  });
}

/** Are these addresses of the same repository? Slashes at the end are ignored. */
export function isSameRepository(a: string, b: string): boolean {
  return normalize(a) === normalize(b);
}

function normalize(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  const path = posix.normalize(url.pathname).replace(/\/+$/, '');
  return `${url.protocol}//${url.username}:${url.password}@${url.host}${path}${url.search}${url.hash}`;
}

/**
 * The address of a chart from an index entry, which holds an address, or a path relative to the repository. A path gets the
 * query of the repository, which is usually a token.
 *
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for an entry without a valid address
 */
export function chartUrl(repository: URL, reference: string): URL {
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(reference);
  const base = new URL(repository);
  base.pathname = `${base.pathname.replace(/\/$/, '')}/`;
  const url = isAbsolute ? URL.parse(reference) : URL.parse(reference, base);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new PkgError('PKG_REPOSITORY_INVALID', `'${shownText(reference)}' is not an address to fetch a chart from`, {
      at: { file: shownUrl(repository) },
      hints: ['ask the operator of the repository to correct the address in its index'],
    });
  }
  if (!isAbsolute) url.search = repository.search;
  return url;
}

/** Is this the address of a chart in an OCI registry? Indexes of repositories may have such addresses. */
export function isRegistryAddress(reference: string): boolean {
  return reference.startsWith('oci://');
}

/** The last name in the path of an address, percent-decoded. */
export function fileNameIn({ pathname }: URL): string {
  let path = pathname;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    // It is not percent-encoded correctly, and is used unchanged.
  }
  return posix.basename(path);
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
  return printable(withoutSecrets(text), 300);
}

/** A text as it was typed; an address without its login and its query. */
export function withoutSecrets(text: string): string {
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  return isAddress ? withoutLogin(text).replace(/[?#].*$/s, '') : withoutLogin(text);
}

/** A text without its login, which it has if it is an address. */
export function withoutLogin(text: string): string {
  const start = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0].length;
  if (start === undefined || URL.parse(text) !== null) return text.replace(/\/\/[^/@]*@/, '//');
  // A password with a slash that is not percent-encoded makes an address that cannot be parsed. A digest follows an `@` too.
  const end = text.search(/@sha\d+:[^@]*$/);
  const at = text.lastIndexOf('@', end === -1 ? undefined : end - 1);
  return at < start ? text : text.slice(0, start) + text.slice(at + 1);
}
