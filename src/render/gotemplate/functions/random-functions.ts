/** Sprig's random texts, from the secure source of the operating system. */
import { ALPHABETS, randomText } from '../../functions/random.ts';
import { secureBytes } from '../../functions/secure-bytes.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { GoFunction } from '../value.ts';

export const functions: FunctionGroup = {
  randAlphaNum: text(ALPHABETS.alphanumeric),
  randAlpha: text(ALPHABETS.letters),
  randNumeric: text(ALPHABETS.digits),
  randAscii: text(ALPHABETS.ascii),
  randBytes: fn(['int'], (host, count) => {
    if (count < 0) throw new GoError('runtime error: makeslice: len out of range');
    host.charge(count * 1.4);
    return secureBytes(count).toString('base64');
  }),
  uuidv4: fn([], () => process.getBuiltinModule('node:crypto').randomUUID()),
};

function text(alphabet: string): GoFunction {
  return fn(['int'], (host, count) => {
    host.charge(count);
    return randomText(count, alphabet);
  });
}
