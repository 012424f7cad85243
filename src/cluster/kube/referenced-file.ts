/** Files that a kubeconfig or a flag names, and certificates in them. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { FileReadError, readUserFile } from '../../read-file.ts';

/** The first line of a certificate in PEM (RFC 7468, and OpenSSL's older labels). */
const CERTIFICATE = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
/** The hint for a certificate that is not in PEM. */
export const PEM_HINT = 'give it in PEM, with a line -----BEGIN CERTIFICATE-----';

/** Does a text hold a certificate? OpenSSL silently reads one without any as an empty list. */
export function hasCertificate(text: string): boolean {
  return CERTIFICATE.test(text);
}

/**
 * The text of a file that a kubeconfig names, or a flag; `''` for none.
 *
 * @param file the kubeconfig, `''` where it was a flag
 * @throws {PkgError} `PKG_KUBECONFIG_INVALID`
 */
export function readReferenced(path: string, file: string): string {
  if (path === '') return '';
  try {
    return readUserFile(path).toString('utf8');
  } catch (error) {
    if (!(error instanceof FileReadError)) throw error;
    throw new PkgError('PKG_KUBECONFIG_INVALID', `the file ${printable(path)} ${error.reason}`, {
      ...(file === '' ? {} : { at: { file } }),
      cause: error,
    });
  }
}
