/** Where Go's decoders of base64 and base32 (RFC 4648) find an error: `b64dec` and `b32dec` return that as text. */
import { BASE32, decodeBase32Digits } from '../../functions/encoding.ts';

const WHOLE_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The index of the byte for which Go refuses a text as base64 with padding; undefined where it takes it. */
export function base64ErrorAt(text: string): number | undefined {
  if (text.length % 4 === 0 && WHOLE_BASE64.test(text)) return undefined;
  let at = 0;
  const skipLines = (): void => {
    while (text[at] === '\n' || text[at] === '\r') at++;
  };
  while (at < text.length) {
    for (let digit = 0; digit < 4; digit++) {
      skipLines();
      if (at === text.length) {
        if (digit === 0) return undefined;
        return at - digit;
      }
      const character = text[at++] as string;
      if (/[A-Za-z0-9+/]/.test(character)) continue;
      if (character !== '=' || digit < 2) return at - 1;
      if (digit === 2) {
        skipLines();
        if (at === text.length) return at;
        if (text[at] !== '=') return at - 1;
        at++;
      }
      skipLines();
      return at < text.length ? at : undefined;
    }
  }
  return undefined;
}

/** Numbers of digits in the last group of base32 that do not fill whole bytes. */
const NO_BYTES: readonly number[] = [1, 3, 6];

/** The index of the byte for which Go refuses a text as base32 with padding; undefined where it takes it. */
export function base32ErrorAt(text: string): number | undefined {
  for (let start = 0; start < text.length; start += 8) {
    for (let digit = 0; digit < 8; digit++) {
      const at = start + digit;
      if (at >= text.length) return at - digit;
      const left = text.length - at - 1;
      if (text[at] === '=' && digit >= 2 && left < 8) {
        if (left + digit < 7) return text.length;
        for (let more = 1; more < 8 - digit; more++) {
          if (left >= more && text[at + more] !== '=') return at + more - 1;
        }
        return NO_BYTES.includes(digit) ? at : undefined;
      }
      if (!BASE32.includes(text[at] as string)) return at;
    }
  }
  return undefined;
}

/** Decodes base32 in which {@link base32ErrorAt} finds no error. What follows the padding is ignored. */
export function decodeBase32Bytes(text: string): string {
  const end = text.indexOf('=');
  return Buffer.from(decodeBase32Digits(end === -1 ? text : text.slice(0, end))).toString('latin1');
}
