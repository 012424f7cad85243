/** Helpers for files of charts, from folders and archives. */

/** Bytes without a byte order mark at their start. */
export function withoutBom(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}

/** Does a file name hold line breaks, control characters, or invisible characters that make it look like another name? */
export function isDeceptive(name: string): boolean {
  // Nearly all names are plain, and Unicode's tables take time to load.
  return !/^[ -~]*$/.test(name) && /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(name);
}
