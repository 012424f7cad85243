/** Standard input as text. */
import { PkgError } from '../../errors.ts';
import { MAX_USER_FILE } from '../../read-file.ts';
import { decodeFile } from '../../utf8.ts';

/**
 * Reads standard input to its end. Bytes that are not UTF-8 are decoded without loss.
 *
 * @throws {PkgError} `PKG_FILE_UNREADABLE` past the size limit of a user's file, because `< /dev/zero` never ends
 */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size <= MAX_USER_FILE) continue;
    throw new PkgError('PKG_FILE_UNREADABLE', `standard input is larger than ${MAX_USER_FILE >> 20} MiB`);
  }
  return decodeFile(Buffer.concat(chunks));
}
