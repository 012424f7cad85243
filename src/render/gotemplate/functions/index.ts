/**
 * The table of functions: Sprig's and Helm's. It knows every name, and loads the code of a group when a
 * template uses one of its functions. Go's own functions and `include`, `tpl`, … are in `../builtins.ts`.
 */
import type { GoFunction } from './signature.ts';

/** What the module of a group exports as `functions`. */
export type FunctionGroup = Readonly<Record<string, GoFunction>>;

type Group = { names: string; load: () => Promise<{ functions: FunctionGroup }> };

/** Every function is named once here; a module exports exactly the names of its group. */
const GROUPS: readonly Group[] = [
  {
    names: 'coalesce default empty list ternary',
    load: () => import('./defaults.ts'),
  },
  {
    names: 'contains hasPrefix hasSuffix indent nindent trimPrefix trimSuffix trunc',
    load: () => import('./text.ts'),
  },
  {
    names: 'b64enc b64dec b32enc b32dec sha1sum sha256sum sha512sum adler32sum',
    load: () => import('./encoding.ts'),
  },
  {
    names: 'randAlphaNum randAlpha randNumeric randAscii randBytes uuidv4',
    load: () => import('./random.ts'),
  },
  {
    names: 'base dir clean ext isAbs osBase osDir osClean osExt osIsAbs',
    load: () => import('./paths.ts'),
  },
  {
    names: 'getHostByName',
    load: () => import('./network.ts'),
  },
  {
    names: 'bcrypt htpasswd derivePassword encryptAES decryptAES',
    load: () => import('./passwords.ts'),
  },
  {
    names:
      'ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate htmlDateInZone ' +
      'must_date_modify mustDateModify mustToDate now toDate unixEpoch',
    load: () => import('./dates.ts'),
  },
  {
    names: 'semver semverCompare',
    load: () => import('./semver.ts'),
  },
];

const loaded = new Map<string, GoFunction>();
let groups: Map<string, Group> | undefined;

function groupOf(name: string): Group | undefined {
  groups ??= new Map(GROUPS.flatMap((group) => group.names.split(' ').map((key) => [key, group] as const)));
  return groups.get(name);
}

/** Is there a function of this name? */
export function isFunction(name: string): boolean {
  return groupOf(name) !== undefined;
}

/** The names of all functions, for hints. */
export function functionNames(): string[] {
  return GROUPS.flatMap(({ names }) => names.split(' '));
}

/** A function whose group was loaded; undefined for one that was not, or that does not exist. */
export function findFunction(name: string): GoFunction | undefined {
  return loaded.get(name);
}

/** Loads the code of these functions; names that are not in the table are passed over. */
export async function loadFunctions(names: Iterable<string>): Promise<void> {
  const wanted = new Set<Group>();
  for (const name of names) {
    if (loaded.has(name)) continue;
    const group = groupOf(name);
    if (group !== undefined) wanted.add(group);
  }
  const modules = await Promise.all([...wanted].map((group) => group.load()));
  for (const { functions } of modules) {
    for (const name of Object.keys(functions)) loaded.set(name, functions[name] as GoFunction);
  }
}
