/** Sprig's functions on letters: capitals, words, and the order of characters. */
import { lowerCase, upperCase } from '../../functions/letters.ts';
import { shuffleText } from '../../functions/random.ts';
import { camelCase, lowerWords, swapCase, titleWords, untitleWords } from '../../functions/words.ts';
import { decodeLossless, decodeRunes, encodeLossless } from '../../functions/utf8.ts';
import { encodeText } from '../value.ts';
import { fn } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { GoFunction } from '../value.ts';

/** What is done to characters, done to bytes; those that are no UTF-8 become U+FFFD. */
function onCharacters(change: (text: string) => string): GoFunction {
  return fn(['string'], (_host, text) => encodeText(change(decodeRunes(text))));
}

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
