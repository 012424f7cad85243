import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Repository } from '../../repository/repositories.ts';
import { print } from '../../terminal/output.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { INDEX_FLAGS } from '../support/remote-flags.ts';
import { indexTimeout } from '../support/wait-input.ts';
import { withRemotes } from '../support/remotes.ts';
import { updateIndexes } from '../support/update-indexes.ts';

class RepoUpdateCommand extends PkgCommand {
  static override description = [
    'Downloads the indexes of the chart repositories that this machine knows. An index that has not changed since the',
    'last time is not sent again by servers that can tell.',
  ].join('\n');
  static override args = {
    NAME: Args.string({ complete: 'repository', description: 'repositories to update (default: all)', multiple: true }),
  };
  static override flags = INDEX_FLAGS;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RepoUpdateCommand);
    await withRemotes({ flags, timeout: indexTimeout(flags.timeout) }, async (remotes) => {
      const chosen = choose(remotes.known(), args.NAME ?? []);
      print('Hang tight while we grab the latest from your chart repositories...\n');
      await updateIndexes(chosen, remotes, print, 'stored');
      print('Update Complete. ⎈Happy Helming!⎈\n');
    });
  }
}

export const command: CommandClass = RepoUpdateCommand;

/** @throws {PkgError} `PKG_REPOSITORY_UNKNOWN` */
function choose(known: readonly Repository[], names: readonly string[]): readonly Repository[] {
  if (known.length === 0) {
    throw new PkgError('PKG_REPOSITORY_UNKNOWN', 'no repositories found. You must add one before updating', {
      hints: ['add one with `pkg repo add NAME URL`'],
    });
  }
  const unknown = names.find((name) => !known.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new PkgError('PKG_REPOSITORY_UNKNOWN', `no repositories found matching '${printable(unknown, 60)}'`, {
      notes: ['nothing was updated'],
      hints: ['list them with `pkg repo list`'],
    });
  }
  return names.length === 0 ? known : known.filter(({ name }) => names.includes(name));
}
