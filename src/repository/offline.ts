/** The error for `--offline` where something is not cached. */
import { PkgError } from '../errors.ts';

/** The error where `--offline` is given and something would have to be fetched. */
export function notCached(what: string): PkgError {
  return new PkgError('PKG_OFFLINE', `${what} is not in the cache, and --offline forbids downloads`, {
    hints: ['run the command once without --offline'],
  });
}
