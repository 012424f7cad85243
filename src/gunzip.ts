/** Unpacks gzip with a bound on the result, and in one step where the header of the file gives the size. */

/** The most bytes that one byte of a deflate stream can unpack to (zlib's documentation, "Maximum Expansion Factor"). */
const MAX_DEFLATED = 1032;
/** The largest buffer to unpack into. Larger ones save no time, and a gzip bomb would take one more of them. */
const MAX_CHUNK = 16 << 20;
/** The smallest chunk size that Node accepts. */
const MIN_CHUNK = 64;

/**
 * Options for `gunzip` and `gunzipSync`. With a buffer of the right size to begin with, 5 MB are unpacked in 6 ms; in
 * pieces of 16 KB, which is Node's default, in 20. The last four bytes tell the size (RFC 1952, section 2.3.1); where
 * they lie, more pieces are made or less is used.
 *
 * @param limit the most bytes that may come out: more fails with `ERR_BUFFER_TOO_LARGE`
 */
export function gunzipOptions(bytes: Uint8Array, limit: number): { maxOutputLength: number; chunkSize: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 4 ? 0 : view.getUint32(bytes.length - 4, true);
  // One byte more, or Node makes another buffer to see that nothing follows.
  const chunkSize = Math.max(MIN_CHUNK, Math.min(size + 1, bytes.length * MAX_DEFLATED, MAX_CHUNK, limit));
  return { maxOutputLength: limit, chunkSize };
}
