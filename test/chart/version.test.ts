import fc from 'fast-check';
import * as semver from 'semver';
import { describe, expect, test } from 'vitest';
import { nextVersion } from '../../src/chart/next-version.ts';
import { compareVersions, parseVersion } from '../../src/chart/version.ts';
import type { Version } from '../../src/chart/version.ts';
import { helmCompares } from '../support/semver-oracle.ts';

function parsed(text: string): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is not a version`);
  return version;
}

const number = fc.oneof(fc.nat(3), fc.nat(), fc.maxSafeNat());
const identifier = fc.oneof(
  fc.nat(20).map(String),
  fc.stringMatching(/^[0-9A-Za-z-]{0,4}[A-Za-z-][0-9A-Za-z-]{0,4}$/),
  fc.constantFrom('alpha', 'beta', 'rc'),
);
const version = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
  .map(([a, b, c, parts]) => `${a}.${b}.${c}${parts.length === 0 ? '' : `-${parts.join('.')}`}`);

describe('versions', () => {
  test('are in the order of the package semver, with numbers that it can hold', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(parsed(a), parsed(b)))).toBe(semver.compare(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  // Why `semver` does not order versions here: see docs/decisions/versions-and-archives.md.
  const beyond: [string, string][] = [
    ['1.0.0-20260131123456789', '1.0.0-20260131123456788'],
    ['20260131123456789.0.0', '20260131123456788.0.0'],
    ['18446744073709551615.0.0', '18446744073709551614.0.0'],
  ];
  test('are in the order of helm, with numbers that semver cannot hold', () => {
    expect(helmCompares(beyond.map(([a, b]) => [a, `>${b}`]))).toEqual(beyond.map(() => true));
    for (const [a, b] of beyond) expect(compareVersions(parsed(a), parsed(b))).toBe(1);
    const bySemver = beyond.map(([a, b]) => {
      const [left, right] = [semver.parse(a), semver.parse(b)];
      return left === null || right === null ? 'refused' : semver.compare(left, right);
    });
    expect(bySemver).toEqual([0, 'refused', 'refused']);
  });

  test('the next version', () => {
    const next = (text: string, part: string): string => nextVersion(text, part);
    expect(next('1.2.3', 'patch')).toBe('1.2.4');
    expect(next('v1.2', 'minor')).toBe('1.3.0');
    expect(next('1.2.3-rc.1', 'patch')).toBe('1.2.3');
    expect(next('1.3.0-rc.1', 'minor')).toBe('1.3.0');
    expect(next('1.3.1+build.5', 'major')).toBe('2.0.0');
    expect(() => next('20260131123456789.0.0', 'patch')).toThrow('no version follows');
  });
});
