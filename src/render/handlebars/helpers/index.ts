/** All helpers by name. What most charts need is here at once; the rest is loaded when a chart names it. */
import { clusterHelpers } from './cluster.ts';
import { dataTexts } from './data.ts';
import { encodings } from './encoding.ts';
import { lists } from './lists.ts';
import { logic } from './logic.ts';
import { maps } from './maps.ts';
import { formats } from './printf.ts';
import { numbers } from './numbers.ts';
import { paths } from './paths.ts';
import { textCases } from './text-case.ts';
import { texts } from './text.ts';
import type { Helper } from './types.ts';

const loaded: Map<string, Helper> = new Map(
  [logic, texts, textCases, lists, maps, numbers, formats, dataTexts, encodings, paths, clusterHelpers].flatMap(
    (group) => Object.entries(group),
  ),
);

/** Groups that bring a library with them or are rarely used, and the helpers in each. */
const GROUPS: readonly { names: readonly string[]; load: () => Promise<Record<string, Helper>> }[] = [
  {
    names: ['sha1sum', 'sha256sum', 'sha512sum', 'adler32sum'],
    load: async () => (await import('./hashes.ts')).hashes,
  },
  { names: ['semverCompare'], load: async () => (await import('./semver.ts')).versions },
  {
    names: ['randAlphaNum', 'randAlpha', 'randNumeric', 'randAscii', 'uuidv4'],
    load: async () => (await import('./random.ts')).random,
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
    load: async () => (await import('./regex.ts')).loadRegexes(),
  },
];

/** A helper by its name; undefined when there is none, or when it was not loaded. */
export function findHelper(name: string): Helper | undefined {
  return loaded.get(name);
}

/** The names of all helpers. */
export function helperNames(): string[] {
  return [...loaded.keys(), ...GROUPS.flatMap(({ names }) => names).filter((name) => !loaded.has(name))];
}

/** Loads what is needed so that {@link findHelper} knows these names. */
export async function loadHelpers(names: Iterable<string>): Promise<void> {
  const wanted = new Set(names);
  for (const group of GROUPS) {
    if (!group.names.some((name) => wanted.has(name) && !loaded.has(name))) continue;
    for (const [name, helper] of Object.entries(await group.load())) loaded.set(name, helper);
  }
}
