/**
 * Names of container images: `nginx`, `ghcr.io/acme/web:1.2@sha256:…`.
 *
 * @see https://github.com/distribution/reference (the grammar, and what Docker makes of short names)
 */
import { PkgError } from './errors.ts';
import { printable } from './errors-text.ts';

/**
 * An image by its parts, with the registry that a short name leaves out. Tag and digest are empty where not written.
 */
export type ImageName = { host: string; path: string; tag: string; digest: string };

/** A registry that images are copied to, and the path in it (empty for its root). */
export type ImageMirror = { host: string; path: string };

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::\d{1,5})?$/i;

/**
 * Takes the name of an image apart. `nginx` is `docker.io/library/nginx`, as for Docker and Kubernetes; the tag
 * `latest` is not added.
 *
 * @returns undefined for what is not the name of an image
 */
export function parseImageName(text: string): ImageName | undefined {
  const [, name = '', tag = '', digest = ''] =
    /^([^@]+?)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?$/.exec(text) ?? [];
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  // As for Docker: without a point or a port the first part is not a host, but for `localhost`.
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const written = hasHost ? first.toLowerCase() : 'docker.io';
  const host = written === 'index.docker.io' ? 'docker.io' : written;
  const rest = hasHost ? name.slice(slash + 1) : name;
  const path = host === 'docker.io' && rest !== '' && !rest.includes('/') ? `library/${rest}` : rest;
  return HOST.test(host) && PATH.test(path) && path.length <= 255 ? { host, path, tag, digest } : undefined;
}

/** The whole name: `docker.io/library/nginx:1.27@sha256:…`. Without tag and digest it gets the tag `latest`. */
export function fullImageName({ host, path, tag, digest }: ImageName): string {
  const shownTag = tag === '' && digest === '' ? 'latest' : tag;
  return `${host}/${path}${shownTag === '' ? '' : `:${shownTag}`}${digest === '' ? '' : `@${digest}`}`;
}

/**
 * Reads the place of a mirror, `oci://HOST[/PATH]`.
 *
 * @throws {PkgError} `PKG_USAGE`
 */
export function parseMirror(text: string): ImageMirror {
  const [, host = '', path = ''] = /^oci:\/\/([^/]+)\/?(.*?)\/?$/.exec(text) ?? [];
  if (HOST.test(host) && (path === '' || PATH.test(path))) return { host: host.toLowerCase(), path };
  throw new PkgError('PKG_USAGE', `'${printable(text, 100)}' is not a valid place for a mirror`, {
    hints: ['give oci://HOST or oci://HOST/PATH, in lower case'],
  });
}

/**
 * The repository that an image has in a mirror. The registry that it is from is a part of the path, so that images of
 * one name from two registries stay apart: `quay.io/acme/web` is `HOST/PATH/quay.io/acme/web`. A port follows a hyphen,
 * since paths hold no colons.
 */
export function mirrorRepository(name: ImageName, mirror: ImageMirror): { host: string; path: string } {
  const path = `${name.host.replace(':', '-')}/${name.path}`;
  return { host: mirror.host, path: mirror.path === '' ? path : `${mirror.path}/${path}` };
}

/**
 * The same image in a mirror, tag and digest as they are written; unchanged if it is there, or is not the name of an
 * image.
 */
export function mirroredImage(image: string, mirror: ImageMirror): string {
  const name = parseImageName(image);
  if (name === undefined || isInMirror(name, mirror)) return image;
  const { host, path } = mirrorRepository(name, mirror);
  return `${host}/${path}${name.tag === '' ? '' : `:${name.tag}`}${name.digest === '' ? '' : `@${name.digest}`}`;
}

function isInMirror({ host, path }: ImageName, mirror: ImageMirror): boolean {
  return host === mirror.host && (mirror.path === '' || path.startsWith(`${mirror.path}/`));
}
