/**
 * Translates a command line from pflag's syntax, which Helm has, to words that oclif's parser reads the same way.
 *
 * - `--flag value`, `--flag=value`, `-f value`, `-f=value`, `-fvalue`, `-abc` for booleans
 * - booleans take Go's words: `--wait-for-jobs=false`, `=t`, `=0`
 * - a flag that takes a value takes the next word whatever it looks like
 * - a flag whose value may be left out takes one only with `=`
 * - `--` ends the flags; flags and arguments may be mixed; the last of repeated single values wins
 *
 * @see https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax
 */
import type { Flag, FlagInput } from '@oclif/core/interfaces';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { guarded } from './flag-types.ts';
import type { FlagExtras } from './flag-types.ts';
import { helmFlagHint } from './helm-flags.ts';

/** A flag of a command. Those of plugins have oclif's properties alone. */
export type AnyFlag = Flag<unknown> & FlagExtras;

/** One flag as typed, under its long name. */
export type TypedFlag = { name: string; value: string };

/** A command line, split into flags and arguments. `ended`: there was a `--`, after which nothing is a flag. */
export type SplitLine = { flags: TypedFlag[]; args: string[]; ended: boolean };

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * Splits a command line.
 *
 * @throws {PkgError} `PKG_USAGE` for a flag that is unknown, lacks its value, or is a boolean with another value
 */
export function splitLine(words: readonly string[], flags: FlagInput): SplitLine {
  const line: SplitLine = { flags: [], args: [], ended: false };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = (): string | undefined => words[++at];
    if (word === '--') {
      line.args.push(...words.slice(at + 1));
      line.ended = true;
      break;
    }
    if (!word.startsWith('-') || word === '-') line.args.push(word);
    else if (word.startsWith('--')) line.flags.push(splitLong(word, flags, next));
    else line.flags.push(...splitShort(word, flags, next));
  }
  return line;
}

function splitLong(word: string, flags: FlagInput, next: () => string | undefined): TypedFlag {
  const equals = word.indexOf('=');
  const typed = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const found = findLong(typed, flags);
  if (found === undefined) {
    // `--no-NAME` is oclif's spelling, which commands of plugins may allow.
    const negated = typed.startsWith('no-') ? flags[typed.slice(3)] : undefined;
    if (negated?.type === 'boolean' && negated.allowNo) return { name: typed.slice(3), value: 'false' };
    const similar = nearest(typed, visibleNames(flags));
    const hint = helmFlagHint(typed, flags) ?? (similar === undefined ? undefined : `did you mean --${similar}?`);
    throw new PkgError('PKG_USAGE', `unknown flag --${printable(typed)}`, { hints: hint === undefined ? [] : [hint] });
  }
  const [name, flag] = found;
  if (equals >= 0) return typedFlag(name, flag, word.slice(equals + 1));
  const value = bareValue(flag) ?? next();
  if (value === undefined) throw new PkgError('PKG_USAGE', `--${name} needs a value`);
  return { name, value };
}

function splitShort(word: string, flags: FlagInput, next: () => string | undefined): TypedFlag[] {
  const typed: TypedFlag[] = [];
  for (let at = 1; at < word.length; at++) {
    const char = word[at] ?? '';
    const found = findShort(char, flags);
    if (found === undefined) {
      const where = word.length > 2 ? ` in ${printable(word)}` : '';
      throw new PkgError('PKG_USAGE', `unknown flag -${printable(char)}${where}`);
    }
    const [name, flag] = found;
    const rest = word.slice(at + 1);
    // Pflag takes `-f=` for the value `=`.
    if (rest.startsWith('=') && rest !== '=') return [...typed, typedFlag(name, flag, rest.slice(1))];
    const bare = bareValue(flag);
    if (bare !== undefined) {
      typed.push({ name, value: bare });
      continue;
    }
    const value = rest === '' ? next() : rest;
    if (value === undefined) throw new PkgError('PKG_USAGE', `-${char} (--${name}) needs a value`);
    return [...typed, { name, value }];
  }
  return typed;
}

/** The flag that a long name or one of its aliases means. */
export function findLong(typed: string, flags: FlagInput): [string, AnyFlag] | undefined {
  if (Object.hasOwn(flags, typed)) return [typed, flags[typed] as AnyFlag];
  return Object.entries(flags).find(([, flag]) => flag.aliases?.includes(typed));
}

/** The flag that a letter means. */
export function findShort(char: string, flags: FlagInput): [string, AnyFlag] | undefined {
  return Object.entries(flags).find(
    ([, flag]) => flag.char === char || flag.charAliases?.some((alias) => alias === char),
  );
}

/** The value of a flag that is given alone; undefined for a flag that takes the next word. */
export function bareValue(flag: AnyFlag): string | undefined {
  return flag.type === 'boolean' ? 'true' : flag.bare;
}

function visibleNames(flags: FlagInput): string[] {
  return Object.entries(flags).flatMap(([name, flag]) => (flag.hidden ? [] : [name, ...(flag.aliases ?? [])]));
}

function typedFlag(name: string, flag: AnyFlag, value: string): TypedFlag {
  const words = flag.type === 'boolean' ? { true: 'true', false: 'false' } : flag.booleans;
  if (words !== undefined && TRUE.has(value)) return { name, value: words.true };
  if (words?.false !== undefined && FALSE.has(value)) return { name, value: words.false };
  if (flag.type !== 'boolean') return { name, value };
  throw new PkgError('PKG_USAGE', `--${name} takes true or false, not "${printable(value)}"`);
}

/** The words for oclif's parser: each flag with its value, then the arguments. */
export function oclifWords({ flags: typed, args }: Omit<SplitLine, 'ended'>, flags: FlagInput): string[] {
  const last = new Map(typed.map(({ name }, at) => [name, at]));
  const words = typed.flatMap(({ name, value }, at) => {
    const flag = flags[name] as AnyFlag;
    // The last of repeated single values wins; oclif refuses the second.
    const isMultiple = flag.type === 'option' && flag.multiple === true;
    if (!isMultiple && last.get(name) !== at) return [];
    if (flag.type === 'boolean') return value === 'true' ? [`--${name}`] : flag.allowNo ? [`--no-${name}`] : [];
    return partsOf(value, name, flag).flatMap((part) => [`--${name}`, guarded(part)]);
  });
  return [...words, '--', ...args];
}

function partsOf(value: string, name: string, { parts }: AnyFlag): string[] {
  if (parts === 'csv') return splitCsv(value, name);
  if (parts !== 'pairs') return [value];
  // As pflag's stringToString: a list only where there are several `=`.
  const isList = value.indexOf('=') !== value.lastIndexOf('=');
  return isList ? splitCsv(value, name) : [value.replace(/^"+|"+$/g, '')];
}

/**
 * The values of a comma-separated list as Go's encoding/csv reads one line: `a,"b,c"` is two.
 *
 * @throws {PkgError} `PKG_USAGE` for quotes that do not pair
 */
function splitCsv(text: string, flag: string): string[] {
  if (text === '') return [];
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
      quoted.lastIndex = at;
      const match = quoted.exec(text);
      if (match === null) throw new PkgError('PKG_USAGE', `the quotes in --${flag} ${printable(text)} are not closed`);
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
