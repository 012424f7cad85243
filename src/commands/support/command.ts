/** The class of all commands. */
import { Command } from '@oclif/core/command';
import type { FlagInput, Input, ParserOutput } from '@oclif/core/interfaces';
import * as Args from './arg-types.ts';
import type { PkgConfig } from './config.ts';
import * as Flags from './flag-types.ts';
import { GLOBAL_FLAGS } from './global-flags.ts';
import type { GlobalFlags } from './global-flags.ts';
import { usageError } from './usage.ts';

export { Args, Flags };
export type { FlagValues } from './flag-types.ts';

type Values = Record<string, unknown>;

/**
 * A command of pkg: an oclif command that takes the flags of all commands, gives back an exit status, and leaves
 * reporting errors to the program.
 */
export abstract class PkgCommand extends Command {
  static override baseFlags: FlagInput<GlobalFlags> = GLOBAL_FLAGS;
  /** Is the last argument typed before the others, when it is typed: `[NAME] CHART`? Oclif wants optional ones last. */
  static optionalFirst: boolean = false;

  declare config: PkgConfig;

  /** Does the work and prints the result. Gives the exit status when it is not 0. */
  abstract override run(): Promise<number | void>;

  /** Runs the command on words for oclif's parser. Gives the exit status, and throws what it throws. */
  static async execute(
    this: new (argv: string[], config: PkgConfig) => PkgCommand,
    words: string[],
    config: PkgConfig,
  ): Promise<number> {
    return (await new this(words, config)._run<number | void>()) ?? 0;
  }

  /** Oclif looks here whether a deprecated name was used; pkg has none. */
  protected override async init(): Promise<void> {}

  /** Oclif sets an exit status here and ends spinners; the program does the one, and has none of the others. */
  protected override async catch(error: Error): Promise<never> {
    throw error;
  }

  /** @throws PkgError PKG_USAGE, with the usage line as a hint */
  protected override async parse<F extends Values, B extends Values, A extends Values>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    try {
      return await super.parse(options, argv);
    } catch (error) {
      throw usageError(error, this.ctor);
    }
  }
}

/**
 * What a command's file exports. The class itself stays within the file: TypeScript then infers the types of its flags,
 * which declarations of an exported class would have to spell out.
 */
export type CommandClass = typeof PkgCommand & (new (argv: string[], config: PkgConfig) => PkgCommand);
