/** Sprig's functions that encode and decode bytes, and its checksums. */
import { adler32, encodeBase32 } from '../../functions/encoding.ts';
import { sha256Hex } from '../../functions/sha256.ts';
import { base32ErrorAt, base64ErrorAt, decodeBase32Bytes } from './base-n.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { GoFunction } from '../value.ts';

export const functions: FunctionGroup = {
  b64enc: fn(['string'], (host, text) => {
    host.charge(text.length * 1.4);
    return bytesOf(text).toString('base64');
  }),
  /** As in Sprig, a text that is not base64 gives the text of the error. */
  b64dec: fn(['string'], (_host, text) => {
    const errorAt = base64ErrorAt(text);
    return errorAt === undefined
      ? Buffer.from(text, 'base64').toString('latin1')
      : `illegal base64 data at input byte ${errorAt}`;
  }),
  b32enc: fn(['string'], (host, text) => {
    host.charge(text.length * 1.6);
    return encodeBase32(bytesOf(text));
  }),
  b32dec: fn(['string'], (_host, text) => {
    const encoded = text.replace(/[\r\n]+/g, '');
    const errorAt = base32ErrorAt(encoded);
    return errorAt === undefined ? decodeBase32Bytes(encoded) : `illegal base32 data at input byte ${errorAt}`;
  }),
  sha1sum: sum('sha1'),
  sha256sum: fn(['string'], (_host, text) => sha256Hex(bytesOf(text))),
  sha512sum: sum('sha512'),
  adler32sum: fn(['string'], (_host, text) => String(adler32(bytesOf(text)))),
};

function sum(algorithm: string): GoFunction {
  return fn(['string'], (_host, text) => process.getBuiltinModule('node:crypto').hash(algorithm, bytesOf(text)));
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
