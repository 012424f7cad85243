/**
 * SHA-256 (FIPS 180-4) without loading `node:crypto` for short texts. Half of the public charts put the hash of a file into
 * an annotation.
 *
 * It is written here, since @noble/hashes took 2 ms longer for 1 KB (Node 26.10, 2026-11-29): its rotations are calls,
 * 384 for each 64 bytes, which V8 interprets, and compiles in the background when the hash is nearly done.
 */

/** Up to so many bytes a hash in JavaScript takes less time than loading `node:crypto` (5 ms). */
const MAX_SHORT = 16_384;

/** The SHA-256 of bytes, in hexadecimal. */
export function sha256Hex(bytes: Buffer): string {
  if (bytes.length > MAX_SHORT) return process.getBuiltinModule('node:crypto').hash('sha256', bytes);
  // The bytes, a one bit, zeros, and the number of bits in the last eight bytes: whole blocks of 64 bytes.
  const size = (((bytes.length + 8) >> 6) + 1) << 6;
  const blocks = new DataView(new ArrayBuffer(size));
  Buffer.from(blocks.buffer).set(bytes);
  blocks.setUint8(bytes.length, 0x80);
  blocks.setUint32(size - 4, bytes.length * 8);
  const state = Int32Array.from(INITIAL);
  for (let at = 0; at < size; at += 64) addBlock(state, blocks, at);
  const hash = Buffer.alloc(32);
  state.forEach((word, index) => hash.writeInt32BE(word, 4 * index));
  return hash.toString('hex');
}

const INITIAL: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

const ROUND_CONSTANTS = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** The words of a block and those that are made of them; the same memory for each block. */
const schedule = new Int32Array(64);

/** Adds the block of 64 bytes at an offset to the state of the hash. The names of the variables are those of the standard. */
function addBlock(state: Int32Array, blocks: DataView, at: number): void {
  const w = schedule;
  for (let t = 0; t < 16; t++) w[t] = blocks.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] as number;
    const y = w[t - 2] as number;
    const sigma0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const sigma1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = ((w[t - 16] as number) + sigma0 + (w[t - 7] as number) + sigma1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const choice = (e & f) ^ (~e & g);
    const t1 = h + sum1 + choice + (ROUND_CONSTANTS[t] as number) + (w[t] as number);
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + sum0 + majority) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = (state[index] as number) + word;
  });
}
