/** Increases versions. */
import increase from 'semver/functions/inc.js';
import type { ReleaseType } from 'semver';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { parseVersion } from './version.ts';

/**
 * The version that follows another one: after 1.2.3 comes the patch 1.2.4, after 1.2.3-rc.1 the patch 1.2.3.
 *
 * @param part `major`, `minor` or `patch`
 * @throws {PkgError} `PKG_USAGE` for numbers beyond 2^53, which the package semver cannot increase
 */
export function nextVersion(version: string, part: string): string {
  const { major = 0n, minor = 0n, patch = 0n, prerelease = '' } = parseVersion(version) ?? {};
  const whole = `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}`;
  const next = increase(whole, part as ReleaseType);
  if (next !== null) return next;
  throw new PkgError('PKG_USAGE', `no version follows ${printable(version, 60)}`, {
    hints: ['give the version with --version'],
  });
}
