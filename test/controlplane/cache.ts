/**
 * The folder for files that outlive a run of the control plane: `$XDG_CACHE_HOME/kubepkg-test`
 * (`~/.cache/kubepkg-test`), so that every clone on a machine uses the same programs and `npm ci` does not throw them
 * away.
 */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The cache folder; it need not exist. Relative values of `XDG_CACHE_HOME` do not count, as its specification says. */
export function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'kubepkg-test');
}
