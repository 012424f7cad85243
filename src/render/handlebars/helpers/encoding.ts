/** Base64 and base32 of a text's UTF-8 bytes. Decoded bytes must be text too. */
import { decodeBase32, decodeBase64, decodeText, encodeBase32, encodeBase64 } from '../../functions/encoding.ts';
import { bytesOf } from '../../../utf8.ts';
import { helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const encodings: Record<string, Helper> = {
  b64enc: helper([text('text')], ([text]) => encodeBase64(bytesOf(text))),
  b64dec: helper([text('base64')], ([text]) => decodeText(decodeBase64(text))),
  b32enc: helper([text('text')], ([text]) => encodeBase32(bytesOf(text))),
  b32dec: helper([text('base32')], ([text]) => decodeText(decodeBase32(text))),
};
