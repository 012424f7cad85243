/**
 * From typed words to typed flags: `argv.ts` splits the line by Helm's rules, oclif's parser assigns,
 * converts and checks.
 */
import type { FlagInput } from '@oclif/core/interfaces';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { splitCsv, splitLine, UnknownFlagError } from './argv.ts';
import type { SplitLine } from './argv.ts';
import { GLOBAL_FLAGS, usageLine } from './command.ts';
import type { Command, CommandContext, FlagSpec, FlagSpecs } from './command.ts';

/** What stands before each value on its way through oclif's parser, so that none looks like a flag. */
const MARK = '=';

/**
 * Reads the words after a command's name.
 *
 * @throws PkgError PKG_USAGE, with the usage line as a hint
 */
export async function parseCommandLine(
  id: string,
  command: Command,
  words: readonly string[],
): Promise<CommandContext<FlagSpecs>> {
  const specs: FlagSpecs = { ...command.flags, ...GLOBAL_FLAGS };
  try {
    const line = splitLine(words, specs);
    const flags = await readFlags(specs, line);
    // Asking for help is right whatever else is missing.
    if (flags['help'] !== true) checkArgs(id, command, line.args);
    return {
      flags: flags as CommandContext<FlagSpecs>['flags'],
      args: line.args,
      given: new Set(line.flags.map(({ name }) => name)),
    };
  } catch (error) {
    if (!(error instanceof PkgError) || error.code !== 'PKG_USAGE') throw error;
    const similar = error instanceof UnknownFlagError ? nearest(error.flag, visibleNames(specs)) : undefined;
    throw new PkgError('PKG_USAGE', error.message, {
      hints: [
        ...(similar === undefined ? [] : [`did you mean --${similar}?`]),
        ...error.hints,
        `usage: ${usageLine(id, command)}`,
        `\`pkg ${id} --help\` lists the flags`,
      ],
    });
  }
}

function visibleNames(specs: FlagSpecs): string[] {
  return Object.entries(specs).flatMap(([name, spec]) => (spec.hidden ? [] : [name, ...(spec.aliases ?? [])]));
}

function checkArgs(id: string, command: Command, args: readonly string[]): void {
  const required = command.args.filter(({ optional }) => !optional);
  if (args.length < required.length) {
    // Optional arguments come first (`[NAME] CHART`), so it is the last ones that lack.
    const missing = required.slice(args.length).map(({ name }) => name);
    throw new PkgError('PKG_USAGE', `pkg ${id} needs ${missing.join(' and ')}`);
  }
  if (!command.args.some(({ rest }) => rest) && args.length > command.args.length) {
    const extra = args.slice(command.args.length).map((word) => `"${printable(word)}"`);
    const takes = command.args.length === 0 ? 'no arguments' : command.args.map(({ name }) => name).join(' and ');
    throw new PkgError('PKG_USAGE', `pkg ${id} takes ${takes}, not also ${extra.join(' ')}`);
  }
}

async function readFlags(specs: FlagSpecs, line: SplitLine): Promise<Record<string, unknown>> {
  const defaults: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) defaults[name] = defaultValue(spec);
  // Nothing typed, nothing to parse: the parser need not be loaded.
  if (line.flags.length === 0) return defaults;
  const { boolean, custom, parse } = await import('./oclif.ts');
  const used = new Set(line.flags.map(({ name }) => name));
  const definitions: FlagInput = {};
  const words: string[] = [];
  const single = new Map<string, string>();
  for (const { name, value } of line.flags) {
    const spec = specs[name] as FlagSpec;
    if (isRepeatable(spec)) words.push(`--${name}`, MARK + value);
    else single.set(name, value);
  }
  for (const [name, value] of single) {
    if (specs[name]?.type !== 'boolean') words.push(`--${name}`, MARK + value);
    else if (value === 'true') words.push(`--${name}`);
    else used.delete(name);
  }
  for (const name of used) {
    const spec = specs[name] as FlagSpec;
    const relations = { exclusive: (spec.exclusive ?? []).filter((other) => used.has(other)) };
    definitions[name] =
      spec.type === 'boolean'
        ? boolean(relations)
        : custom<string>({
            ...relations,
            // Conversions throw PkgErrors, which oclif would rewrite: they are done after it.
            parse: async (input: string) => input.slice(MARK.length),
          })((isRepeatable(spec) ? { multiple: true, multipleNonGreedy: true } : {}) as unknown as { multiple: true });
  }
  const parsed = await parse(words, { flags: definitions, args: {} }).catch((error: unknown) => {
    throw usageError(error);
  });
  for (const [name, value] of Object.entries(parsed.flags)) {
    defaults[name] = convert(name, specs[name] as FlagSpec, value as string | string[] | boolean);
  }
  return defaults;
}

function isRepeatable(spec: FlagSpec): boolean {
  return spec.type === 'list' || spec.type === 'csv' || spec.type === 'map';
}

function defaultValue(spec: FlagSpec): unknown {
  if (spec.type === 'boolean') return false;
  if (spec.type === 'list' || spec.type === 'csv') return [];
  if (spec.type === 'map') return {};
  return spec.default;
}

function convert(name: string, spec: FlagSpec, value: string | string[] | boolean): unknown {
  switch (spec.type) {
    case 'boolean':
    case 'list':
      return value;
    case 'csv':
      return (value as string[]).flatMap((text) => splitCsv(text, name));
    case 'map':
      return toMap(name, value as string[]);
    case 'integer':
      return toInteger(name, value as string, spec.min);
    case 'string':
      if (spec.choices !== undefined && !spec.choices.includes(value as string)) {
        throw new PkgError('PKG_USAGE', `--${name} takes ${listed(spec.choices)}, not "${printable(value as string)}"`);
      }
      return value;
  }
}

function toInteger(name: string, text: string, min: number | undefined): number {
  const number = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) throw new PkgError('PKG_USAGE', `--${name} takes a whole number, not "${printable(text)}"`);
  if (min !== undefined && number < min)
    throw new PkgError('PKG_USAGE', `--${name} takes ${min} or more, not ${number}`);
  return number;
}

/** `key=value` pairs as pflag's stringToString reads them: a list only where there are several `=`. */
function toMap(name: string, texts: readonly string[]): Record<string, string> {
  const entries: [string, string][] = [];
  for (const text of texts) {
    const several = text.indexOf('=') !== text.lastIndexOf('=');
    for (const pair of several ? splitCsv(text, name) : [text.replace(/^"+|"+$/g, '')]) {
      const equals = pair.indexOf('=');
      if (equals < 0) throw new PkgError('PKG_USAGE', `--${name} takes KEY=VALUE, not "${printable(pair)}"`);
      entries.push([pair.slice(0, equals), pair.slice(equals + 1)]);
    }
  }
  return Object.fromEntries(entries);
}

function listed(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

/** What oclif's parser found, in one line. */
function usageError(error: unknown): unknown {
  if (!(error instanceof Error) || !('oclif' in error)) return error;
  const lines = error.message.split('\n').map((line) => line.trim());
  return new PkgError('PKG_USAGE', lines.find((line) => line.startsWith('--')) ?? lines[0] ?? 'wrong usage');
}
