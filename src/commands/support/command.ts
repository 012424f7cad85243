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
 * A command of pkg: an oclif command with the global flags, which returns its exit status and throws its errors.
 */
export abstract class PkgCommand extends Command {
  static override baseFlags: FlagInput<GlobalFlags> = GLOBAL_FLAGS;
  /** The last argument is optional and typed first: `[NAME] CHART`. oclif wants optional arguments last. */
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

  /** Overridden, because oclif checks for deprecated names here, and pkg has none. */
  protected override async init(): Promise<void> {}

  /** Overridden, because oclif sets the exit status here, which `main.ts` does for pkg. */
  protected override async catch(error: Error): Promise<never> {
    throw error;
  }

  /** @throws {PkgError} `PKG_USAGE`, with the usage line as a hint */
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
