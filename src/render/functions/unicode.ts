/** Which characters Go prints. Go 1.27, which Helm 4.3 is built with, knows those of Unicode 17, as Node 26 does. */

// Unicode's tables take time even to be named in an expression, so they are made when they are first needed.
let printable: RegExp | undefined;

/** Does the character print: a letter, mark, number, sign or the plain blank? As Go's `strconv.IsPrint`. */
export function isPrint(rune: number): boolean {
  if (rune < 0x7f) return rune >= 0x20;
  printable ??= /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
  return printable.test(String.fromCodePoint(rune));
}
