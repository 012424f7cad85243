/**
 * Version constraints in the dialect of Masterminds/semver 3, which Helm uses for `kubeVersion`, for the versions of
 * dependencies and in `semverCompare`. It differs from npm's: `,` is AND, `!=` exists, and a pre-release in one comparator
 * lets pre-releases satisfy all comparators beside it.
 *
 * Constraints are scanned by hand: Masterminds' regular expressions, run by JavaScript's engine, can take exponential time.
 */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { comparePrereleases, compareVersions, parseVersion } from './version.ts';
import type { Version } from './version.ts';

/** Compares a version. Called for a pre-release only where its AND group names one. */
type Comparison = (version: Version, comparator: Comparator) => boolean;

/** A constraint that was read: groups joined by OR, of comparators joined by AND. */
export type Constraint = readonly (readonly Comparator[])[];

/** One operator with its version. Missing numbers (`1.x`, `1`) are 0 in `version`; `open` is the first missing one. */
export type Comparator = { matches: Comparison; version: Version; open: 'major' | 'minor' | 'patch' | undefined };

const SPACE = '[\\t\\n\\f\\r ]';
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const NUMBER = '[0-9xX|*]+';
const PATTERN = `v?(?:${NUMBER})(?:\\.${NUMBER})?(?:\\.${NUMBER})?(?:-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?`;

const RANGES = new RegExp(`${SPACE}*(${PATTERN})${SPACE}+-${SPACE}+(${PATTERN})${SPACE}*`, 'g');
const [SPACES, OPERATOR, WRITTEN] = [
  new RegExp(`${SPACE}*`, 'y'),
  /!=|>=|=>|<=|=<|~>|[=><~^]?/y,
  new RegExp(PATTERN, 'y'),
];

/** Bounds on the length of a constraint and its number of groups. */
const MAX_LENGTH = 512;
const MAX_GROUPS = 32;

/**
 * Does a version satisfy a constraint, by Masterminds' rules? A text that is not a version satisfies nothing.
 *
 * @throws {PkgError} `PKG_CHART_INVALID` when the constraint cannot be read
 */
export function satisfies(version: string, constraint: string): boolean {
  return fits(version, parseConstraint(constraint));
}

/** As {@link satisfies}, for a constraint that was read before. */
export function fits(version: string, constraint: Constraint): boolean {
  const parsed = parseVersion(version);
  return parsed !== undefined && meets(parsed, constraint);
}

/** Does a version meet a constraint? */
export function meets(version: Version, constraint: Constraint): boolean {
  return constraint.some((group) => {
    if (version.prerelease !== '') {
      const namesPrerelease = group.some((comparator) => comparator.version.prerelease !== '');
      if (!namesPrerelease) return false;
    }
    return group.every((comparator) => comparator.matches(version, comparator));
  });
}

/**
 * Reads a constraint.
 *
 * @throws {PkgError} `PKG_CHART_INVALID` when it cannot be read
 */
export function parseConstraint(constraint: string): Constraint {
  if (constraint.length > MAX_LENGTH) throw invalid(constraint);
  const groups = constraint.replace(RANGES, '>= $1, <= $2 ').split('||');
  if (groups.length > MAX_GROUPS) throw invalid(constraint);
  return groups.map((group) => parseGroup(group, constraint));
}

function parseGroup(group: string, constraint: string): Comparator[] {
  let at = 0;
  const take = (expression: RegExp): string | undefined => {
    expression.lastIndex = at;
    const text = expression.exec(group)?.[0];
    at += text?.length ?? 0;
    return text;
  };
  const comparators: Comparator[] = [];
  take(SPACES);
  for (;;) {
    const matches = COMPARISONS.get(take(OPERATOR) ?? '');
    take(SPACES);
    const written = take(WRITTEN);
    const version = written === undefined ? undefined : parsePattern(written);
    if (matches === undefined || version === undefined) throw invalid(constraint);
    comparators.push({ matches, ...version });
    const isSeparated = take(SPACES) !== '';
    if (at === group.length) return comparators;
    if (group[at] === ',') {
      at++;
      take(SPACES);
    } else if (!isSeparated) {
      throw invalid(constraint);
    }
  }
}

