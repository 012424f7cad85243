/** Runs commands of oclif plugins, which are npm packages, and shows oclif's help for them. */
import type { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { PkgConfig } from './config.ts';
import { oclifWords, splitLine } from './pflag.ts';
import { spokenName } from './usage.ts';

/** A command or topic of a plugin, and the words after its name. */
type PluginCommand = { config: Config; id: string; command: Command.Loadable | undefined; rest: string[] };

/**
 * Runs a command of a plugin, or shows help where a topic is named or help is asked for.
 *
 * @param first the word that is not a command of pkg, after its topic: `repo:mirror`
 * @param words the other words of the line
 * @returns the exit status; undefined where there is no such command
 * @throws {PkgError} `PKG_COMMAND_FAILED` where the command fails
 */
export async function runPluginCommand(
  first: string,
  words: readonly string[],
  config: PkgConfig,
): Promise<number | undefined> {
  const found = await findInPlugins(first, words, config);
  if (found === undefined) return undefined;
  const { command, rest, id } = found;
  if (command === undefined && rest[0] !== undefined && !rest[0].startsWith('-')) return undefined;
  if (command === undefined || rest.includes('--help')) {
    await new Help(found.config).showHelp([id]);
    return 0;
  }
  const { flags, baseFlags } = await command.load();
  const all = { ...baseFlags, ...flags };
  const parsed = oclifWords(splitLine(rest, all), all);
  try {
    await found.config.runCommand(id, parsed, command);
    return 0;
  } catch (error) {
    return statusOf(error, spokenName(id));
  }
}

/** Shows help for a command or topic of a plugin. False where there is none. */
export async function showPluginHelp(words: readonly string[], config: PkgConfig): Promise<boolean> {
  const [first = '', ...others] = words;
  const found = await findInPlugins(first, others, config);
  if (found === undefined || found.rest.length > 0) return false;
  await new Help(found.config).showHelp([found.id]);
  return true;
}

async function findInPlugins(
  first: string,
  words: readonly string[],
  pkg: PkgConfig,
): Promise<PluginCommand | undefined> {
  const config = await pkg.pluginConfig();
  if (config === undefined) return undefined;
  const isKnown = (id: string): boolean => (config.findCommand(id) ?? config.findTopic(id)) !== undefined;
  if (!isKnown(first)) return undefined;
  let id = first;
  const rest = [...words];
  // The longest sequence of words that names a command: `pkg cloud disks list`.
  for (let [next] = rest; next !== undefined && isKnown(`${id}:${next}`); [next] = rest) {
    id = `${id}:${next}`;
    rest.shift();
  }
  return { config, id, command: config.findCommand(id), rest };
}

/** The exit status in oclif's ExitError; any other error is thrown as a PkgError. */
function statusOf(error: unknown, name: string): number {
  if (error instanceof PkgError) throw error;
  const { oclif, code, message } = error as { oclif?: { exit?: number }; code?: string; message?: string };
  if (code === 'EEXIT') return oclif?.exit ?? 0;
  const [line = ''] = String(message ?? error).split('\n', 1);
  throw new PkgError('PKG_COMMAND_FAILED', `pkg ${name}: ${printable(line, 500)}`, {
    exitCode: oclif?.exit ?? 1,
    cause: error,
  });
}
