/**
 * The table of Sprig's and Helm's functions. It has all names, and loads the code of a group when a template uses one
 * of its functions. Go's own functions, `include`, `tpl` and the like are in `../builtins.ts`.
 */
import type { FunctionGroup } from './signature.ts';
import type { GoFunction } from '../value.ts';

/**
 * A module with functions. A `rare` group takes long to load, and most templates that name one of its functions never call
 * it, so it is loaded when that is called: the call throws `FunctionNotLoaded`, and the render begins again. Of 547 public
 * charts 59 name regular expressions, and of 400 that were rendered 9 called them; loading RE2 takes 6 ms.
 */
type Group = { names: string; load: () => Promise<{ functions: FunctionGroup }>; rare?: true };

/** Each function is in one group, and the module of a group exports exactly its names (a test compares them). */
const GROUPS: readonly Group[] = [
  {
    names:
      'abbrev abbrevboth cat contains hasPrefix hasSuffix hello indent initials nindent nospace plural quote repeat replace squote substr trim trimAll trimPrefix trimSuffix trimall trunc wrap wrapWith',
    load: () => import('./string-functions.ts'),
  },
  { names: 'join sortAlpha split splitList splitn', load: () => import('./split-functions.ts') },
  {
    names: 'camelcase kebabcase lower shuffle snakecase swapcase title untitle upper',
    load: () => import('./case-functions.ts'),
  },
  { names: 'atoi float64 int int64 toDecimal toString toStrings', load: () => import('./conversion-functions.ts') },
  {
    names: 'add add1 add1f addf biggest ceil div divf floor max maxf min minf mod mul mulf randInt round sub subf',
    load: () => import('./math-functions.ts'),
  },
  { names: 'seq until untilStep', load: () => import('./sequence-functions.ts') },
  { names: 'all any coalesce default empty ternary', load: () => import('./default-functions.ts') },
  { names: 'deepEqual kindIs kindOf typeIs typeIsLike typeOf', load: () => import('./type-functions.ts') },
  { names: 'deepCopy mustDeepCopy', load: () => import('./copy-functions.ts') },
  {
    names:
      'append chunk compact concat first has initial last list mustAppend mustChunk mustCompact mustFirst mustHas mustInitial mustLast mustPrepend mustPush mustRest mustReverse mustSlice mustUniq mustWithout prepend push rest reverse slice tuple uniq without',
    load: () => import('./list-functions.ts'),
  },
  { names: 'fromToml mustToToml toToml', load: () => import('./toml-functions.ts') },
  {
    names: 'fromYaml fromYamlArray mustToYaml toYaml toYamlPretty',
    load: () => import('./yaml-functions.ts'),
  },
  {
    names:
      'fromJson fromJsonArray mustFromJson mustToJson mustToPrettyJson mustToRawJson toJson toPrettyJson toRawJson',
    load: () => import('./json-functions.ts'),
  },
  {
    names:
      'dict dig get hasKey keys merge mergeOverwrite mustMerge mustMergeOverwrite omit pick pluck set unset values',
    load: () => import('./dict-functions.ts'),
  },
  {
    names: 'b64enc b64dec b32enc b32dec sha1sum sha256sum sha512sum adler32sum',
    load: () => import('./encoding-functions.ts'),
  },
  {
    names: 'randAlphaNum randAlpha randNumeric randAscii randBytes uuidv4',
    load: () => import('./random-functions.ts'),
  },
  {
    names: 'base dir clean ext isAbs osBase osDir osClean osExt osIsAbs',
    load: () => import('./path-functions.ts'),
  },
  {
    names: 'getHostByName',
    load: () => import('./network-functions.ts'),
  },
  {
    names: 'bcrypt htpasswd derivePassword encryptAES decryptAES',
    load: () => import('./password-functions.ts'),
  },
  {
    names:
      'ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate htmlDateInZone ' +
      'must_date_modify mustDateModify mustToDate now toDate unixEpoch',
    load: () => import('./date-functions.ts'),
  },
  {
    names:
      'durationDays durationHours durationMicroseconds durationMilliseconds durationMinutes durationNanoseconds ' +
      'durationRoundTo durationSeconds durationTruncateTo durationWeeks mustToDuration',
    load: () => import('./duration-functions.ts'),
  },
  {
    names:
      'regexMatch regexFind regexFindAll regexReplaceAll regexReplaceAllLiteral regexSplit regexQuoteMeta ' +
      'mustRegexMatch mustRegexFind mustRegexFindAll mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit',
    load: () => import('./regex-functions.ts'),
    rare: true,
  },
  {
    names: 'urlParse urlJoin',
    load: () => import('./url-functions.ts'),
  },
  {
    names:
      'genPrivateKey buildCustomCert genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert ' +
      'genSignedCertWithKey',
    load: () => import('./certificate-functions.ts'),
    rare: true,
  },
  {
    names: 'semver semverCompare',
    load: () => import('./semver-functions.ts'),
  },
];

const loaded = new Map<string, GoFunction>();
let groups: Map<string, Group> | undefined;

function groupOf(name: string): Group | undefined {
  groups ??= new Map(GROUPS.flatMap((group) => group.names.split(' ').map((key) => [key, group] as const)));
  return groups.get(name);
}

/** Whether there is a function of this name. */
export function isFunction(name: string): boolean {
  return groupOf(name) !== undefined;
}

/** The names of all functions. */
export function functionNames(): string[] {
  return GROUPS.flatMap(({ names }) => names.split(' '));
}

/** A function by its name; undefined when its group is not loaded, and for an unknown name. */
export function findFunction(name: string): GoFunction | undefined {
  return loaded.get(name);
}

/**
 * Loads the groups of functions. Unknown names are ignored.
 *
 * @param whole load rare groups too
 */
export async function loadFunctions(names: Iterable<string>, whole = true): Promise<void> {
  const wanted = new Set<Group>();
  for (const name of names) {
    const group = whole || !loaded.has(name) ? groupOf(name) : undefined;
    if (group !== undefined && (whole || group.rare !== true)) wanted.add(group);
  }
  const modules = await Promise.all([...wanted].map((group) => group.load()));
  for (const { functions } of modules) {
    for (const name of Object.keys(functions)) loaded.set(name, functions[name] as GoFunction);
  }
}
