/** Cases, words and lines of text. */
import {
  abbreviate,
  abbreviateBoth,
  camelCase,
  initialsOf,
  lowerWords,
  swapCase,
  titleWords,
  untitleWords,
  wrapLines,
} from '../../functions/words.ts';
import { count, helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const words: Record<string, Helper> = {
  title: helper([text('text')], ([text]) => titleWords(text)),
  untitle: helper([text('text')], ([text]) => untitleWords(text)),
  initials: helper([text('text')], ([text]) => initialsOf(text)),
  swapcase: helper([text('text')], ([text]) => swapCase(text)),
  snakecase: helper([text('text')], ([text]) => lowerWords(text, '_')),
  kebabcase: helper([text('text')], ([text]) => lowerWords(text, '-')),
  camelcase: helper([text('text')], ([text]) => camelCase(text)),
  wrap: helper([count('width'), text('text')], ([width, text]) => wrapLines(width, text)),
  wrapWith: helper([count('width'), text('newline'), text('text')], ([width, newline, text]) =>
    wrapLines(width, text, { newline: newline || '\n', cutWords: true }),
  ),
  abbrev: helper([count('width'), text('text')], ([width, text]) => abbreviate(width, text)),
  abbrevboth: helper([count('offset'), count('width'), text('text')], ([offset, width, text]) =>
    abbreviateBoth(offset, width, text),
  ),
};
