/** Random bytes without loading `node:crypto`. */
import { openSync, readSync } from 'node:fs';

let source: number | undefined;

/**
 * So many random bytes from the secure source of the operating system. Except on Windows it is read as a file, since
 * loading `node:crypto` takes 5 ms: docs/decisions/caches.md.
 */
export function secureBytes(count: number): Buffer {
  if (process.platform === 'win32') return process.getBuiltinModule('node:crypto').randomBytes(count);
  source ??= openSync('/dev/urandom', 'r');
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count;) at += readSync(source, bytes, at, count - at, null);
  return bytes;
}
