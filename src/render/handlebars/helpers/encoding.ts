/** Base64 and base32 of a text's UTF-8 bytes. */
import { describe } from './describe.ts';
import { checkLength } from './limits.ts';
import { helper, text } from './parameters.ts';
import type { Helper, HelperContext } from './types.ts';

export const encodings: Record<string, Helper> = {
  b64enc: helper([text('text')], ([text], context) => {
    checkLength(text.length * 1.34, context);
    return Buffer.from(text).toString('base64');
  }),
  b64dec: helper([text('base64')], ([given], context) => {
    const encoded = given.replace(/[\r\n]+/g, '');
    if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
      return context.fail(`b64dec takes base64, not ${describe(given)}`);
    }
    return decodeText(Buffer.from(encoded, 'base64'), context);
  }),
  b32enc: helper([text('text')], ([text], context) => {
    checkLength(text.length * 1.6, context);
    return encodeBase32(Buffer.from(text));
  }),
  b32dec: helper([text('base32')], ([given], context) => {
    const encoded = given.replace(/[\r\n]+/g, '');
    if (encoded.length % 8 !== 0 || !/^[A-Z2-7]*(={0}|={1}|={3}|={4}|={6})$/.test(encoded)) {
      return context.fail(`b32dec takes base32, not ${describe(given)}`);
    }
    return decodeText(decodeBase32(encoded.replace(/=+$/, '')), context);
  }),
};

/** The text of UTF-8 bytes; fails for bytes that are none: a value cannot hold them. */
function decodeText(bytes: Uint8Array, context: HelperContext): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return context.fail(`${context.helper} finds bytes that are not UTF-8 text`, [
      'Leave binary data in base64 and put it into binaryData or data as it is',
    ]);
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, section 6. */
function encodeBase32(bytes: Uint8Array): string {
  let encoded = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      encoded += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) encoded += BASE32[(held << (5 - bits)) & 31];
  return encoded.padEnd(Math.ceil(encoded.length / 8) * 8, '=');
}

function decodeBase32(encoded: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((encoded.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const character of encoded) {
    held = (held << 5) | BASE32.indexOf(character);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}
