/** DER (ITU-T X.690), as far as certificates use it. */

/** The tags of ASN.1's types. Those of fields of a certificate are made by {@link ownTag}. */
export const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  nothing: 0x05,
  identifier: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printable: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** The tag of a field that has a number (context-specific): constructed, with values in it, or primitive, with bytes. */
export function ownTag(number: number, holdsValues: boolean): number {
  return (holdsValues ? 0xa0 : 0x80) | number;
}

/** Encodes a value: its tag, its length, its contents. */
export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, { length: own }) => sum + own, 0);
  const head = [tag, length];
  if (length >= 0x80) {
    const digits: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
    head.splice(1, 1, 0x80 | digits.length, ...digits);
  }
  return Buffer.concat([Buffer.from(head), ...contents]);
}

/** Encodes a sequence of values. */
export function sequence(...values: readonly Uint8Array[]): Buffer {
  return encode(TAGS.sequence, ...values);
}

/** Encodes an object identifier, such as `2.5.4.3`. */
export function identifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((number) => {
    const digits = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return encode(TAGS.identifier, Buffer.from(bytes));
}

/** Encodes a number that is not negative, given by its bytes, the most significant one first. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
  return encode(TAGS.integer, ...((short[0] ?? 0) < 0x80 ? [short] : [Buffer.from([0]), short]));
}

/** Encodes a string of bits, of which the last `unused` do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return encode(TAGS.bits, Buffer.from([unused]), bytes);
}

/** A decoded value: all its bytes, and its contents. */
export type Element = { tag: number; whole: Buffer; contents: Buffer };

/** Decodes the values that follow each other in bytes. @throws {RangeError} for bytes that are not DER */
export function decode(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    let start = at + 2;
    let length = bytes[at + 1] ?? 0;
    if (length >= 0x80) {
      const digits = length - 0x80;
      if (digits === 0 || digits > 4) throw new RangeError('a length that DER does not have');
      length = bytes.readUIntBE(start, digits);
      start += digits;
    }
    const end = start + length;
    if (end > bytes.length) throw new RangeError('a value ends behind the bytes');
    elements.push({ tag: bytes[at] ?? 0, whole: bytes.subarray(at, end), contents: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

/** Decodes the values in a value. @throws {RangeError} as {@link decode} */
export function fieldsOf(bytes: Buffer): Element[] {
  return decode(decode(bytes)[0]?.contents ?? Buffer.alloc(0));
}
