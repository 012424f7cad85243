/** Versions, as Helm reads them. */
import { satisfies } from '../../../chart/constraint.ts';
import { parseVersion } from '../../../chart/version.ts';
import type { Version } from '../../../chart/version.ts';
import { PkgError } from '../../../errors.ts';
import { FunctionFailure, shown } from '../../functions/failure.ts';
import { helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const versions: Record<string, Helper> = {
  semver: helper([text('version')], ([version]) => {
    const { major, minor, patch, prerelease, metadata } = readVersion(version);
    return new Map<string, string | number | bigint>([
      ['Major', plain(major)],
      ['Minor', plain(minor)],
      ['Patch', plain(patch)],
      ['Prerelease', prerelease],
      ['Metadata', metadata],
      ['Original', version],
    ]);
  }),
  semverCompare: helper([text('constraint'), text('version')], ([constraint, version]) => {
    readVersion(version, ['Write it as (semverCompare ">=1.2" version)']);
    try {
      return satisfies(version, constraint);
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      throw new FunctionFailure(`cannot compare: ${error.message}`, error.hints);
    }
  }),
};

function readVersion(text: string, hints: readonly string[] = []): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new FunctionFailure(`takes a version such as "1.2.3", not ${shown(text)}`, hints);
  return version;
}

/** A bigint only beyond 2^53. */
function plain(number: bigint): number | bigint {
  const near = Number(number);
  return Number.isSafeInteger(near) ? near : number;
}
