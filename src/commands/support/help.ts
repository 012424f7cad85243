/** Help for pkg, a topic or a command. `pkg help` lists all commands on one page. */
import type { Command } from '@oclif/core/command';
import { Help } from '@oclif/core/help';
import type { FlagInput, Topic } from '@oclif/core/interfaces';
import { print } from '../../terminal/output.ts';
import { renderTable } from '../../terminal/table.ts';
import type { Heading, PkgConfig } from './config.ts';
import { wordsIn } from './find-command.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';
import type { AnyFlag } from './pflag.ts';
import { spokenName, typedArgs, usageLine } from './usage.ts';

const HEADINGS: Readonly<Record<Heading, string>> = {
  charts: 'Charts',
  sharing: 'Finding and sharing charts',
  changes: 'Changing releases',
  releases: 'Looking at releases',
  more: 'More',
};

/** oclif's help finds the subject; this class prints it. */
export class PkgHelp extends Help {
  declare protected config: PkgConfig;

  /** @param argv nothing, or the identifier of a command or topic */
  override async showHelp(argv: string[]): Promise<void> {
    // oclif would take this word as the request for help, and not as its subject.
    if (argv[0] === 'help') await this.showCommandHelp(this.config.findCommand('help', { must: true }));
    else await super.showHelp(argv);
  }

  override async showRootHelp(): Promise<void> {
    const parts = ['pkg installs, upgrades and rolls back charts, and renders templates that cannot break YAML.\n'];
    for (const [heading, title] of Object.entries(HEADINGS)) {
      const rows = Object.entries(this.config.table.commands)
        .filter(([, entry]) => entry.heading === heading)
        .map(([id, { summary }]) => [`  ${spokenName(id)}`, summary]);
      parts.push(`${title}:\n${renderTable(rows)}`);
    }
    const added = (await this.config.pluginConfig())?.commands ?? [];
    if (added.length > 0) {
      const rows = added.map(({ id, summary, description }) => [
        `  ${spokenName(id)}`,
        summary ?? description?.split('\n', 1)[0] ?? '',
      ]);
      parts.push(`Commands of other packages:\n${renderTable(rows)}`);
    }
    parts.push(`Flags of every command:\n${renderTable(flagRows(GLOBAL_FLAGS))}`);
    parts.push('Help for one command: pkg help COMMAND\n');
    print(parts.join('\n'));
  }

  override async showTopicHelp({ name, description = '' }: Topic): Promise<void> {
    const rows = wordsIn(name, this.config).map((word) => [
      `  ${spokenName(name)} ${word}`,
      this.config.table.commands[`${name}:${word}`]?.summary ?? '',
    ]);
    print(`${capital(description)}.\n\n${renderTable(rows)}\nHelp for one: pkg help ${spokenName(name)} COMMAND\n`);
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    print(commandHelp(await command.load()));
  }
}

function commandHelp(command: Command.Class): string {
  const parts = [`${command.description ?? ''}\n`, `Usage: ${usageLine(command)}\n`];
  const examples = examplesOf(command);
  if (examples.length > 0) {
    parts.push(`Examples:\n${examples.map(({ line, says }) => `  # ${says}\n  ${line}\n`).join('')}`);
  }
  const args = typedArgs(command);
  if (args.length > 0) {
    parts.push(`Arguments:\n${renderTable(args.map(({ name, description }) => [`  ${name}`, description ?? '']))}`);
  }
  const own = flagRows(command.flags ?? {});
  if (own.length > 0) parts.push(`Flags:\n${renderTable(own)}`);
  parts.push(`Flags of every command:\n${renderTable(flagRows(GLOBAL_FLAGS))}`);
  return parts.join('\n');
}

/** The examples of a command. */
export function examplesOf({ examples }: Command.Class): { line: string; says: string }[] {
  return (examples ?? []).flatMap((example) =>
    typeof example === 'string' ? [] : [{ line: example.command, says: example.description }],
  );
}

/** A table row for each flag: its names, and what it does. */
export function flagRows(flags: FlagInput): string[][] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([name, flag]) => {
      const short = flag.char === undefined ? '    ' : `-${flag.char}, `;
      if (flag.type === 'boolean') return [`  ${short}--${name}`, flag.summary ?? ''];
      const { bare, helpValue = 'VALUE' }: Partial<AnyFlag> & { helpValue?: string | string[] } = flag as AnyFlag;
      const value = bare === undefined ? ` ${helpValue}` : `[=${helpValue}]`;
      const notes = [flag.options?.join(', ') ?? '', defaultNote(flag.default)].filter((note) => note !== '');
      return [`  ${short}--${name}${value}`, `${flag.summary}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`];
    });
}

function defaultNote(value: unknown): string {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? `default ${value}` : '';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
