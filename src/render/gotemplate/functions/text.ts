/** Sprig's functions on strings. */
import type { FunctionGroup } from './index.ts';
import type { FunctionHost } from './signature.ts';
import { fn, GoError } from './signature.ts';

function indent(host: FunctionHost, width: number, text: string): string {
  if (width < 0) throw new GoError('strings: negative Repeat count');
  host.charge(text.length + width * text.split('\n').length);
  const pad = ' '.repeat(width);
  return pad + text.replaceAll('\n', `\n${pad}`);
}

export const functions: FunctionGroup = {
  contains: fn(['string', 'string'], (_host, part, text) => text.includes(part)),
  hasPrefix: fn(['string', 'string'], (_host, prefix, text) => text.startsWith(prefix)),
  hasSuffix: fn(['string', 'string'], (_host, suffix, text) => text.endsWith(suffix)),
  indent: fn(['int', 'string'], indent),
  nindent: fn(['int', 'string'], (host, width, text) => `\n${indent(host, width, text)}`),
  trimPrefix: fn(['string', 'string'], (_host, prefix, text) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimSuffix: fn(['string', 'string'], (_host, suffix, text) =>
    text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text,
  ),
  /** The first (or for a negative count the last) bytes; a character may be cut in two, as in Go. */
  trunc: fn(['int', 'string'], (_host, count, text) => {
    if (count < 0 && text.length + count > 0) return text.slice(text.length + count);
    return count >= 0 && text.length > count ? text.slice(0, count) : text;
  }),
};
