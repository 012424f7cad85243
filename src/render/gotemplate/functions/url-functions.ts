/** Sprig's functions on URLs. */
import { joinUrl, parseUrl } from '../../functions/urls.ts';
import { kindOf } from '../value.ts';
import type { GoMap } from '../value.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  urlParse: fn(['string'], (_host, url) => new Map(Object.entries(parseUrl(url)))),
  urlJoin: fn(['map'], (_host, parts) =>
    joinUrl({
      scheme: partOf(parts, 'scheme'),
      host: partOf(parts, 'host'),
      hostname: '',
      path: partOf(parts, 'path'),
      query: partOf(parts, 'query'),
      opaque: partOf(parts, 'opaque'),
      fragment: partOf(parts, 'fragment'),
      userinfo: partOf(parts, 'userinfo'),
    }),
  ),
};

/**
 * A part of a URL; empty where the map does not have it.
 * @throws {GoError} in Sprig's words for a value that is not a string
 */
function partOf(parts: GoMap, name: string): string {
  const part = parts.get(name);
  if (part === undefined) return '';
  if (part === null) throw new GoError('runtime error: invalid memory address or nil pointer dereference');
  if (typeof part === 'string') return part;
  throw new GoError(`unable to parse ${name} key, must be of type string, but ${kindOf(part)} found`);
}
