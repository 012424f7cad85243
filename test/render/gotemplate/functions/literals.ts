/** Generated arguments as templates write them. */
import fc from 'fast-check';
import { quoteGo } from '../../../../src/render/functions/quote.ts';
import { encodeText } from '../../../../src/render/gotemplate/value.ts';

/** A text as a string constant of Go. */
export function literal(text: string): string {
  return quoteGo(encodeText(text), true);
}

/** Texts of characters from all over, and broken ones: as string constants. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 20 }).map(literal),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map(literal),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => quoteGo(Buffer.from(bytes).toString('latin1'), true)),
);

/** One of these as a string constant. */
export function oneOf(...texts: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...texts.map(literal));
}

/** A text made of these parts, as a string constant. */
export function madeOf(parts: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...parts), { maxLength }).map((all) => literal(all.join('')));
}

/** Calls of a function with these arguments, shown with their type. */
export function call(name: string, ...args: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...args).map((given) => shown(`(${[name, ...given].join(' ')})`));
}

/** An expression shown with its type. */
export function shown(expression: string): string {
  return `{{with $x := list ${expression}}}{{printf "%v|%T" (index $x 0) (index $x 0)}}{{end}}`;
}
