/** Private keys for DSA in the form of OpenSSL's own, which Node reads but does not write. */
import { generateKeyPairSync } from 'node:crypto';
import { charge, COSTS } from './limits.ts';
import { encodePem } from './pem.ts';

/** A new key of 2048 and 256 bits, in PEM. */
export function generateDsaKey(): string {
  charge(COSTS.dsa);
  const { privateKey, publicKey } = generateKeyPairSync('dsa', {
    modulusLength: 2048,
    divisorLength: 256,
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  // Both hold the algorithm with p, q and g, and then the number of their own in a string of bytes.
  const [publicAlgorithm, publicBits] = children(element(publicKey, 0).content);
  const [, , privateBytes] = children(element(privateKey, 0).content);
  const numbers = children(children(publicAlgorithm?.content ?? Buffer.alloc(0))[1]?.content ?? Buffer.alloc(0));
  const y = element(publicBits?.content.subarray(1) ?? Buffer.alloc(0), 0);
  const x = element(privateBytes?.content ?? Buffer.alloc(0), 0);
  const version = Buffer.from([2, 1, 0]);
  const body = Buffer.concat([version, ...[...numbers, y, x].map(({ whole }) => whole)]);
  return encodePem(
    'DSA PRIVATE KEY',
    Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 255]), body]),
  );
}

type Element = { content: Buffer; whole: Buffer };

/** The element of DER that begins at a byte. */
function element(der: Buffer, at: number): Element {
  const first = der[at + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const length = count === 0 ? first : der.readUIntBE(at + 2, count);
  const start = at + 2 + count;
  return { content: der.subarray(start, start + length), whole: der.subarray(at, start + length) };
}

function children(content: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < content.length; at += found.at(-1)?.whole.length ?? content.length)
    found.push(element(content, at));
  return found;
}
