/**
 * Parses and joins URLs as Go's package net/url does (RFC 3986). Texts are UTF-8 with one byte a character, since an escape
 * stands for a byte, which need not be part of a character.
 */
import { chargeCharacters } from './limits.ts';
import { isIPv6 } from 'node:net';
import { FunctionFailure, shown } from './failure.ts';

/** The parts of a URL; a missing part is empty. All but the query and the userinfo are decoded. */
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

/** Throws the error for a URL, with a reason. */
type Wrong = (reason: string) => never;

/** Parses a URL. @throws {FunctionFailure} for an invalid one */
export function parseUrl(url: string): UrlParts {
  chargeCharacters(url);
  const wrong: Wrong = (reason) => {
    throw new FunctionFailure(`cannot read ${shown(url)}: ${reason}`);
  };
  const [beforeFragment, fragment] = halves(url, '#');
  if (/[\x00-\x1f\x7f]/.test(beforeFragment)) wrong('it has control characters');
  const parts = { scheme: '', host: '', hostname: '', path: '', query: '', opaque: '', fragment: '', userinfo: '' };
  if (beforeFragment === '*') return { ...parts, path: '*', fragment: unescape(fragment, wrong) };
  if (beforeFragment.startsWith(':')) wrong('its scheme is missing');
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(beforeFragment)?.[0] ?? '';
  const [afterScheme, query] = halves(scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1), '?');
  parts.scheme = scheme.toLowerCase();
  parts.query = query;
  if (!afterScheme.startsWith('/')) {
    if (scheme !== '') parts.opaque = afterScheme;
    else if (/^[^/]*:/.test(afterScheme)) wrong('the first part of its path has a colon');
    else parts.path = unescape(afterScheme, wrong);
  } else if (afterScheme.startsWith('//') && (scheme !== '' || !afterScheme.startsWith('///'))) {
    const slash = afterScheme.indexOf('/', 2);
    const authority = afterScheme.slice(2, slash < 0 ? undefined : slash);
    const at = authority.lastIndexOf('@');
    parts.host = readHost(parts.scheme, authority.slice(at + 1), wrong);
    if (at >= 0) parts.userinfo = readUser(authority.slice(0, at), wrong);
    parts.hostname = parts.host.replace(/:[0-9]*$/, '').replace(/^\[(.*)\]$/s, '$1');
    parts.path = slash < 0 ? '' : unescape(afterScheme.slice(slash), wrong);
  } else {
    parts.path = unescape(afterScheme, wrong);
  }
  parts.fragment = unescape(fragment, wrong);
  return parts;
}

/** Escapes a text for a query, as `url.QueryEscape`. */
export function escapeQuery(text: string): string {
  chargeCharacters(text);
  return escape(text, QUERY).replaceAll('%20', '+');
}

