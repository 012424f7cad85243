/** Checks that files of YAML are UTF-8. */
import { PkgError } from '../errors.ts';
import { positionAt } from './read.ts';

/**
 * Refuses the text of a file that is not UTF-8, as go-yaml does. UTF-16, which go-yaml reads, is refused too: Helm ends
 * each line of values with one byte, and so reads it only if it is big-endian.
 *
 * @param text what `decodeFile` made of the file: bytes that are not UTF-8 are lone surrogates
 * @throws {PkgError} `PKG_YAML_SYNTAX` with the position of the first such byte
 */
export function requireUtf8(text: string, file: string): void {
  if (text.isWellFormed()) return;
  const isUtf16 = /^(?:\udcff\udcfe|\udcfe\udcff)/.test(text);
  throw new PkgError('PKG_YAML_SYNTAX', `this is not YAML: the file is ${isUtf16 ? 'UTF-16' : 'not UTF-8'}`, {
    at: positionAt(text, text.search(/\p{Surrogate}/u), file),
    hints: [
      isUtf16
        ? 'save it as UTF-8; in Windows PowerShell write it with | Out-File -Encoding utf8, since > writes UTF-16'
        : 'save it as UTF-8',
    ],
  });
}
