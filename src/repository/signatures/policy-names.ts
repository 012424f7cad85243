/**
 * The names of charts in a trust policy. One chart can be written in several ways (`https://HOST.:443/%61`, a link to a
 * folder), of which a rule names one: names and patterns are brought to one form, or a rule could be avoided by writing
 * the address in another way.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { bareUrl } from '../urls.ts';

/** What the names of charts on this machine begin with. */
const LOCAL = 'file://';

/** Hosts of one registry, which has the same charts under all of them. */
const DOCKER_HUB = /^(?:registry-1|index)\.docker\.io$/;

/** The name of a chart at `oci://HOST/PATH`. */
export function registryName(host: string, path: string): string {
  return `oci://${registryHost(hostOf('https', host) ?? host)}/${path}`;
}

/** The name of a chart at an address, without login and query. */
export function webName(url: URL): string {
  const [, scheme = '', host = '', path = ''] = ADDRESS.exec(bareUrl(url)) ?? [];
  return `${scheme}://${withoutDot(host)}${normalPath(path)}`;
}

/** The names of a chart on this machine: its path as it was given, and where links on it lead. */
export function localNames(path: string): string[] {
  const given = resolve(path);
  let real = given;
  try {
    real = realpathSync(given);
  } catch {
    // There is nothing, which is an error of whoever loads it.
  }
  return [...new Set([given, real])].map((one) => LOCAL + one.replaceAll('\\', '/'));
}

/** Is this the name of a chart on this machine? */
export function isLocalName(name: string): boolean {
  return name.startsWith(LOCAL);
}

/** A pattern in the form of the names that it is compared with, or why no chart can have such a name. */
export function normalPattern(pattern: string): { pattern: string } | { problem: string; hint: string } {
  if (pattern.toLowerCase().startsWith(LOCAL)) return localPattern(LOCAL + pattern.slice(LOCAL.length));
  const [, written = '', host = '', path = ''] = ADDRESS.exec(pattern) ?? [];
  if (written === '') return { pattern };
  const scheme = written.toLowerCase();
  const isRegistry = scheme === 'oci';
  // `*` and `?` cannot be in an address, and are left as they are.
  const lower = /[*?]/.test(host) ? host.toLowerCase() : hostOf(isRegistry ? 'https' : scheme, host);
  if (lower === undefined) return { problem: 'a pattern for charts has a host that is none', hint: PATTERN };
  if (!/[^/]$/.test(path) && !lower.endsWith('**')) {
    return {
      problem: 'a pattern for charts is that of a host or folder, and no chart has such a name',
      hint: `write ${pattern.replace(/\/+$/, '')}/** for all charts there`,
    };
  }
  if (isRegistry && /[:@]/.test(path)) {
    return { problem: 'a pattern for charts has a tag or digest, and the names of charts have none', hint: PATTERN };
  }
  return { pattern: `${scheme}://${isRegistry ? registryHost(lower) : lower}${normalPath(path)}` };
}

const PATTERN = 'write it as oci://registry.example.com/team/** or https://charts.example.com/**';

const ADDRESS = /^(oci|https?):\/\/([^/]*)(.*)$/is;

function localPattern(pattern: string): ReturnType<typeof normalPattern> {
  if (/^file:\/\/(?:[/*?]|[a-z]:).*[^/]$|^file:\/\/[/*?]$/is.test(pattern)) return { pattern };
  return {
    problem: 'a pattern for charts on this machine is not that of an absolute path to a chart',
    hint: 'write file:///PATH/** for all charts below a folder',
  };
}

/** A host as `URL` writes it: in lower case, Unicode as Punycode, without the default port; undefined for none. */
function hostOf(scheme: string, host: string): string | undefined {
  const url = URL.parse(`${scheme}://${host}`);
  return url === null || url.host === '' ? undefined : withoutDot(url.host);
}

/** `example.com.` is the host `example.com`. */
function withoutDot(host: string): string {
  return host.replace(/\.(?=$|:\d+$)/, '');
}

function registryHost(host: string): string {
  return DOCKER_HUB.test(host) ? 'docker.io' : host;
}

/** A path with percent-encoding where it is needed only (RFC 3986, 6.2.2). */
function normalPath(path: string): string {
  return path
    .replaceAll(/%[0-9a-f]{2}/gi, (code) => {
      const char = String.fromCharCode(Number.parseInt(code.slice(1), 16));
      return /[\w.~-]/.test(char) ? char : code.toUpperCase();
    })
    .replaceAll(/[^\0-\x7f]/gu, (char) => encodeURIComponent(char.toWellFormed()));
}
