import { openSync, readSync } from 'node:fs';

let source: number | undefined;

/**
 * Bytes from the system's secure source. Where there is a file for it (everywhere but on Windows) it is read directly:
 * loading `node:crypto` takes longer than the templates of most charts.
 */
export function secureBytes(count: number): Buffer {
  if (process.platform === 'win32') return process.getBuiltinModule('node:crypto').randomBytes(count);
  source ??= openSync('/dev/urandom', 'r');
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count;) at += readSync(source, bytes, at, count - at, null);
  return bytes;
}
