import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { changeRepositories } from '../../repository/repositories.ts';
import type { Repository } from '../../repository/repositories.ts';
import { repositoryUrl, shownText } from '../../repository/urls.ts';
import { print } from '../../terminal/output.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { SOURCE_FLAGS } from '../support/chart-flags.ts';
import { INDEX_FLAGS, REMOTE_FLAGS } from '../support/remote-flags.ts';
import { indexTimeout } from '../support/wait-input.ts';
import { accessOf, withRemotes } from '../support/remotes.ts';

class RepoAddCommand extends PkgCommand {
  static override description = [
    'Downloads the index of a chart repository, and adds the repository to those that this machine knows.',
    "They are stored in Helm's repositories.yaml, so both programs know the same ones.",
  ].join('\n');
  static override examples = [
    { command: 'pkg repo add acme https://charts.example.com', description: 'then: pkg install acme/web' },
    {
      command: 'pkg repo add acme https://charts.example.com --username ci --password-stdin < token',
      description: 'with a login',
    },
  ];
  static override args = {
    NAME: Args.string({ required: true, description: 'the name of the repository' }),
    URL: Args.string({ required: true, description: 'the address of the folder that holds index.yaml' }),
  };
  static override flags = {
    'force-update': Flags.boolean({ summary: 'replace an existing repository of this name' }),
    'no-update': Flags.boolean({ hidden: true, summary: 'a repository is only replaced with --force-update' }),
    'allow-deprecated-repos': Flags.boolean({ hidden: true, summary: 'no address is refused' }),
    ...INDEX_FLAGS,
    'pass-credentials': SOURCE_FLAGS['pass-credentials'],
    ...REMOTE_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RepoAddCommand);
    const { NAME: name, URL: url } = args;
    checkName(name);
    repositoryUrl(url);
    const access = await accessOf(flags);
    if (access.username !== '' && access.password === '') {
      const question = { hidden: true, hint: 'give --password-stdin' };
      access.password = await (await import('../../terminal/prompt.ts')).ask('Password: ', question);
    }
    const repository: Repository = { ...access, name, url };
    await withRemotes({ flags, timeout: indexTimeout(flags.timeout) }, async (remotes) => {
      if (!flags['force-update'] && isKnown(repository, remotes.known())) {
        print(`"${printable(name)}" already exists with the same configuration, skipping\n`);
        return;
      }
      await remotes.index(repository, 'stored');
      const withNew = (now: readonly Repository[]): Repository[] | undefined => {
        // Another process may have taken the name meanwhile.
        if (!flags['force-update'] && isKnown(repository, now)) return undefined;
        // At the place of the one that is replaced, as Helm does: `repo list` shows them in this order.
        return now.some((one) => one.name === name)
          ? now.map((one) => (one.name === name ? repository : one))
          : [...now, repository];
      };
      await changeRepositories(remotes.repositoriesFile, withNew, remotes.tell);
      print(`"${printable(name)}" has been added to your repositories\n`);
    });
  }
}

export const command: CommandClass = RepoAddCommand;

/** A name is the first part of REPOSITORY/NAME, and a part of the names of files. */
function checkName(name: string): void {
  if (/^[^/\\]+$/.test(name) && !/^\.+$/.test(name) && printable(name) === name) return;
  const what = name.includes('/') ? "contains '/'" : 'cannot be part of a file name';
  throw new PkgError('PKG_USAGE', `the repository name '${printable(name, 60)}' ${what}`, {
    hints: ['choose a plain name, such as acme'],
  });
}

/** @throws {PkgError} `PKG_REPOSITORY_EXISTS` for another repository of the name */
function isKnown(repository: Repository, all: readonly Repository[]): boolean {
  const { name } = repository;
  const known = all.find((one) => one.name === name);
  if (known === undefined) return false;
  if (isSame(known, repository)) return true;
  throw new PkgError('PKG_REPOSITORY_EXISTS', `the repository name ${printable(name, 60)} already exists`, {
    notes: [`it is the name of ${shownText(known.url)}`],
    hints: ['choose another name, or replace the repository with --force-update'],
  });
}

function isSame(a: Repository, b: Repository): boolean {
  return (Object.keys(a) as (keyof Repository)[]).every((key) => a[key] === b[key]);
}
