/** Random values. What a call gave once is kept with the release, so that an upgrade does not change it. */
import { randomUUID } from 'node:crypto';
import {
  ALPHABETS,
  checkRandomLength,
  randomBase64,
  randomInteger,
  randomText,
  shuffleText,
} from '../../functions/random.ts';
import { checkLength } from '../../functions/limits.ts';
import { count, helper, size, text } from './parameters.ts';
import type { Helper, HelperContext } from './types.ts';

export const randoms: Record<string, Helper> = {
  randAlphaNum: random(ALPHABETS.alphanumeric),
  randAlpha: random(ALPHABETS.letters),
  randNumeric: random(ALPHABETS.digits),
  randAscii: random(ALPHABETS.ascii),
  randBytes: helper([size('length')], ([length], context) =>
    context.remember('randBytes', [length], () => randomBase64(length)),
  ),
  randInt: helper([count('start'), count('end')], ([start, end], context) =>
    Number(context.remember('randInt', [start, end], () => String(randomInteger(start, end)))),
  ),
  shuffle: helper([text('text')], ([text], context) => {
    checkLength(text.length);
    return context.remember('shuffle', [text], () => shuffleText(text));
  }),
  uuidv4: helper([], (_none, context) => context.remember('uuidv4', [], () => randomUUID())),
};

function random(alphabet: string): Helper {
  return helper([size('length')], ([length], context) => {
    checkRandomLength(length);
    return context.remember(context.helper, [length], () => randomText(length, alphabet));
  });
}

/** What a call gave first, as data. */
export function rememberMap(
  context: HelperContext,
  args: Parameters<HelperContext['remember']>[1],
  make: () => Readonly<Record<string, string>>,
): Map<string, string> {
  const kept = context.remember(context.helper, args, () => JSON.stringify(make()));
  return new Map(Object.entries(JSON.parse(kept) as Record<string, string>));
}
