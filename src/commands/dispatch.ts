/** Finds and runs the command that a command line names. */
import { IN_THREAD } from '../render/gotemplate/thread-name.ts';
import type { CommandClass } from './support/command.ts';
import { PkgConfig } from './support/config.ts';
import { findCommand, unknownCommand } from './support/find-command.ts';
import { GLOBAL_FLAGS } from './support/global-flags.ts';
import { oclifWords, splitLine } from './support/pflag.ts';
import { usageError } from './support/usage.ts';
import { TABLE } from './table.ts';

/**
 * Runs a command line.
 *
 * @param argv the words after `pkg`
 * @returns the exit status
 * @throws {PkgError} whatever the command throws
 */
export async function dispatch(argv: readonly string[]): Promise<number> {
  if (argv[0] === IN_THREAD) {
    await (await import('../render/gotemplate/large-stack-thread.ts')).printInThread();
    return 0;
  }
  const config = new PkgConfig(TABLE);
  if (argv[0] === '__complete' || argv[0] === '__completeNoDesc') {
    const { printCompletions } = await import('./completion/complete.ts');
    await printCompletions(argv.slice(1), config, argv[0] === '__complete');
    return 0;
  }
  const found = findCommand(argv, config);
  if ('id' in found) return await runCommand(found.id, found.words, config);
  if ('unknown' in found) {
    const { runPluginCommand } = await import('./support/plugins.ts');
    const status = await runPluginCommand(
      found.topic === '' ? found.unknown : `${found.topic}:${found.unknown}`,
      found.words,
      config,
    );
    if (status === undefined) throw unknownCommand(found.unknown, found.topic, config);
    return status;
  }
  splitLine(found.words, GLOBAL_FLAGS);
  return await showHelp(found.topic, config);
}

async function runCommand(id: string, words: readonly string[], config: PkgConfig): Promise<number> {
  const command = (await config.findCommand(id, { must: true }).load()) as CommandClass;
  const flags = { ...command.baseFlags, ...command.flags };
  let parsed: string[];
  try {
    const line = splitLine(words, flags);
    // With --help, missing arguments are not an error.
    if (line.flags.findLast(({ name }) => name === 'help')?.value === 'true') return await showHelp(id, config);
    if (command.optionalFirst && line.args.length === Object.keys(command.args).length) {
      line.args.push(...line.args.splice(0, 1));
    }
    parsed = oclifWords(line, flags);
  } catch (error) {
    throw usageError(error, command);
  }
  return await command.execute(parsed, config);
}

async function showHelp(subject: string, config: PkgConfig): Promise<number> {
  const { PkgHelp } = await import('./support/help.ts');
  await new PkgHelp(config).showHelp(subject === '' ? [] : [subject]);
  return 0;
}
