/**
 * The types of flags: oclif's, with the syntax of values that pflag, and so Helm, accepts.
 *
 * `pflag.ts` has already translated pflag's spellings for oclif's parser. These types convert and check values, and
 * hold what `pflag.ts` and completion have to know of a flag.
 */
import { boolean as oclifBoolean, custom } from '@oclif/core/flags';
import type { BooleanFlag, FlagDefinition, FlagInput } from '@oclif/core/interfaces';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';

/** What a value names; shells complete it accordingly. */
export type Completion =
  | 'file'
  | 'directory'
  | 'chart'
  | 'local-chart'
  | 'remote-chart'
  | 'chart-version'
  | 'release'
  | 'revision'
  | 'namespace'
  | 'context'
  | 'repository'
  | 'values-key'
  | 'command';

/** Properties of a flag beside oclif's. */
export type FlagExtras = {
  complete?: Completion;
  /** The value of the flag alone: `--dry-run`. Another value must then be given with `=`. */
  bare?: string;
  /** What Go's words for true and false mean as values of a flag that was a boolean in Helm 3: `--dry-run=true`. */
  booleans?: { true: string; false?: string };
  /** How pflag splits one value into several. */
  parts?: 'csv' | 'pairs';
};

/** The values of a group of flags after parsing. */
export type FlagValues<F extends FlagInput> = F extends FlagInput<infer Values> ? Values : never;

/**
 * A prefix for values that begin with a dash. In `--set -o` oclif's parser would take `-o` for a flag; pflag takes it
 * as the value. A word of a command line cannot hold this character.
 */
const DASH_GUARD = '\0';

/** A value as it is passed to oclif's parser. */
export function guarded(value: string): string {
  return value.startsWith('-') ? DASH_GUARD + value : value;
}

/** The value that {@link guarded} was given. */
function unguarded(value: string): string {
  return value.startsWith(DASH_GUARD) ? value.slice(DASH_GUARD.length) : value;
}

const parse = async (input: string): Promise<string> => unguarded(input);

/** A flag that is given or not. */
export function boolean(options: Partial<BooleanFlag<boolean>>): BooleanFlag<boolean> {
  return oclifBoolean({ default: false, ...options });
}

/** A flag with a text. */
export const string: FlagDefinition<string, FlagExtras> = custom<string, FlagExtras>({ parse });

/** A flag with a whole number. @throws {PkgError} `PKG_USAGE` for others */
export const integer: FlagDefinition<number, FlagExtras & { min?: number }> = custom<
  number,
  FlagExtras & { min?: number }
>({
  async parse(input, _, { name, min }) {
    const text = unguarded(input);
    const number = wholeNumber(text);
    if (Number.isNaN(number)) {
      throw new PkgError('PKG_USAGE', `--${name} takes a whole number, not "${printable(text)}"`);
    }
    if (min !== undefined && number < min) {
      throw new PkgError('PKG_USAGE', `--${name} takes ${min} or more, not ${number}`);
    }
    return number;
  },
});

/** A whole number as Go writes them: `0x10` and `010` too. NaN for anything else. */
function wholeNumber(text: string): number {
  const [, sign, digits = ''] = /^([+-]?)(\d{1,15}|0x[\da-f]{1,12}|0o[0-7]{1,15}|0b[01]{1,50})$/i.exec(text) ?? [];
  const number = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits || Number.NaN);
  return sign === '-' && number !== 0 ? -number : number;
}

type Several = FlagDefinition<string, FlagExtras, { multiple: true; requiredOrDefaulted: true }>;

const SEVERAL: { multiple: true; multipleNonGreedy: true; default: string[] } = {
  multiple: true,
  multipleNonGreedy: true,
  default: [],
};

// oclif's types reject properties of their own in an object literal, but not in a value of another type.
const partedBy = (parts: 'csv' | 'pairs'): FlagExtras => ({ parts });

/** A flag that may be repeated, each value as it is. */
export const strings: Several = custom<string, FlagExtras>({ ...SEVERAL, parse });

/** A flag that may be repeated, each value a comma-separated list. */
export const csv: Several = custom<string, FlagExtras>({ ...SEVERAL, ...partedBy('csv'), parse });

/**
 * A flag that may be repeated, each value `key=value,key=value`; {@link recordOf} makes a record of what it gives.
 * @throws {PkgError} `PKG_USAGE` for what is not a pair
 */
export const pairs: Several = custom<string, FlagExtras>({
  ...SEVERAL,
  ...partedBy('pairs'),
  async parse(input, _, { name }) {
    const pair = unguarded(input);
    if (pair.includes('=')) return pair;
    throw new PkgError('PKG_USAGE', `--${name} takes KEY=VALUE, not "${printable(pair)}"`);
  },
});

/** The pairs that {@link pairs} gives as a record; of a key that is given twice the last value. */
export function recordOf(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
