/** Checksums of a text's UTF-8 bytes. */
import { hash } from 'node:crypto';
import { adler32 } from '../../functions/encoding.ts';
import { bytesOf } from '../../../utf8.ts';
import { helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const hashes: Record<string, Helper> = {
  sha1sum: helper([text('text')], ([text]) => hash('sha1', bytesOf(text))),
  sha256sum: helper([text('text')], ([text]) => hash('sha256', bytesOf(text))),
  sha512sum: helper([text('text')], ([text]) => hash('sha512', bytesOf(text))),
  adler32sum: helper([text('text')], ([text]) => String(adler32(bytesOf(text)))),
};
