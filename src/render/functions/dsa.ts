/** Private keys for DSA in the form of OpenSSL's own, which Node reads but does not write. */
import { generateKeyPairSync } from 'node:crypto';
import { decode, fieldsOf, integer, sequence } from './der.ts';
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
  const [publicAlgorithm, publicBits] = fieldsOf(publicKey);
  const [, , privateBytes] = fieldsOf(privateKey);
  const [, numbers] = decode(publicAlgorithm?.contents ?? nothing);
  const [y] = decode(publicBits?.contents.subarray(1) ?? nothing);
  const [x] = decode(privateBytes?.contents ?? nothing);
  const version = integer(Buffer.from([0]));
  return encodePem(
    'DSA PRIVATE KEY',
    sequence(version, numbers?.contents ?? nothing, y?.whole ?? nothing, x?.whole ?? nothing),
  );
}

const nothing = Buffer.alloc(0);
