/** Finds the command that a line names and runs it. */
import { IN_THREAD } from '../render/gotemplate/thread-name.ts';
import { splitLine } from './support/argv.ts';
import { GLOBAL_FLAGS } from './support/command.ts';
import { parseCommandLine } from './support/parse.ts';
import { COMMANDS, GROUPS, loadCommand, resolveSecond, resolveWord, unknownCommand } from './registry.ts';

/** Which command a line means, and the words that are for it. */
type Found = { id: string; words: string[] } | { help: string };

/**
 * Runs a command line.
 *
 * @returns the exit status
 * @throws PkgError whatever the command throws
 */
export async function dispatch(argv: readonly string[]): Promise<number> {
  if (argv[0] === IN_THREAD) {
    await (await import('../render/gotemplate/thread.ts')).printInThread();
    return 0;
  }
  const found = findCommand(argv);
  if ('help' in found) {
    const { showHelp } = await import('./help.ts');
    await showHelp(found.help);
    return 0;
  }
  const command = await loadCommand(found.id);
  const context = await parseCommandLine(found.id, command, found.words);
  if (context.flags['help'] === true) {
    const { showHelp } = await import('./help.ts');
    await showHelp(found.id);
    return 0;
  }
  return (await command.run(context as Parameters<typeof command.run>[0])) ?? 0;
}

/** Flags that every command knows may stand before its name. */
function findCommand(argv: readonly string[]): Found {
  if (argv[0] === '--version' || argv[0] === '-v') return { id: 'version', words: argv.slice(1) };
  const start = splitLine(argv, GLOBAL_FLAGS, true);
  const [word, ...rest] = start.args;
  if (word === undefined) return { help: '' };
  const name = resolveWord(word);
  if (name === undefined) throw unknownCommand(word);
  const early = start.flags.map((flag) => `--${flag.name}=${flag.value}`);
  if (Object.hasOwn(COMMANDS, name)) {
    // `bundle` is a command, and `bundle push` is another one. What else follows is for the command itself.
    const id = resolveSecond(name, rest[0] ?? '');
    return id === undefined ? { id: name, words: [...early, ...rest] } : { id, words: [...early, ...rest.slice(1)] };
  }
  const between = splitLine(rest, GLOBAL_FLAGS, true);
  const [second, ...words] = between.args;
  if (second === undefined) return { help: name };
  const id = resolveSecond(name, second);
  if (id === undefined) throw unknownCommand(second, name in GROUPS ? name : undefined);
  return { id, words: [...early, ...between.flags.map((flag) => `--${flag.name}=${flag.value}`), ...words] };
}
