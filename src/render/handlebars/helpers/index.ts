/**
 * The helpers of native templates, by the names and with the argument order that Sprig and Helm give them;
 * docs/helpers.md lists them. Modules that few charts need are loaded only for these.
 */
import { PkgError } from '../../../errors.ts';
import { dataTexts } from './data.ts';
import { encodings } from './encoding.ts';
import { formats } from './format.ts';
import { kinds } from './kinds.ts';
import { lists } from './lists.ts';
import { logic } from './logic.ts';
import { collections } from './collections.ts';
import { maps } from './maps.ts';
import { numbers } from './numbers.ts';
import { texts } from './text.ts';
import type { Helper } from './types.ts';

type Helpers = Readonly<Record<string, Helper>>;

const COMMON: readonly Helpers[] = [
  logic,
  texts,
  lists,
  collections,
  maps,
  numbers,
  kinds,
  encodings,
  dataTexts,
  formats,
];

const RANDOM_TEXTS = [
  'randAlphaNum',
  'randAlpha',
  'randNumeric',
  'randAscii',
  'randBytes',
  'randInt',
  'shuffle',
  'uuidv4',
];
const CERTIFICATES = [
  'genCA',
  'genCAWithKey',
  'genSelfSignedCert',
  'genSelfSignedCertWithKey',
  'genSignedCert',
  'genSignedCertWithKey',
];
/** Helpers whose values are stored with the release. */
const RANDOM: ReadonlySet<string> = new Set([
  ...RANDOM_TEXTS,
  ...CERTIFICATES,
  ...['bcrypt', 'htpasswd', 'genPrivateKey', 'encryptAES'],
]);

/** Modules that are loaded on demand, and the helpers in each. */
const GROUPS: readonly { names: readonly string[]; load: () => Promise<Helpers> }[] = [
  {
    names: [
      'title',
      'untitle',
      'initials',
      'swapcase',
      'snakecase',
      'kebabcase',
      'camelcase',
      'wrap',
      'wrapWith',
      'abbrev',
      'abbrevboth',
    ],
    load: async () => (await import('./words.ts')).words,
  },
  { names: ['add1f', 'addf', 'subf', 'mulf', 'divf'], load: async () => (await import('./decimals.ts')).decimals },
  { names: ['base', 'dir', 'ext', 'clean', 'isAbs'], load: async () => (await import('./paths.ts')).paths },
  {
    names: ['sha1sum', 'sha256sum', 'sha512sum', 'adler32sum'],
    load: async () => (await import('./hashes.ts')).hashes,
  },
  {
    names: [
      'regexMatch',
      'regexFind',
      'regexFindAll',
      'regexReplaceAll',
      'regexReplaceAllLiteral',
      'regexSplit',
      'regexQuoteMeta',
    ],
    load: async () => (await import('./regex.ts')).regexes,
  },
  { names: ['urlParse', 'urlJoin'], load: async () => (await import('./urls.ts')).urls },
  {
    names: [
      'now',
      'date',
      'dateInZone',
      'htmlDate',
      'htmlDateInZone',
      'dateModify',
      'ago',
      'duration',
      'durationRound',
      'unixEpoch',
      'toDate',
    ],
    load: async () => (await import('./dates.ts')).dates,
  },
  {
    names: RANDOM_TEXTS,
    load: async () => (await import('./random.ts')).randoms,
  },
  {
    names: ['bcrypt', 'htpasswd', 'derivePassword', 'genPrivateKey', 'encryptAES', 'decryptAES'],
    load: async () => (await import('./crypto.ts')).cryptos,
  },
  {
    names: ['buildCustomCert', ...CERTIFICATES],
    load: async () => (await import('./certificates.ts')).certificates,
  },
  { names: ['semver', 'semverCompare'], load: async () => (await import('./semver.ts')).versions },
  { names: ['lookup'], load: async () => (await import('./cluster.ts')).clusterHelpers },
];

const loaded: Map<string, Helper> = new Map();
for (const helpers of COMMON) addAll(helpers);

/** Loads the modules of these helpers; names that are not helpers are ignored. */
export async function loadHelpers(names: Iterable<string>): Promise<void> {
  const missing = new Set(names).difference(loaded);
  const groups = GROUPS.filter((group) => group.names.some((name) => missing.has(name)));
  for (const helpers of await Promise.all(groups.map((group) => group.load()))) addAll(helpers);
}

function addAll(helpers: Helpers): void {
  for (const [name, helper] of Object.entries(helpers)) loaded.set(name, helper);
}

/**
 * The helper of this name, undefined when there is none.
 *
 * @throws {PkgError} `PKG_INTERNAL` when it exists and {@link loadHelpers} was not called for it
 */
export function findHelper(name: string): Helper | undefined {
  const helper = loaded.get(name);
  if (helper === undefined && GROUPS.some((group) => group.names.includes(name))) {
    throw new PkgError('PKG_INTERNAL', `the helper ${name} is not loaded`);
  }
  return helper;
}

/** Is this a helper whose values are stored, so that it takes a `key`? */
export function isRandom(name: string): boolean {
  return RANDOM.has(name);
}

let all: ReadonlySet<string> | undefined;

/** Is there a helper of this name, loaded or not? */
export function isHelperName(name: string): boolean {
  all ??= new Set(helperNames());
  return all.has(name);
}

/** All names of helpers, sorted. */
export function helperNames(): string[] {
  const names = [...COMMON.flatMap((helpers) => Object.keys(helpers)), ...GROUPS.flatMap((group) => group.names)];
  return names.sort();
}
