/** What completion scripts know: commands as plain words, alike for every shell. */
import { ALIASES, GROUPS, subcommands } from '../registry.ts';
import { GLOBAL_FLAGS } from '../support/command.ts';
import type { ArgSpec, Command, Completion, FlagSpec } from '../support/command.ts';

/** The shells for which there are scripts. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What may stand somewhere: one of some words, or a path; undefined where nobody can tell. */
export type Candidates = { words: readonly string[] } | { path: Completion } | undefined;

/** A flag with all its spellings, the long name first. */
export type FlagModel = { names: string[]; summary: string; takesValue: boolean; values: Candidates };

/** A command; `args` holds what may stand at each place, and `rest` what at all further ones. */
export type CommandModel = {
  id: string;
  summary: string;
  flags: FlagModel[];
  args: Candidates[];
  rest: Candidates;
};

/** Words that lead to a command or a group: `from` is what was typed so far. */
export type WordModel = { from: string; words: readonly string[]; to: string; isGroup: boolean };

/** Everything that can be completed. */
export type CompletionModel = {
  commands: CommandModel[];
  globals: FlagModel[];
  /** The words of the command line that name a command, aliases included. */
  steps: WordModel[];
  /** Commands whose name is the first word of others, too: `bundle` and `bundle push`. */
  both: readonly string[];
  /** What to offer for the next word of a name: names only, with what they do. */
  names: ReadonlyMap<string, { word: string; summary: string }[]>;
};

/** Describes all commands. */
export function completionModel(all: readonly { id: string; summary: string; command: Command }[]): CompletionModel {
  const commands = all.map(({ id, summary, command }) => ({
    id,
    summary,
    flags: flagsOf(command.flags),
    args: argsOf(command.args),
    rest: candidatesOf(command.args.find(({ rest }) => rest) ?? {}),
  }));
  const top = [...new Set(all.map(({ id }) => id.split(' ')[0] ?? id))];
  const spellings = (name: string): string[] => [
    name,
    ...Object.entries(ALIASES).flatMap(([alias, target]) => (target === name ? [alias] : [])),
  ];
  const summaryOf = (id: string): string => GROUPS[id] ?? all.find((command) => command.id === id)?.summary ?? '';
  const groups = Object.keys(GROUPS);
  const both = top.filter((name) => !groups.includes(name) && subcommands(name).length > 0);
  return {
    commands,
    both,
    globals: flagsOf(GLOBAL_FLAGS),
    steps: [
      ...top.map((name) => ({
        from: '',
        words: spellings(name),
        to: name,
        isGroup: [...groups, ...both].includes(name),
      })),
      ...[...groups, ...both].flatMap((group) =>
        subcommands(group).map((word) => ({ from: group, words: [word], to: `${group} ${word}`, isGroup: false })),
      ),
    ],
    names: new Map([
      ['', top.map((word) => ({ word, summary: summaryOf(word) }))],
      ...groups.map((group): [string, { word: string; summary: string }[]] => [
        group,
        subcommands(group).map((word) => ({ word, summary: summaryOf(`${group} ${word}`) })),
      ]),
    ]),
  };
}

function flagsOf(specs: Readonly<Record<string, FlagSpec>>): FlagModel[] {
  return Object.entries(specs)
    .filter(([, spec]) => spec.hidden !== true)
    .map(([name, spec]) => ({
      names: [`--${name}`, ...(spec.char === undefined ? [] : [`-${spec.char}`]), ...longAliases(spec)],
      summary: spec.summary,
      takesValue: spec.type !== 'boolean' && !('bare' in spec && spec.bare !== undefined),
      values: candidatesOf(spec),
    }));
}

function longAliases(spec: FlagSpec): string[] {
  return (spec.aliases ?? []).map((alias) => `--${alias}`);
}

/** `[NAME] CHART`: what may be left out does not hide what comes after it. */
function argsOf(args: readonly ArgSpec[]): Candidates[] {
  return args.map((arg, at) => candidatesOf(arg) ?? (arg.optional ? candidatesOf(args[at + 1] ?? {}) : undefined));
}

function candidatesOf(spec: { choices?: readonly string[]; complete?: Completion }): Candidates {
  if (spec.choices !== undefined) return { words: spec.choices };
  return spec.complete === undefined ? undefined : { path: spec.complete };
}
