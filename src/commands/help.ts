import { PkgError } from '../errors.ts';
import { print } from '../terminal/output.ts';
import { renderTable } from '../terminal/table.ts';
import { COMMANDS, GROUPS, loadCommand, resolveWord, subcommands, unknownCommand } from './registry.ts';
import type { Topic } from './registry.ts';
import { defineCommand, GLOBAL_FLAGS, usageLine } from './support/command.ts';
import type { Command, FlagSpec } from './support/command.ts';

export const command: Command = defineCommand({
  description: ['Shows help for pkg, or for one command.'],
  examples: [{ command: 'pkg help diff upgrade', says: 'help for one command' }],
  args: [{ name: 'COMMAND', optional: true, rest: true, summary: 'the command' }],
  flags: {},
  async run({ args }) {
    const [first, second] = args;
    if (first === undefined) return showHelp('');
    const name = resolveWord(first);
    if (name === undefined) throw unknownCommand(first);
    const id = second === undefined ? name : `${name} ${second}`;
    if (second !== undefined && !Object.hasOwn(COMMANDS, id)) throw unknownCommand(second, name);
    return showHelp(id);
  },
});

const TOPICS: Readonly<Record<Topic, string>> = {
  charts: 'Charts',
  sharing: 'Finding and sharing charts',
  changes: 'Changing releases',
  releases: 'Looking at releases',
  more: 'More',
};

/** Prints the help of a command, of a group, or (for an empty name) of pkg. */
export async function showHelp(id: string): Promise<void> {
  print(await helpText(id));
}

/** The help of a command, of a group, or (for an empty name) of pkg. */
export async function helpText(id: string): Promise<string> {
  if (id === '') return overview();
  if (Object.hasOwn(GROUPS, id)) {
    const rows = subcommands(id).map((word) => [`  ${id} ${word}`, COMMANDS[`${id} ${word}`]?.summary ?? '']);
    return `${capital(GROUPS[id] ?? '')}.\n\n${renderTable(rows)}\nHelp for one: pkg help ${id} COMMAND\n`;
  }
  if (!Object.hasOwn(COMMANDS, id)) throw new PkgError('PKG_USAGE', `there is no command ${id}`);
  const command = await loadCommand(id);
  const parts = [`${(command.description ?? []).join('\n')}\n`, `Usage: ${usageLine(id, command)}\n`];
  const examples = command.examples ?? [];
  if (examples.length > 0) {
    parts.push(`Examples:\n${examples.map(({ command: line, says }) => `  # ${says}\n  ${line}\n`).join('')}`);
  }
  if (command.args.length > 0) {
    parts.push(`Arguments:\n${renderTable(command.args.map(({ name, summary }) => [`  ${name}`, summary]))}`);
  }
  const own = flagRows(command.flags);
  if (own.length > 0) parts.push(`Flags:\n${renderTable(own)}`);
  parts.push(`Flags of every command:\n${renderTable(flagRows(GLOBAL_FLAGS))}`);
  return parts.join('\n');
}

function overview(): string {
  const parts = ['pkg installs, upgrades and rolls back charts, and renders templates that cannot break YAML.\n'];
  for (const [topic, title] of Object.entries(TOPICS)) {
    const rows = Object.entries(COMMANDS)
      .filter(([, entry]) => entry.topic === topic)
      .map(([id, { summary }]) => [`  ${id}`, summary]);
    parts.push(`${title}:\n${renderTable(rows)}`);
  }
  parts.push(`Flags of every command:\n${renderTable(flagRows(GLOBAL_FLAGS))}`);
  parts.push('Help for one command: pkg help COMMAND\n');
  return parts.join('\n');
}

/** One row a flag: its names, what it does. */
export function flagRows(flags: Readonly<Record<string, FlagSpec>>): string[][] {
  return Object.entries(flags)
    .filter(([, spec]) => spec.hidden !== true)
    .map(([name, spec]) => {
      const short = spec.char === undefined ? '    ' : `-${spec.char}, `;
      const value =
        spec.type === 'boolean'
          ? ''
          : `${'bare' in spec && spec.bare !== undefined ? '[=' : ' '}${spec.value ?? 'VALUE'}${'bare' in spec && spec.bare !== undefined ? ']' : ''}`;
      const choices = 'choices' in spec && spec.choices !== undefined ? ` (${spec.choices.join(', ')})` : '';
      return [`  ${short}--${name}${value}`, `${spec.summary}${choices}`];
    });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
