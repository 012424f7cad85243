/** Checks that a chart is signed, as flags ask for it. */
import { printable } from '../../errors-text.ts';
import type { Verification } from '../../repository/provenance.ts';

export { verifyFile, verifyFound } from '../../repository/verify-archive.ts';

/** What `helm verify` prints. */
export function verificationText({ signedBy, fingerprint, hash }: Verification): string {
  const by = signedBy.map((name) => `Signed by: ${printable(name, 200)}\n`).join('');
  return `${by}Using Key With Fingerprint: ${fingerprint}\nChart Hash Verified: ${hash}\n`;
}
