/** Random values from the secure source of the operating system. */
import { encodeBase64 } from './encoding.ts';
import { FunctionFailure } from './failure.ts';
import { chargeCharacters } from './limits.ts';
import { secureBytes } from './secure-bytes.ts';

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The characters of random texts. */
export const ALPHABETS: Readonly<Record<'alphanumeric' | 'letters' | 'digits' | 'ascii', string>> = {
  alphanumeric: DIGITS + LETTERS,
  letters: LETTERS,
  digits: DIGITS,
  /** All printable ASCII, the space included. */
  ascii: String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)),
};

/**
 * A longer random text is not a password, and random values are stored beside a release, in a Secret of at most 1 MB.
 */
const MAX_LENGTH = 10_000;

/** Checks the length of a random text. @throws {FunctionFailure} beyond 10,000 */
export function checkRandomLength(length: number): void {
  if (length > MAX_LENGTH) throw new FunctionFailure(`takes a length up to ${MAX_LENGTH}, not ${length}`);
}

/** A text of so many characters of an alphabet, all equally likely. */
export function randomText(length: number, alphabet: string): string {
  // Bytes beyond the largest multiple of the alphabet's length are skipped, which makes all characters equally likely.
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of secureBytes(Math.min(length - text.length, 65_536)))
      if (byte < limit) text += alphabet[byte % alphabet.length];
  }
  return text;
}

/** So many random bytes in base64. @throws {FunctionFailure} beyond 10,000 */
export function randomBase64(length: number): string {
  checkRandomLength(length);
  return encodeBase64(secureBytes(length));
}

/** A whole number from `least` on and below `end`. @throws {FunctionFailure} where there is none */
export function randomInteger(least: number, end: number): number {
  if (end <= least) throw new FunctionFailure(`takes an end above its start, not ${least} to ${end}`);
  if (end - least > MAX_RANGE) throw new FunctionFailure('takes a range of less than 2^48 numbers');
  return process.getBuiltinModule('node:crypto').randomInt(least, end);
}

const MAX_RANGE = 2 ** 48 - 1;

/** The characters of a text in a random order, all orders equally likely. */
export function shuffleText(text: string): string {
  chargeCharacters(text);
  const characters = Array.from(text);
  for (let left = characters.length; left > 1; left--) {
    const other = process.getBuiltinModule('node:crypto').randomInt(left);
    const last = left - 1;
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters.join('');
}
