/** Random values. The result of a call is stored beside the release record, so that upgrades keep it. */
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
    context.remember('randBytes', [length], () => randomBase64(length), base64Of(length)),
  ),
  randInt: helper([count('start'), count('end')], ([start, end], context) =>
    Number(context.remember('randInt', [start, end], () => String(randomInteger(start, end)))),
  ),
  shuffle: helper([text('text')], ([text], context) => {
    checkLength(text.length);
    return context.remember('shuffle', [text], () => shuffleText(text));
  }),
  uuidv4: helper([], (_none, context) => context.remember('uuidv4', [], () => randomUUID(), UUID)),
};

function random(alphabet: string): Helper {
  return helper([size('length')], ([length], context) => {
    checkRandomLength(length);
    return context.remember(context.helper, [length], () => randomText(length, alphabet), textOf(length, alphabet));
  });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function textOf(length: number, alphabet: string): RegExp {
  return new RegExp(`^[${alphabet.replaceAll(/[\\\]^-]/g, '\\$&')}]{${length}}$`);
}

function base64Of(bytes: number): RegExp {
  const padding = (3 - (bytes % 3)) % 3;
  return new RegExp(`^[A-Za-z0-9+/]{${Math.ceil(bytes / 3) * 4 - padding}}={${padding}}$`);
}

/** The map that a call gave first; it is stored as JSON. */
export function rememberMap(
  context: HelperContext,
  args: Parameters<HelperContext['remember']>[1],
  make: () => Readonly<Record<string, string>>,
): Map<string, string> {
  const stored = context.remember(context.helper, args, () => JSON.stringify(make()));
  return new Map(Object.entries(JSON.parse(stored) as Record<string, string>));
}
