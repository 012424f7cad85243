/** The formats that Helm knows, checked as Helm checks them. Drafts before 2019-09 assert formats. */
import { isIpv6, isUri, isUriReference, parsesAsUrl } from './uris.ts';
import type { PatternEngine } from './patterns.ts';

/** Is a text of a format? */
export type FormatCheck = (text: string) => boolean;

/** The check of a format; undefined for a format that Helm does not know, which allows everything. */
export function formatCheck(name: string, engine: PatternEngine): FormatCheck | undefined {
  if (name !== 'regex') return FORMATS.get(name);
  return (text) => {
    try {
      engine(text);
      return true;
    } catch {
      return false;
    }
  };
}

const FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['json-pointer', isJsonPointer],
  ['relative-json-pointer', isRelativeJsonPointer],
  ['uuid', (text) => /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)],
  ['duration', isDuration],
  ['period', isPeriod],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['hostname', isHostname],
  ['email', isEmail],
  ['date', isDate],
  ['time', isTime],
  ['date-time', isDateTime],
  ['uri', isUri],
  ['iri', isUri],
  ['uri-reference', isUriReference],
  ['iri-reference', isUriReference],
  ['uri-template', isUriTemplate],
  ['semver', isSemver],
]);

function isJsonPointer(text: string): boolean {
  return text === '' || /^(?:\/(?:[^~/]|~[01])*)+$/.test(text);
}

function isRelativeJsonPointer(text: string): boolean {
  const digits = /^(?:0|[1-9][0-9]*)(?![0-9])/.exec(text)?.[0];
  if (digits === undefined) return false;
  const rest = text.slice(digits.length);
  return rest === '#' || isJsonPointer(rest);
}

/** ISO 8601: years to seconds in this order, or weeks alone. */
function isDuration(text: string): boolean {
  if (/^P[0-9]+W$/.test(text)) return true;
  return /^P(?!$)(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?!$)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?$/.test(text);
}

function isPeriod(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return false;
  const start = text.slice(0, slash);
  const end = text.slice(slash + 1);
  if (start.startsWith('P')) return isDuration(start) && isDateTime(end);
  return isDateTime(start) && (end.startsWith('P') ? isDuration(end) : isDateTime(end));
}

/** Go's `strconv.Atoi`, for a number that is not negative. */
function atoi(text: string): number {
  return /^(?:\+?[0-9]+|-0+)$/.test(text) ? Math.abs(Number(text)) : NaN;
}

function isIpv4(text: string): boolean {
  const groups = text.split('.');
  return groups.length === 4 && groups.every((group) => !/^0./.test(group) && atoi(group) <= 255);
}

function isHostname(text: string): boolean {
  const name = text.replace(/\.$/, '');
  if (name.length > 253) return false;
  return name.split('.').every((label) => /^(?!-)[A-Za-z0-9-]{1,63}$/.test(label) && !label.endsWith('-'));
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 0 || Buffer.byteLength(text) > 254 || Buffer.byteLength(text.slice(0, at)) > 64) return false;
  return isLocalPart(text.slice(0, at)) && isMailDomain(text.slice(at + 1));
}

function isLocalPart(local: string): boolean {
  if (local.length > 1 && local.startsWith('"')) return /^"[^\\"]*"$/.test(local);
  return /^[a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]*$/.test(local) && !/^\.|\.$|\.\./.test(local);
}

function isMailDomain(domain: string): boolean {
  const literal = /^\[(.*)\]$/s.exec(domain)?.[1];
  if (literal === undefined) return isHostname(domain);
  return literal.startsWith('IPv6:') ? isIpv6(literal.slice('IPv6:'.length)) : isIpv4(literal);
}

function isDate(text: string): boolean {
  const [, year, month, day] = (/^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}

/** RFC 3339. A leap second is allowed only at 23:59 UTC. */
function isTime(text: string): boolean {
  const parts = /^(..):(..):(..)(?:\.[0-9]+)?(?:[zZ]|([+-])(..):(..))$/s.exec(text);
  if (parts === null) return false;
  const [hour = NaN, minute = NaN, second = NaN] = parts.slice(1, 4).map(atoi);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return false;
  const [zoneHour = NaN, zoneMinute = NaN] = parts[4] === undefined ? [0, 0] : parts.slice(5, 7).map(atoi);
  if (!(zoneHour <= 23 && zoneMinute <= 59)) return false;
  if (second < 60) return true;
  const offset = (zoneHour * 60 + zoneMinute) * (parts[4] === '+' ? -1 : 1);
  const utc = hour * 60 + minute + offset;
  return (utc < 0 ? utc + 24 * 60 : utc) === 23 * 60 + 59;
}

function isDateTime(text: string): boolean {
  return /^.{10}[tT]/.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}

/**
 * RFC 6570, of which only the braces in the path are checked. Helm's library looks at Go's `URL.RawPath`, which is
 * empty after a scheme without a slash, and where the path is written as Go would escape it: `/%7B` fits, and `/%7b`
 * does not.
 */
function isUriTemplate(text: string): boolean {
  if (!parsesAsUrl(text)) return false;
  const [, scheme, rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?([^?#]*)/.exec(text) ?? [];
  if (scheme !== undefined && !rest.startsWith('/')) return true;
  const path = Buffer.from(rest.replace(/^\/\/[^/]*/, ''), 'utf8').toString('latin1');
  const escaped = percentDecoded(path).replaceAll(
    /[^A-Za-z0-9\-_.~$&+,/:;=@]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  if (path === escaped) return true;
  return path.split('/').every((part) => /^[^{}]*(?:\{[^{}]*\}[^{}]*)*$/.test(percentDecoded(part)));
}

function percentDecoded(bytes: string): string {
  return bytes.replaceAll(/%([0-9a-fA-F]{2})/g, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function isSemver(text: string): boolean {
  const number = '(?:0|[1-9][0-9]*)';
  const before = '(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)';
  const core = `${number}\\.${number}\\.${number}`;
  return new RegExp(`^${core}(?:-${before}(?:\\.${before})*)?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`).test(text);
}
