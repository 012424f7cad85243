/**
 * Splits a command line by pflag's rules, which are Helm's, and writes it down again in the one form
 * that every parser reads the same: each flag with its value, then the arguments.
 *
 * - `--flag value`, `--flag=value`, `-f value`, `-f=value`, `-fvalue`, `-abc` for booleans
 * - a flag that takes a value takes the next word whatever it looks like
 * - a flag whose value may be left out takes one only with `=`
 * - `--` ends the flags; flags and arguments may be mixed; the last of repeated single values wins
 *
 * @see https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { FlagSpec, FlagSpecs } from './command.ts';

/** One flag as typed, under its long name. */
export type TypedFlag = { name: string; value: string };

/** A command line, taken apart. */
export type SplitLine = { flags: TypedFlag[]; args: string[] };

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * Takes a command line apart.
 *
 * @param stopAtArg stop before the first argument and give the rest as `args`: for finding the command
 * @throws PkgError PKG_USAGE for a flag that is not known, lacks its value or has one that is not for it
 */
export function splitLine(words: readonly string[], specs: FlagSpecs, stopAtArg = false): SplitLine {
  const flags: TypedFlag[] = [];
  const args: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      args.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      if (stopAtArg) {
        args.push(...words.slice(at));
        break;
      }
      args.push(word);
      continue;
    }
    const next = (): string | undefined => words[++at];
    if (word.startsWith('--')) flags.push(splitLong(word, specs, next));
    else flags.push(...splitShort(word, specs, next));
  }
  return { flags, args };
}

function splitLong(word: string, specs: FlagSpecs, next: () => string | undefined): TypedFlag {
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const [name, spec] = findLong(typed, specs);
  if (equals >= 0) return typedFlag(name, spec, word.slice(equals + 1));
  const bare = bareValue(spec);
  if (bare !== undefined) return { name, value: bare };
  const value = next();
  if (value === undefined) throw new PkgError('PKG_USAGE', `--${name} needs a value`);
  return typedFlag(name, spec, value);
}

function splitShort(word: string, specs: FlagSpecs, next: () => string | undefined): TypedFlag[] {
  const flags: TypedFlag[] = [];
  for (let at = 1; at < word.length; at++) {
    const char = word[at] ?? '';
    const found = Object.entries(specs).find(([, spec]) => spec.char === char);
    if (found === undefined) {
      throw new PkgError(
        'PKG_USAGE',
        `unknown flag -${printable(char)}${word.length > 2 ? ` in ${printable(word)}` : ''}`,
      );
    }
    const [name, spec] = found;
    const rest = word.slice(at + 1);
    if (rest.startsWith('=')) return [...flags, typedFlag(name, spec, rest.slice(1))];
    const bare = bareValue(spec);
    if (bare !== undefined) {
      flags.push({ name, value: bare });
      continue;
    }
    const value = rest === '' ? next() : rest;
    if (value === undefined) throw new PkgError('PKG_USAGE', `-${char} (--${name}) needs a value`);
    return [...flags, typedFlag(name, spec, value)];
  }
  return flags;
}

function findLong(typed: string, specs: FlagSpecs): [string, FlagSpec] {
  if (Object.hasOwn(specs, typed)) return [typed, specs[typed] as FlagSpec];
  const byAlias = Object.entries(specs).find(([, spec]) => spec.aliases?.includes(typed));
  if (byAlias !== undefined) return byAlias;
  throw new UnknownFlagError(typed);
}

/** A flag that the command does not have; whoever catches it adds the nearest names. */
export class UnknownFlagError extends PkgError {
  readonly flag: string;

  constructor(flag: string) {
    super('PKG_USAGE', `unknown flag --${printable(flag)}`);
    this.flag = flag;
  }
}

function bareValue(spec: FlagSpec): string | undefined {
  if (spec.type === 'boolean') return 'true';
  return spec.type === 'string' ? spec.bare : undefined;
}

function typedFlag(name: string, spec: FlagSpec, value: string): TypedFlag {
  if (spec.type !== 'boolean') return { name, value };
  if (TRUE.has(value)) return { name, value: 'true' };
  if (FALSE.has(value)) return { name, value: 'false' };
  throw new PkgError('PKG_USAGE', `--${name} takes true or false, not "${printable(value)}"`);
}

/**
 * The values of a comma-separated list as Go's encoding/csv reads one line: `a,"b,c"` is two.
 *
 * @throws PkgError PKG_USAGE for quotes that do not pair
 */
export function splitCsv(text: string, flag: string): string[] {
  if (text === '') return [];
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
      quoted.lastIndex = at;
      const match = quoted.exec(text);
      if (match === null) throw new PkgError('PKG_USAGE', `the quotes in --${flag} ${printable(text)} do not pair`);
      fields.push((match[1] ?? '').replaceAll('""', '"'));
      at = quoted.lastIndex;
    } else {
      const comma = text.indexOf(',', at);
      const field = comma < 0 ? text.slice(at) : text.slice(at, comma);
      if (field.includes('"')) {
        throw new PkgError('PKG_USAGE', `a quote inside a value of --${flag} ${printable(text)} is not allowed`, {
          hints: ['quote the whole value: "a,b"'],
        });
      }
      fields.push(field);
      at += field.length;
    }
    if (at >= text.length) return fields;
    at++;
  }
}
