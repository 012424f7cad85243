/** Sprig's functions on versions, and the type of their results. */
import { meets, parseConstraint } from '../../../chart/constraint.ts';
import type { Constraint } from '../../../chart/constraint.ts';
import { compareVersions, MAX_VERSION_LENGTH, parseVersion } from '../../../chart/version.ts';
import type { Version } from '../../../chart/version.ts';
import { PkgError } from '../../../errors.ts';
import { wholeNumber } from '../constants.ts';
import { goInt, int } from '../int.ts';
import { quoteGo } from '../../functions/quote.ts';
import { ByteList, GoObject } from '../value.ts';
import type { GoFunction, GoValue, Methods } from '../value.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';

export const functions: FunctionGroup = {
  semver: fn(['string'], (_host, text) => new VersionObject(toVersion(text), text, true)),
  semverCompare: fn(['string', 'string'], (_host, constraint, version) => {
    const read = remembered(constraints, constraint, toConstraint);
    return meets(remembered(versions, version, toVersion), read);
  }),
};

/** Parsed constraints and versions: charts compare the same ones many times. */
const constraints: Map<string, Constraint> = new Map();
const versions: Map<string, Version> = new Map();
const MAX_KEPT = 100;

function remembered<T>(known: Map<string, T>, text: string, read: (text: string) => T): T {
  let value = known.get(text);
  if (value === undefined) {
    value = read(text);
    if (known.size >= MAX_KEPT) known.clear();
    known.set(text, value);
  }
  return value;
}

/** Parses a version. @throws {GoError} in the words of Masterminds' semver */
function toVersion(text: string): Version {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  if (text.length > MAX_VERSION_LENGTH) throw new GoError('version string is too long (max 256 bytes)');
  const [, numbers] = /^v?([0-9]+(?:\.[0-9]+){0,2})(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.exec(text) ?? [];
  if (numbers === undefined || /[-+.](?:[.+]|$)/.test(text.replaceAll(/-+/g, '-x'))) {
    throw new GoError('invalid semantic version');
  }
  const large = numbers.split('.').find((number) => wholeNumber(number) > MAX_UINT64);
  if (large === undefined) throw new GoError('version segment starts with 0');
  throw new GoError(`error parsing version segment: strconv.ParseUint: parsing "${large}": value out of range`);
}

function toConstraint(text: string): Constraint {
  try {
    return parseConstraint(text);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    throw new GoError(`improper constraint: ${quoteGo(text)}`);
  }
}

/** A `*semver.Version`, which `semver` gives; or a `semver.Version`, which methods such as `IncMajor` give. */
class VersionObject extends GoObject {
  readonly version: Version;

  constructor(version: Version, original: string, pointer: boolean) {
    const text = (): string => printVersion(version);
    super(pointer ? '*semver.Version' : 'semver.Version', {
      pointer,
      text,
      json: text,
      fields: {
        major: goInt('uint64', version.major),
        minor: goInt('uint64', version.minor),
        patch: goInt('uint64', version.patch),
        pre: version.prerelease,
        metadata: version.metadata,
        original,
      },
      methods: { ...ofAny(version, original), ...(pointer && ofPointer(version, original)) },
    });
    this.version = version;
  }
}

function printVersion({ major, minor, patch, prerelease, metadata }: Version): string {
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
}

const MAX_UINT64 = 2n ** 64n - 1n;
const IDENTIFIERS = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;

/** The methods of both types. */
function ofAny(version: Version, original: string): Methods {
  const { major, minor, patch, prerelease, metadata } = version;
  const next = (changes: Partial<Version>): GoValue => {
    const changed = { ...version, prerelease: '', metadata: '', ...changes };
    return new VersionObject(changed, (original.startsWith('v') ? 'v' : '') + printVersion(changed), false);
  };
  const increased = (part: string, value: bigint): bigint => {
    if (value === MAX_UINT64) throw new GoError(`${part} version increment would overflow uint64`);
    return value + 1n;
  };
  return {
    String: fn([], () => printVersion(version)),
    Major: fn([], () => goInt('uint64', major)),
    Minor: fn([], () => goInt('uint64', minor)),
    Patch: fn([], () => goInt('uint64', patch)),
    Prerelease: fn([], () => prerelease),
    Metadata: fn([], () => metadata),
    IncPatch: fn([], () => next(prerelease === '' ? { patch: increased('patch', patch) } : {})),
    IncMinor: fn([], () => next({ minor: increased('minor', minor), patch: 0n })),
    IncMajor: fn([], () => next({ major: increased('major', major), minor: 0n, patch: 0n })),
    SetPrerelease: fn(['string'], (_host, text) => {
      if (text !== '' && !IDENTIFIERS.test(text)) throw new GoError('invalid prerelease string');
      if (/(?:^|\.)0[0-9]+(?:\.|$)/.test(text)) throw new GoError('version segment starts with 0');
      return next({ prerelease: text, metadata });
    }),
    SetMetadata: fn(['string'], (_host, text) => {
      if (text !== '' && !IDENTIFIERS.test(text)) throw new GoError('invalid metadata string');
      return next({ prerelease, metadata: text });
    }),
    MarshalJSON: fn([], () => new ByteList(`"${printVersion(version)}"`)),
    MarshalText: fn([], () => new ByteList(printVersion(version))),
    Value: fn([], () => printVersion(version)),
  };
}

/** The methods that only the pointer has. */
function ofPointer(version: Version, original: string): Methods {
  const compare = (test: (order: number) => GoValue): GoFunction =>
    fn(['*semver.Version'], (_host, other) => {
      if (!(other instanceof VersionObject))
        throw new GoError('runtime error: invalid memory address or nil pointer dereference');
      return test(Math.sign(compareVersions(version, other.version)));
    });
  return {
    Original: fn([], () => original),
    Compare: compare((order) => int(order)),
    Equal: compare((order) => order === 0),
    LessThan: compare((order) => order < 0),
    LessThanEqual: compare((order) => order <= 0),
    GreaterThan: compare((order) => order > 0),
    GreaterThanEqual: compare((order) => order >= 0),
  };
}
