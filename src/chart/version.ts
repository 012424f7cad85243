/**
 * Versions as Helm reads them (Masterminds/semver 3, `NewVersion`): SemVer 2, but a leading `v`, missing minor and
 * patch numbers, and leading zeros in the numbers are taken too.
 */

/** A version, taken apart. Numbers are bigints: Helm counts to 2^64. */
export type Version = { major: bigint; minor: bigint; patch: bigint; prerelease: string; metadata: string };

const VERSION =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

const MAX_UINT64 = 2n ** 64n - 1n;

/** Longer texts are not versions. */
export const MAX_VERSION_LENGTH = 256;

/** Parses a version; undefined for any other text. Build metadata does not count in comparisons. */
export function parseVersion(text: string): Version | undefined {
  const match = text.length > MAX_VERSION_LENGTH ? null : VERSION.exec(text);
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  const version = { major: BigInt(major), minor: BigInt(minor), patch: BigInt(patch), prerelease, metadata };
  if (version.major > MAX_UINT64 || version.minor > MAX_UINT64 || version.patch > MAX_UINT64) return undefined;
  if (prerelease === '') return version;
  return prerelease.split('.').some((part) => /^0[0-9]+$/.test(part)) ? undefined : version;
}

/** Is this a version for Helm? */
export function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

/** Negative when `a` comes before `b`, positive when after, 0 when neither does. */
export function compareVersions(a: Version, b: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (a[part] !== b[part]) return a[part] < b[part] ? -1 : 1;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === '') return 1;
  if (b.prerelease === '') return -1;
  return comparePrereleases(a.prerelease, b.prerelease);
}

/** As {@link compareVersions}, for texts; 0 where one of them is not a version. */
export function compareVersionTexts(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return left === undefined || right === undefined ? 0 : compareVersions(left, right);
}

/** Orders two pre-release texts by SemVer's rules, part by part. */
export function comparePrereleases(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = comparePart(left[i] ?? '', right[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === undefined && y === undefined) return a < b ? -1 : 1;
  if (x === undefined) return 1;
  if (y === undefined) return -1;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The number of a part that has only digits; undefined for any other, and beyond 2^64, where Helm takes it for text. */
function numberOf(part: string): bigint | undefined {
  if (!/^[0-9]+$/.test(part)) return undefined;
  const number = BigInt(part);
  return number > MAX_UINT64 ? undefined : number;
}
