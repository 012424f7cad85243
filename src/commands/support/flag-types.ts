/**
 * The kinds of flags that commands have: oclif's, made to read what pflag reads and so Helm takes.
 *
 * What is spelled differently in pflag is put into oclif's spelling before (`pflag.ts`). These kinds convert and check
 * values, and hold what pflag and shells have to know of a flag.
 */
import { boolean as oclifBoolean, custom } from '@oclif/core/flags';
import type { BooleanFlag, FlagDefinition, FlagInput } from '@oclif/core/interfaces';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';

/** What a value names, so that shells can complete it. */
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

/** What a flag may hold beside what oclif knows. */
export type FlagExtras = {
  complete?: Completion;
  /** The value when the flag is given alone: `--dry-run`. Another value then needs `=`. */
  bare?: string;
  /** How pflag takes one value apart into several. */
  parts?: 'csv' | 'pairs';
};

/** The values of a group of flags after parsing. */
export type FlagValues<F extends FlagInput> = F extends FlagInput<infer Values> ? Values : never;

/**
 * Stands before a value that begins with a dash. Oclif's parser would take `-o` in `--set -o` for a flag that comes
 * without a value; pflag takes the next word whatever it looks like. No word of a command line can hold this character.
 */
const DASH_GUARD = '\0';

/** A value as oclif's parser is given it. */
export function guarded(value: string): string {
  return value.startsWith('-') ? DASH_GUARD + value : value;
}

/** The value that {@link guarded} was given. */
export function unguarded(value: string): string {
  return value.startsWith(DASH_GUARD) ? value.slice(DASH_GUARD.length) : value;
}

const parse = async (input: string): Promise<string> => unguarded(input);

/** A flag that is given or not. */
export function boolean(options: Partial<BooleanFlag<boolean>>): BooleanFlag<boolean> {
  return oclifBoolean({ default: false, ...options });
}

/** A flag with a text. */
export const string: FlagDefinition<string, FlagExtras> = custom<string, FlagExtras>({ parse });

/** A flag with a whole number. Throws `PKG_USAGE` for others. */
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

// Oclif's types take what is beside its own properties from a value of another type only.
const partedBy = (parts: 'csv' | 'pairs'): FlagExtras => ({ parts });

/** A flag that may be repeated, each value as it is. */
export const strings: Several = custom<string, FlagExtras>({ ...SEVERAL, parse });

/** A flag that may be repeated, each value a comma-separated list. */
export const csv: Several = custom<string, FlagExtras>({ ...SEVERAL, ...partedBy('csv'), parse });

/**
 * A flag that may be repeated, each value `key=value,key=value`; {@link recordOf} makes a record of what it gives.
 * Throws `PKG_USAGE` for what is no pair.
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
