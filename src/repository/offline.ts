/** What a run ends with that may fetch nothing. */
import { PkgError } from '../errors.ts';

/** The error for what `--offline` would have to fetch. */
export function notCached(what: string): PkgError {
  return new PkgError('PKG_OFFLINE', `${what} is not in the cache, and --offline fetches nothing`, {
    hints: ['give the command once without --offline'],
  });
}
