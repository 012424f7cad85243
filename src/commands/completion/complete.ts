/**
 * `pkg __complete WORDS… WORD`: what may stand for the last word, for shells. The protocol is cobra's, and so Helm's
 * and kubectl's: a line for each candidate, with a tab before what describes it, and `:N` at the end, which tells the
 * shell what else to do. Nothing is ever written on standard error, and what takes long is given up.
 *
 * @see https://github.com/spf13/cobra/blob/main/completions.go
 */
import type { Flag, FlagInput } from '@oclif/core/interfaces';
import { parse } from '@oclif/core/parser';
import { printable } from '../../errors-text.ts';
import { print } from '../../terminal/output.ts';
import type { ArgExtras } from '../support/arg-types.ts';
import type { CommandClass } from '../support/command.ts';
import type { PkgConfig } from '../support/config.ts';
import { findCommand, nameOf, wordsIn } from '../support/find-command.ts';
import type { Completion } from '../support/flag-types.ts';
import { GLOBAL_FLAGS } from '../support/global-flags.ts';
import { findLong, findShort, oclifWords, splitLine } from '../support/pflag.ts';
import type { AnyFlag, SplitLine } from '../support/pflag.ts';
import { typedArgs } from '../support/usage.ts';
import { candidatesFor } from './candidates.ts';
import { Directive } from './directive.ts';
import { NOTHING } from './offer.ts';
import type { Candidate, Line, Offer } from './offer.ts';

/** After a longer wait the shell would seem to hang. */
const MAX_MS = 1500;

/**
 * Prints the candidates for the last word of a line.
 *
 * @param withDescriptions true for `__complete`, false for `__completeNoDesc`
 */
export async function printCompletions(
  words: readonly string[],
  config: PkgConfig,
  withDescriptions: boolean,
): Promise<void> {
  // An open connection without an answer would keep the process alive.
  const timer = setTimeout(() => {
    printOffer(NOTHING, withDescriptions);
    process.exit(0);
  }, MAX_MS);
  const offered = await offer(words.slice(0, -1), words.at(-1) ?? '', config).catch((): Offer => NOTHING);
  clearTimeout(timer);
  printOffer(offered, withDescriptions);
}

function printOffer({ candidates, directive }: Offer, withDescriptions: boolean): void {
  const lines = candidates.flatMap(({ word, description = '' }) => {
    // A name with a line break would become two candidates, and control characters could reach the terminal.
    if (printable(word, word.length) !== word) return [];
    const says = printable(description.replace(/\s+/g, ' ').trim(), 200);
    return withDescriptions && says !== '' ? [`${word}\t${says}\n`] : [`${word}\n`];
  });
  print(`${lines.join('')}:${directive}\n`);
}

/** Finds the candidates for a word. */
async function offer(before: readonly string[], word: string, config: PkgConfig): Promise<Offer> {
  const found = findCommand(before, config);
  if ('unknown' in found) return NOTHING;
  if ('topic' in found) {
    const line = lineAt(found.words, GLOBAL_FLAGS);
    if (line.awaiting !== undefined || word.startsWith('-')) return await offerFlags(line, word, GLOBAL_FLAGS);
    return fitting(await wordsOf(found.topic, config), word);
  }
  const command = (await config.findCommand(found.id, { must: true }).load()) as CommandClass;
  const flags = { ...command.flags, ...command.baseFlags };
  const line = lineAt(found.words, flags);
  line.command = command;
  const isFlag = word.startsWith('-') && !line.ended;
  if (line.awaiting !== undefined || isFlag) return await offerFlags(line, word, flags);
  const deeper = line.args.length === 0 ? fitting(await wordsOf(found.id, config), word).candidates : [];
  const own = await offerArg(line, word, command, config);
  if ((own.directive & Directive.fileEndings) === 0) return { ...own, candidates: [...deeper, ...own.candidates] };
  // The protocol cannot offer words and file endings at the same time.
  return word === '' || deeper.length === 0 ? own : { candidates: deeper, directive: Directive.noFiles };
}

/** The words before the one that is completed, parsed. */
type TypedLine = SplitLine & {
  /** The flag whose value the next word is. */
  awaiting: AnyFlag | undefined;
  command?: CommandClass;
};

/**
 * A placeholder for the word that is completed. Where the parser puts it tells whether it is a value or an argument.
 */
const CURSOR = '\0cursor';

function lineAt(before: readonly string[], flags: FlagInput): TypedLine {
  const line = splitLine([...before, CURSOR], flags);
  const last = line.flags.at(-1);
  if (last?.value !== CURSOR) return { ...line, args: line.args.slice(0, -1), awaiting: undefined };
  return { ...line, flags: line.flags.slice(0, -1), awaiting: flags[last.name] as AnyFlag };
}

