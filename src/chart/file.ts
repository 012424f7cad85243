/** What holds for files of charts wherever they were read. */

/** Bytes without a byte order mark at their start. */
export function withoutBom(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}

/** Does a name hold what would break a line, or make a terminal or a reader see another name? */
export function isDeceptive(name: string): boolean {
  // Nearly all names are plain, and Unicode's tables take time to load.
  return !/^[ -~]*$/.test(name) && /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name);
}