/** The parts of a text before and behind the first separator. */
function halves(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Decodes the escapes of a part. @throws {FunctionFailure} for a percent sign that begins none */
function unescape(text: string, wrong: Wrong): string {
  if (!text.includes('%')) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) wrong('a percent sign does not begin an escape');
  return text.replace(/%(..)/gs, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** A host without characters that it has to escape. */
const HOST_BYTES = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\x80-\xff]*$/;

function unescapeHost(host: string, wrong: Wrong): string {
  if (!HOST_BYTES.test(host)) wrong('its host has a character that hosts do not have');
  // As Go: in a host, escapes are allowed only for bytes beyond ASCII and for the percent sign.
  if (/%(?!25)[0-7]/.test(host)) wrong('its host hides a character in an escape');
  return unescape(host, wrong);
}

/** The host of a URL, decoded, with its port. */
function readHost(scheme: string, host: string, wrong: Wrong): string {
  const open = host.lastIndexOf('[');
  if (open > 0) wrong('its host has a bracket too many');
  if (open < 0) {
    const colon = host.indexOf(':');
    const last = host.lastIndexOf(':');
    // As Go: only for http and https the host may have one colon at most. URLs of databases have lists of hosts with ports.
    const port = colon < 0 ? '' : host.slice(/^https?$/.test(scheme) ? colon : last);
    if (!/^(?::[0-9]*)?$/.test(port)) wrong('its port is not a number');
    return unescapeHost(host, wrong);
  }
  const close = host.lastIndexOf(']');
  if (close < 0) wrong('its host has an open bracket');
  const port = host.slice(close + 1);
  if (!/^(?::[0-9]*)?$/.test(port)) wrong('its port is not a number');
  const inside = host.slice(1, close);
  const zone = inside.indexOf('%25');
  const address =
    zone < 0
      ? unescapeHost(inside, wrong)
      : unescapeHost(inside.slice(0, zone), wrong) + unescapeZone(inside.slice(zone), wrong);
  const [plain, zoneName] = halves(address, '%');
  if (!isIPv6(plain) || (address.includes('%') && zoneName === '')) wrong('its host is not an IPv6 address');
  return `[${address}]${port}`;
}

/** The zone of an IPv6 address (`%25eth0`), which names a network interface. */
function unescapeZone(zone: string, wrong: Wrong): string {
  const decoded = unescape(zone, wrong);
  const plain = zone.replace(/%(?:25|20|..)/gs, (escape) => (/^%2[05]$/.test(escape) ? '' : unescape(escape, wrong)));
  if (!HOST_BYTES.test(plain) || /[\x80-\xff%]/.test(plain)) {
    wrong('its host has a character that hosts do not have');
  }
  return decoded;
}

/** The userinfo of a URL, with the escapes that Go writes. */
function readUser(given: string, wrong: Wrong): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(given)) wrong('its user has a character that must be escaped');
  const [user, password] = halves(given, ':').map((part) => unescape(part, wrong));
  const name = escape(user ?? '', USER);
  return given.includes(':') ? `${name}:${escape(password ?? '', USER)}` : name;
}

/**
 * Joins the parts of a URL. The hostname is not used, since the host has it.
 * @throws {FunctionFailure} for an invalid userinfo
 */
export function joinUrl(parts: UrlParts): string {
  const { scheme, host, path, opaque, query, fragment, userinfo } = parts;
  const hasUser = userinfo !== '';
  // As in Sprig the userinfo is parsed as that of a URL, so it ends at a slash.
  const user = hasUser ? parseUrl(`proto://${userinfo}@host`).userinfo : '';
  const isUser = hasUser && userOf(userinfo);
  let url = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') {
    url += opaque;
  } else {
    if (host !== '' || isUser || (scheme !== '' && path !== '')) {
      url += `//${isUser ? `${user}@` : ''}${escape(host, HOST)}`;
    }
    const escaped = path === '*' ? path : escape(path, PATH);
    if (escaped !== '' && !escaped.startsWith('/') && host !== '') url += '/';
    // Without this the part before the colon would be read as a scheme.
    if (url === '' && /^[^/]*:/.test(escaped)) url += './';
    url += escaped;
  }
  if (query !== '') url += `?${query}`;
  if (fragment !== '') url += `#${escape(fragment, FRAGMENT)}`;
  return url;
}

/** Whether `proto://USERINFO@host` has a user. */
function userOf(userinfo: string): boolean {
  const [authority] = halves(userinfo.replace(/[?#][^]*$/, '') + (/[?#]/.test(userinfo) ? '' : '@'), '/');
  return authority.includes('@');
}

/** The bytes that Go escapes in each part. */
const QUERY = /[^A-Za-z0-9\-_.~]/g;
const USER = /[^A-Za-z0-9\-_.~$&+,;=]/g;
const HOST = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/g;
const PATH = /[^A-Za-z0-9\-_.~$&+,/:;=@]/g;
const FRAGMENT = /[^A-Za-z0-9\-_.~$&+,/:;=?@!()*]/g;

function escape(text: string, escaped: RegExp): string {
  return text.replace(escaped, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
