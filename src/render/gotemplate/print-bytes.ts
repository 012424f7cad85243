/** Lists of bytes as Go prints them. A chart that prints its context prints all its files so. */

/** How each byte begins: its digits, and the blank before the next. */
const DIGITS: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, byte) => [
  ...Buffer.from(`${byte} `, 'latin1'),
]);

/** The decimals of the bytes of a string, one blank between two. */
export function printBytes(bytes: string): string {
  const digits = Buffer.allocUnsafe(bytes.length * 4);
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    for (const digit of DIGITS[bytes.charCodeAt(at)] as readonly number[]) digits[end++] = digit;
  }
  return digits.toString('latin1', 0, Math.max(end - 1, 0));
}
