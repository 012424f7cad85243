/** Usage lines, and the errors for wrong command lines. */
import type { Command } from '@oclif/core/command';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';

/** The properties of a command that a usage line shows. */
export type Usable = Pick<Command.Class, 'id' | 'args'> & { optionalFirst?: boolean };

/** `repo add`, for oclif's `repo:add`. */
export function spokenName(id: string): string {
  return id.replaceAll(':', ' ');
}

/** The arguments of a command in the order in which they are typed. */
export function typedArgs({ args, optionalFirst }: Usable): Command.Arg[] {
  const all = Object.entries(args).map(([name, arg]) => ({ ...arg, name }));
  return optionalFirst === true ? [...all.slice(-1), ...all.slice(0, -1)] : all;
}

/** The usage line of a command: `pkg install [NAME] CHART [flags]`. */
export function usageLine(command: Usable): string {
  const args = typedArgs(command).map(({ name, required, multiple }) => {
    const text = multiple ? `${name}...` : name;
    return required ? text : `[${text}]`;
  });
  return ['pkg', spokenName(command.id), ...args, '[flags]'].join(' ');
}

/** Turns an error of oclif's or pkg's parser into `PKG_USAGE` with the usage line as a hint; other errors unchanged. */
export function usageError(error: unknown, command: Usable): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof PkgError && error.code !== 'PKG_USAGE') return error;
  if (!(error instanceof PkgError) && !('oclif' in error)) return error;
  const hints = error instanceof PkgError ? error.hints : [];
  return new PkgError('PKG_USAGE', messageOf(error, command), {
    hints: [...hints, `usage: ${usageLine(command)}`, `\`pkg ${spokenName(command.id)} --help\` lists the flags`],
  });
}

/** The message in one line. oclif's messages have several, and some repeat values that may be secret. */
function messageOf(error: Error, command: Usable): string {
  // oclif wraps what the `parse` of a flag throws.
  const [, thrown] = /^Parsing --\S+ \n\t([^]*)\nSee more help with --help$/.exec(error.message) ?? [];
  if (thrown !== undefined) return thrown;
  if ('args' in error && Array.isArray(error.args)) return aboutArgs(error.args, command);
  const [, subject, value, options] =
    /^Expected (?:--([^\s=]+)=)?([^]*) to be one of: (.*)\n/.exec(error.message) ?? [];
  if (options !== undefined) {
    const name = subject === undefined ? `pkg ${spokenName(command.id)}` : `--${subject}`;
    return `${name} takes ${listed(options.split(', '))}, not "${printable(value ?? '')}"`;
  }
  const [, one, other] = /--([^\s=]+)=[^]* cannot also be provided when using --([^\s=]+)/.exec(error.message) ?? [];
  if (other !== undefined) return `--${one} cannot be given together with --${other}`;
  return printable(error.message.split('\n', 1)[0] ?? '', 200);
}

/** @param args the missing arguments, or the words that are too many */
function aboutArgs(args: readonly unknown[], command: Usable): string {
  const name = `pkg ${spokenName(command.id)}`;
  const extra = args.filter((arg) => typeof arg === 'string');
  if (extra.length === 0) return `${name} needs ${args.map((arg) => (arg as Command.Arg).name).join(' and ')}`;
  const takes = typedArgs(command).map((arg) => arg.name);
  const words = extra.map((word) => `"${printable(word)}"`).join(' ');
  return `${name} takes ${takes.length === 0 ? 'no arguments' : takes.join(' and ')}, not also ${words}`;
}

function listed(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
