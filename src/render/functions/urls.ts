/** URLs taken apart and put together, by the rules of Go's package net/url (RFC 3986). */
import { FunctionFailure, shown } from './failure.ts';

/** The parts of a URL, decoded but for query and userinfo; a part that is not there is empty. */
export type UrlParts = {
  scheme: string;
  host: string;
  hostname: string;
  path: string;
  query: string;
  opaque: string;
  fragment: string;
  userinfo: string;
};

/** The parts of a URL. Fails for what is none. */
export function parseUrl(url: string): UrlParts {
  const wrong = (reason: string): never => {
    throw new FunctionFailure(`cannot read ${shown(url)}: ${reason}`);
  };
  if (/[\u0000-\u001f\u007f]/.test(url)) wrong('it has control characters');
  const decode = (text: string): string => decodePercent(text) ?? wrong('a percent sign does not begin an escape');
  const [beforeFragment, fragment] = halves(url, '#');
  if (beforeFragment.startsWith(':')) wrong('its scheme is missing');
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(beforeFragment)?.[0] ?? '';
  const [afterScheme, query] = halves(scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1), '?');
  const parts = { host: '', hostname: '', path: '', opaque: '', userinfo: '' };
  if (!afterScheme.startsWith('/')) {
    if (scheme !== '') parts.opaque = afterScheme;
    else if (/^[^/]*:/.test(afterScheme)) wrong('the first part of its path has a colon');
    else parts.path = decode(afterScheme);
  } else if (afterScheme.startsWith('//') && (scheme !== '' || !afterScheme.startsWith('///'))) {
    const slash = afterScheme.indexOf('/', 2);
    const authority = afterScheme.slice(2, slash < 0 ? undefined : slash);
    const at = authority.lastIndexOf('@');
    if (at >= 0) parts.userinfo = userinfo(authority.slice(0, at), wrong);
    parts.host = decode(authority.slice(at + 1));
    parts.hostname = hostname(authority.slice(at + 1), decode, wrong);
    parts.path = slash < 0 ? '' : decode(afterScheme.slice(slash));
  } else {
    parts.path = decode(afterScheme);
  }
  return { ...parts, scheme: scheme.toLowerCase(), query, fragment: decode(fragment) };
}

/** The text before the first separator and behind it, without it. */
function halves(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function hostname(host: string, decode: (text: string) => string, wrong: (reason: string) => never): string {
  const [, name = '', port = ''] =
    /^(\[[^\]]*\]|[^:]*)((?::.*)?)$/s.exec(host) ?? wrong('its host has a colon too many');
  if (!/^(?::[0-9]*)?$/.test(port)) wrong('its port is not a number');
  if (/[\s<>"\\^`{|}]/.test(host)) wrong('its host has a character that hosts do not have');
  return decode(name.startsWith('[') ? name.slice(1, -1) : name);
}

function userinfo(given: string, wrong: (reason: string) => never): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(given)) wrong('its user has a character that must be escaped');
  const [user, password] = halves(given, ':').map(
    (part) => decodePercent(part) ?? wrong('its user is not escaped rightly'),
  );
  return given.includes(':') ? `${escape(user ?? '', USER)}:${escape(password ?? '', USER)}` : escape(user ?? '', USER);
}

/** The URL of these parts; the hostname is not read, the host holds it. Fails for a userinfo that is none. */
export function joinUrl(parts: UrlParts): string {
  const { scheme, host, path, opaque, query, fragment } = parts;
  const wrong = (reason: string): never => {
    throw new FunctionFailure(`cannot write the URL: ${reason}`);
  };
  const user = parts.userinfo === '' ? '' : `${userinfo(parts.userinfo, wrong)}@`;
  let url = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') {
    url += opaque;
  } else {
    if (host !== '' || user !== '' || (scheme !== '' && path !== '')) url += `//${user}${escape(host, HOST)}`;
    if (path !== '' && !path.startsWith('/') && host !== '') url += '/';
    // Else its first part would be read as a scheme.
    if (url === '' && /^[^/]*:/.test(path)) url += './';
    url += path === '*' ? path : escape(path, PATH);
  }
  if (query !== '') url += `?${query}`;
  if (fragment !== '') url += `#${escape(fragment, FRAGMENT)}`;
  return url;
}

/** What stays as it is in each part, beside letters and digits. */
const USER = '-_.~$&+,;=';
const HOST = '-_.~!$&\'()*+,;=:[]<>"';
const PATH = '-_.~$&+,/:;=@';
const FRAGMENT = '-_.~$&+,/:;=?@!()*';

function escape(text: string, kept: string): string {
  let escaped = '';
  for (const character of text.toWellFormed()) {
    if (/^[A-Za-z0-9]$/.test(character) || kept.includes(character)) escaped += character;
    else for (const byte of Buffer.from(character)) escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
