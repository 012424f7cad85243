/** Sprig's functions on strings. */
import type { FunctionGroup } from './index.ts';
import { fn } from './signature.ts';

export const functions: FunctionGroup = {
  /** The first (or for a negative count the last) bytes; a character may be cut in two, as in Go. */
  trunc: fn(['int', 'string'], (_host, count, text) => {
    if (count < 0 && text.length + count > 0) return text.slice(text.length + count);
    return count >= 0 && text.length > count ? text.slice(0, count) : text;
  }),
};
