/** Private DSA keys in OpenSSL's traditional format, which Sprig writes. Node reads it, but writes only PKCS #8. */
import { generateKeyPairSync } from 'node:crypto';
import { decode, fieldsOf, integer, sequence } from './der.ts';
import { charge, COSTS } from './limits.ts';
import { encodePem } from './pem.ts';

/** Makes a private key (p of 2048 bits, q of 256) in PEM. */
export function generateDsaKey(): string {
  charge(COSTS.dsa);
  const { privateKey, publicKey } = generateKeyPairSync('dsa', {
    modulusLength: 2048,
    divisorLength: 256,
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  // Both keys have the algorithm with p, q and g first, and their own number (y or x) last, in a string of bytes or bits.
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
