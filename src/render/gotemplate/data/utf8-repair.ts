/** Replaces bytes that are not UTF-8, as Go's encoding/json does. */
import { isUtf8 } from 'node:buffer';
import { RUNE_ERROR, decodeRune } from '../../../utf8.ts';

const NOT_ASCII = /[^\x00-\x7f]/;

/** Whether bytes are UTF-8. */
export function isValid(bytes: string): boolean {
  return !NOT_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, 'latin1'));
}

/** Replaces each byte that is not part of a character. */
export function replaceInvalid(bytes: string, replacement: string): string {
  if (isValid(bytes)) return bytes;
  let out = '';
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const { rune, size } = decodeRune(bytes, at);
    if (rune === RUNE_ERROR && size === 1) {
      out += bytes.slice(from, at) + replacement;
      from = at + 1;
    }
    at += size;
  }
  return out + bytes.slice(from);
}