/** The commands of a topic as candidates. */
async function wordsOf(topic: string, config: PkgConfig): Promise<Candidate[]> {
  const own = wordsIn(topic, config).map((word): Candidate => {
    const id = topic === '' ? word : `${topic}:${word}`;
    return { word, description: (config.table.commands[id] ?? config.table.topics[id])?.summary ?? '' };
  });
  if (topic !== '') return own;
  const added = new Map<string, Candidate>();
  for (const { id, summary = '' } of (await config.pluginConfig())?.commands ?? []) {
    const [word = id, ...deeper] = id.split(':');
    added.set(word, { word, description: deeper.length === 0 ? summary : '' });
  }
  return [...own, ...added.values()];
}

/** The candidates that begin with a word. */
function fitting(all: readonly Candidate[], word: string): Offer {
  return { candidates: all.filter((candidate) => candidate.word.startsWith(word)), directive: Directive.noFiles };
}

function oneOf(all: readonly string[], word: string): Offer {
  return fitting(
    all.map((one) => ({ word: one })),
    word,
  );
}

async function offerFlags(line: TypedLine, word: string, flags: FlagInput): Promise<Offer> {
  if (line.awaiting !== undefined) return await offerValue(line, word, line.awaiting, flags);
  const [, name = '', value] = /^(--?[^=]+)=([^]*)$/.exec(word) ?? [];
  if (value !== undefined) {
    const found = name.startsWith('--') ? findLong(name.slice(2), flags) : findShort(name.slice(1), flags);
    return found === undefined ? NOTHING : await offerValue(line, value, found[1], flags);
  }
  const typed = new Set(line.flags.map((flag) => flag.name));
  const all = Object.entries(flags).flatMap(([long, flag]: [string, Flag<unknown>]): Candidate[] => {
    const isOver = typed.has(long) && !(flag.type === 'option' && flag.multiple === true);
    if (flag.hidden === true || isOver) return [];
    const description = flag.summary ?? '';
    const short = flag.char === undefined ? [] : [{ word: `-${flag.char}`, description }];
    return [{ word: `--${long}`, description }, ...short];
  });
  return fitting(all, word);
}

async function offerValue(line: TypedLine, word: string, flag: AnyFlag, flags: FlagInput): Promise<Offer> {
  if (flag.type === 'boolean') return oneOf(['true', 'false'], word);
  if (flag.options !== undefined) return oneOf(flag.options, word);
  return await offerKind(line, word, flag.complete, flags);
}

async function offerArg(line: TypedLine, word: string, command: CommandClass, config: PkgConfig): Promise<Offer> {
  const args: (ReturnType<typeof typedArgs>[number] & ArgExtras)[] = typedArgs(command);
  const at = line.args.length;
  let arg = args[at] ?? args.find(({ multiple }) => multiple);
  if (arg === undefined) return NOTHING;
  if (arg.complete === 'command') return await offerCommand(line.args, word, config);
  // `[NAME] CHART`: a new name cannot be completed, so the first word is completed as the chart.
  if (at === 0 && command.optionalFirst && arg.complete === undefined) arg = args[1] ?? arg;
  const listed = arg.options ?? arg.suggestions;
  if (listed !== undefined) return oneOf(listed, word);
  return await offerKind(line, word, arg.complete, { ...command.flags, ...command.baseFlags });
}

async function offerCommand(typed: readonly string[], word: string, config: PkgConfig): Promise<Offer> {
  let topic = '';
  for (const one of typed) {
    const id = nameOf(one, topic, config);
    if (id === undefined) return NOTHING;
    topic = id;
  }
  return fitting(await wordsOf(topic, config), word);
}

async function offerKind(
  line: TypedLine,
  word: string,
  kind: Completion | undefined,
  flags: FlagInput,
): Promise<Offer> {
  if (kind === undefined) return NOTHING;
  const { flags: values } = await parse(oclifWords({ ...line, args: [] }, flags), { flags, args: {} });
  const typed: Line = { args: line.args, values: values as unknown as Line['values'], chart: chartOf(line) };
  return await candidatesFor(kind, word, typed);
}

/** The chart on the line, for completing its versions and values; undefined where there is none yet. */
function chartOf({ command, args }: TypedLine): string | undefined {
  if (command === undefined) return undefined;
  const place = typedArgs(command).findIndex(({ name }) => name === 'CHART');
  return command.optionalFirst && args.length === 1 ? args[0] : args[place];
}
