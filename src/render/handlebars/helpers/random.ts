import { randomBytes, randomUUID } from 'node:crypto';
import { checkLength } from './limits.ts';
import { count, helper } from './parameters.ts';
import type { Helper } from './types.ts';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ASCII: string = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** Random text. It is made once and kept with the release, so that an upgrade does not change it. */
export const random: Record<string, Helper> = {
  randAlphaNum: randomText(LETTERS + DIGITS),
  randAlpha: randomText(LETTERS),
  randNumeric: randomText(DIGITS),
  randAscii: randomText(ASCII),
  uuidv4: helper([], (_, context) => context.remember('uuidv4', [], () => randomUUID())),
};

function randomText(alphabet: string): Helper {
  return helper([count('count')], ([length], context) => {
    checkLength(length, context);
    return context.remember(context.helper, [length], () => draw(alphabet, length));
  });
}

/** Draws without bias: a byte beyond the last whole multiple of the alphabet is thrown away. */
function draw(alphabet: string, length: number): string {
  const bound = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(2 * (length - text.length) + 16)) {
      if (byte < bound && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
