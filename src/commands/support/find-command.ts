/** Finds the command in a command line, by the rules of cobra, which Helm uses. */
import { nearest } from '../../nearest.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { PkgConfig } from './config.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';
import { bareValue, findLong, findShort } from './pflag.ts';
import { spokenName } from './usage.ts';

/**
 * A command, with the other words of the line; a topic without a command (`''` for pkg itself); or a word that is
 * unknown in that topic.
 */
export type FoundCommand =
  | { id: string; words: string[] }
  | { topic: string; words: string[] }
  | { topic: string; unknown: string; words: string[] };

/** Finds the command in a line. Flags, also its own, may precede its name. */
export function findCommand(argv: readonly string[], config: PkgConfig): FoundCommand {
  const first = nextWord(argv, 0);
  const word = argv[first];
  if (word === undefined) {
    // Without a command these two print the version; with one, `--version` is a flag of the command.
    const isVersion = argv[0] === '--version' || argv[0] === '-v';
    return isVersion ? { id: 'version', words: argv.slice(1) } : { topic: '', words: [...argv] };
  }
  const name = nameOf(word, '', config);
  const words = argv.toSpliced(first, 1);
  if (name === undefined) return { topic: '', unknown: word, words };
  const isCommand = Object.hasOwn(config.table.commands, name);
  // `bundle` is a command, and `bundle push` another one. Any other word after `bundle` is its argument.
  const second = isCommand ? first : nextWord(words, first);
  const next = words[second];
  const id = next === undefined ? undefined : nameOf(next, name, config);
  if (id !== undefined) return { id, words: words.toSpliced(second, 1) };
  if (isCommand) return { id: name, words };
  if (next === undefined) return { topic: name, words };
  return { topic: name, unknown: next, words: words.toSpliced(second, 1) };
}

/**
 * The index of the next word that is neither a flag nor its value; -1 for none. An unknown flag without `=` is assumed
 * to take the next word as its value.
 */
function nextWord(argv: readonly string[], from: number): number {
  for (let at = from; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return -1;
    if (!word.startsWith('-') || word === '-') return at;
    if (takesNext(word)) at++;
  }
  return -1;
}

function takesNext(word: string): boolean {
  if (word.includes('=') || (!word.startsWith('--') && word.length > 2)) return false;
  const found = word.startsWith('--') ? findLong(word.slice(2), GLOBAL_FLAGS) : findShort(word.slice(1), GLOBAL_FLAGS);
  return found === undefined || bareValue(found[1]) === undefined;
}

/** The identifier of a command or topic for a word in a topic, aliases resolved; undefined when there is none. */
export function nameOf(word: string, topic: string, { table }: PkgConfig): string | undefined {
  const prefix = topic === '' ? '' : `${topic}:`;
  const all = topic === '' ? { ...table.commands, ...table.topics } : table.commands;
  if (Object.hasOwn(all, prefix + word)) return prefix + word;
  return Object.keys(all).find(
    (id) => id.startsWith(prefix) && !id.slice(prefix.length).includes(':') && all[id]?.aliases?.includes(word),
  );
}

/** The words that may follow a topic (`''` for pkg itself), without aliases. */
export function wordsIn(topic: string, { table }: PkgConfig): string[] {
  const prefix = topic === '' ? '' : `${topic}:`;
  const ids = Object.keys(table.commands).filter((id) => id.startsWith(prefix));
  return [...new Set(ids.map((id) => id.slice(prefix.length).split(':')[0] ?? ''))];
}

/** The error for an unknown command, with the most similar one as a hint. */
export function unknownCommand(word: string, topic: string, config: PkgConfig): PkgError {
  const names = wordsIn(topic, config);
  const before = topic === '' ? '' : `${spokenName(topic)} `;
  const aliases = topic === '' ? Object.values({ ...config.table.topics, ...config.table.commands }) : [];
  const similar = nearest(word, [...names, ...aliases.flatMap((entry) => entry.aliases ?? [])]);
  return new PkgError('PKG_USAGE', `unknown command "${printable(before + word)}"`, {
    hints: [
      ...(similar === undefined ? [] : [`did you mean \`pkg ${before}${similar}\`?`]),
      names.length === 0 || topic === ''
        ? '`pkg help` lists the commands'
        : `pkg ${spokenName(topic)} has ${names.join(', ')}`,
    ],
  });
}
