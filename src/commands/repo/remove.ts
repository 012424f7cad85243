import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { changeRepositories, readRepositories } from '../../repository/repositories.ts';
import type { Repository } from '../../repository/repositories.ts';
import { print } from '../../terminal/output.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { withRemotes } from '../support/remotes.ts';

class RepoRemoveCommand extends PkgCommand {
  static override description =
    'Removes chart repositories from those that this machine knows, and their cached indexes.';
  static override args = {
    NAME: Args.string({
      complete: 'repository',
      required: true,
      description: 'the names of the repositories',
      multiple: true,
    }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RepoRemoveCommand);
    await withRemotes({ flags }, async (remotes) => {
      for (const name of args.NAME) {
        const known = readRepositories(remotes.repositoriesFile);
        const repository = known.find((one) => one.name === name);
        if (repository === undefined) {
          const isEmpty = known.length === 0;
          throw new PkgError(
            'PKG_REPOSITORY_UNKNOWN',
            isEmpty ? 'no repositories are known' : `no repo named "${printable(name, 60)}" found`,
            {
              hints: isEmpty ? [] : ['list them with `pkg repo list`'],
            },
          );
        }
        const without = (now: readonly Repository[]): Repository[] => now.filter((one) => one.name !== name);
        await changeRepositories(remotes.repositoriesFile, without, remotes.tell);
        remotes.indexes.remove(repository);
        print(`"${printable(name)}" has been removed from your repositories\n`);
      }
    });
  }
}

export const command: CommandClass = RepoRemoveCommand;
