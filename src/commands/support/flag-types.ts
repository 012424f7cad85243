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
    const number = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(number)) {
      throw new PkgError('PKG_USAGE', `--${name} takes a whole number, not "${printable(text)}"`);
    }
    if (min !== undefined && number < min) {
      throw new PkgError('PKG_USAGE', `--${name} takes ${min} or more, not ${number}`);
    }
    return number;
  },
});

type Several = FlagDefinition<string, FlagExtras, { multiple: true; requiredOrDefaulted: true }>;

/** A flag that may be repeated, each value as it is. */
export const strings: Several = several();

/** A flag that may be repeated, each value a comma-separated list. */
export const csv: Several = several('csv');

/** A flag that may be repeated, each value `key=value,key=value`; {@link recordOf} makes a record of what it gives. */
export const pairs: Several = several('pairs');

function several(parts?: FlagExtras['parts']): Several {
  return custom<string, FlagExtras>({
    parse,
    multiple: true,
    multipleNonGreedy: true,
    default: [],
    ...(parts && { parts }),
  });
}

/**
 * The pairs of a flag as a record; of a key that is given twice the last value.
 *
 * @throws PkgError PKG_USAGE for what is no pair
 */
export function recordOf(values: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(
    values.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) throw new PkgError('PKG_USAGE', `--${flag} takes KEY=VALUE, not "${printable(pair)}"`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