/** `1.2.x-rc.1` is 1.2.0-rc.1 with an open patch number. */
function parsePattern(written: string): Omit<Comparator, 'matches'> | undefined {
  const [numbers = '', prerelease = ''] = splitPrerelease(written.replace(/\+.*$/, ''));
  const [major = '', minor = 'x', patch = 'x'] = numbers.replace(/^v/, '').split('.');
  const open = isOpen(major) ? 'major' : isOpen(minor) ? 'minor' : isOpen(patch) ? 'patch' : undefined;
  const closed =
    open === 'major'
      ? '0.0.0'
      : open === 'minor'
        ? `${major}.0.0`
        : open === 'patch'
          ? `${major}.${minor}.0`
          : `${major}.${minor}.${patch}`;
  const version = parseVersion(closed + prerelease);
  return version === undefined ? undefined : { version, open };
}

function splitPrerelease(text: string): [string, string] {
  const dash = text.indexOf('-');
  return dash === -1 ? [text, ''] : [text.slice(0, dash), text.slice(dash)];
}

function isOpen(number: string): boolean {
  return number === 'x' || number === 'X' || number === '*';
}

function invalid(constraint: string): PkgError {
  return new PkgError('PKG_CHART_INVALID', `'${printable(constraint, 100)}' is not a version constraint`, {
    hints: ["write a constraint such as '>=1.27.0-0 <2', '^1.2', '~1.2.3' or '1.2.x || >=3.1, !=3.2.0'"],
  });
}

// Each comparison below follows the function of the same purpose in Masterminds' constraints.go, odd cases included.

const isEqualOrTilde: Comparison = (version, comparator) =>
  comparator.open === undefined ? compareVersions(version, comparator.version) === 0 : isTilde(version, comparator);

const isNotEqual: Comparison = (version, { version: wanted, open }) => {
  if (open === undefined || open === 'major') return compareVersions(version, wanted) !== 0;
  if (version.major !== wanted.major) return true;
  if (open === 'minor') return false;
  if (version.minor !== wanted.minor) return true;
  return comparePrereleases(version.prerelease, wanted.prerelease) !== 0;
};

const isGreater: Comparison = (version, { version: wanted, open }) => {
  if (open === undefined || open === 'major') return compareVersions(version, wanted) > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  return open === 'patch' && version.minor > wanted.minor;
};

const isGreaterOrEqual: Comparison = (version, { version: wanted }) => compareVersions(version, wanted) >= 0;

const isLess: Comparison = (version, { version: wanted }) => compareVersions(version, wanted) < 0;

const isLessOrEqual: Comparison = (version, { version: wanted, open }) => {
  if (open === undefined) return compareVersions(version, wanted) <= 0;
  if (version.major !== wanted.major) return version.major < wanted.major;
  return open === 'minor' || version.minor <= wanted.minor;
};

const isTilde: Comparison = (version, { version: wanted, open }) => {
  if (compareVersions(version, wanted) < 0) return false;
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n;
  if (isZero && open !== 'minor' && open !== 'patch') return true;
  return version.major === wanted.major && (open === 'minor' || version.minor === wanted.minor);
};

const isCaret: Comparison = (version, { version: wanted, open }) => {
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.major > 0n || open === 'minor') return version.major === wanted.major;
  if (version.major > 0n) return false;
  if (wanted.minor > 0n || open === 'patch') return version.minor === wanted.minor;
  return version.minor === 0n && version.patch === wanted.patch;
};

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['', isEqualOrTilde],
  ['=', isEqualOrTilde],
  ['!=', isNotEqual],
  ['>', isGreater],
  ['<', isLess],
  ['>=', isGreaterOrEqual],
  ['=>', isGreaterOrEqual],
  ['<=', isLessOrEqual],
  ['=<', isLessOrEqual],
  ['~', isTilde],
  ['~>', isTilde],
  ['^', isCaret],
]);
