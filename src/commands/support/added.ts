/** Runs commands that npm packages add, as oclif's plugins do. */
import { Help } from '@oclif/core/help';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { PkgConfig } from './config.ts';
import { oclifWords, splitLine } from './pflag.ts';
import { spokenName } from './usage.ts';

/**
 * Runs a command that a package adds.
 *
 * @param name the first words that are no flags, as far as they are known
 * @param words what follows, and flags before
 * @returns the exit status; undefined where there is no such command
 * @throws PkgError PKG_COMMAND_FAILED where the command fails
 */
export async function runAdded(
  name: readonly string[],
  words: readonly string[],
  config: PkgConfig,
): Promise<number | undefined> {
  const added = await config.added();
  if (added === undefined) return undefined;
  const rest = [...words];
  let id = name.filter((word) => word !== '').join(':');
  // As many words as name a command: `pkg cloud disks list`.
  for (let [next] = rest; next !== undefined; [next] = rest) {
    const longer = `${id}:${next}`;
    if ((added.findCommand(longer) ?? added.findTopic(longer)) === undefined) break;
    id = longer;
    rest.shift();
  }
  const command = added.findCommand(id);
  if (command === undefined) return undefined;
  const { flags, baseFlags } = await command.load();
  if (rest.includes('--help')) {
    await new Help(added).showHelp([command.id]);
    return 0;
  }
  const all = { ...baseFlags, ...flags };
  try {
    await added.runCommand(command.id, oclifWords(splitLine(rest, all), all), command);
    return 0;
  } catch (error) {
    return statusOf(error, spokenName(id));
  }
}

/** What a command of another package throws: oclif's way to exit, or a failure. */
function statusOf(error: unknown, name: string): number {
  if (error instanceof PkgError) throw error;
  const { oclif, code, message } = error as { oclif?: { exit?: number }; code?: string; message?: string };
  if (code === 'EEXIT') return oclif?.exit ?? 0;
  throw new PkgError(
    'PKG_COMMAND_FAILED',
    `pkg ${name}: ${printable(String(message ?? error).split('\n', 1)[0] ?? '', 500)}`,
    {
      exitCode: oclif?.exit ?? 1,
      cause: error,
    },
  );
}
