/** Sprig's functions on letters: upper, lower and title case, words, and `shuffle`. */
import { lowerCase, upperCase } from '../../functions/letters.ts';
import { shuffleText } from '../../functions/random.ts';
import { camelCase, lowerWords, swapCase, titleWords, untitleWords } from '../../functions/words.ts';
import { decodeLossless, decodeRunes, encodeLossless } from '../../../utf8.ts';
import { encodeText } from '../value.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { GoFunction } from '../value.ts';

/** A function on characters. Bytes that are not UTF-8 become U+FFFD, as in Go. */
function onCharacters(change: (text: string) => string): GoFunction {
  return fn(['string'], (_host, text) => encodeText(change(decodeRunes(text))));
}

/** `kebabcase` and `snakecase`. */
function joinedBy(connector: '-' | '_'): GoFunction {
  return fn(['string'], (_host, text) => encodeLossless(lowerWords(decodeLossless(text), connector)));
}

export const functions: FunctionGroup = {
  camelcase: onCharacters(camelCase),
  kebabcase: joinedBy('-'),
  lower: onCharacters(lowerCase),
  shuffle: onCharacters(shuffleText),
  snakecase: joinedBy('_'),
  swapcase: onCharacters(swapCase),
  title: onCharacters(titleWords),
  untitle: onCharacters(untitleWords),
  upper: onCharacters(upperCase),
};
