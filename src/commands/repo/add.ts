import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { changeRepositories } from '../../repository/repositories.ts';
import type { Repository } from '../../repository/repositories.ts';
import { repositoryUrl, shownText } from '../../repository/urls.ts';
import { print } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { REMOTE_FLAGS, SOURCE_FLAGS } from '../support/flags.ts';
import { accessOf, withRemotes } from '../support/remotes.ts';

export const command: Command = defineCommand({
  description: [
    'Adds a chart repository to those that this machine knows, once its index could be fetched.',
    "They stand in Helm's repositories.yaml: both programs know the same ones.",
  ],
  examples: [
    { command: 'pkg repo add acme https://charts.example.com', says: 'then: pkg install acme/web' },
    {
      command: 'pkg repo add acme https://charts.example.com --username ci --password-stdin < token',
      says: 'with a login',
    },
  ],
  args: [
    { name: 'NAME', summary: 'the name that it is to have' },
    { name: 'URL', summary: 'the address of the folder with its index.yaml' },
  ],
  flags: {
    'force-update': { type: 'boolean', summary: 'replace the repository that has the name' },
    'no-update': { type: 'boolean', hidden: true, summary: 'a repository is only replaced with --force-update' },
    'allow-deprecated-repos': { type: 'boolean', hidden: true, summary: 'no address is refused' },
    timeout: { type: 'string', hidden: true, summary: 'an index has ten minutes' },
    'pass-credentials': SOURCE_FLAGS['pass-credentials'],
    ...REMOTE_FLAGS,
  },
  async run({ flags, args }) {
    const [name = '', url = ''] = args;
    checkName(name);
    repositoryUrl(url);
    const repository: Repository = { ...(await accessOf(flags)), name, url };
    await withRemotes(flags, async (remotes) => {
      if (!flags['force-update'] && isKnown(repository, remotes.known())) {
        print(`"${printable(name)}" already exists with the same configuration, skipping\n`);
        return;
      }
      await remotes.index(repository, 'checked');
      await changeRepositories(remotes.repositoriesFile, (now) => {
        // Another process may have taken the name meanwhile.
        if (!flags['force-update'] && isKnown(repository, now)) return undefined;
        return [...now.filter((one) => one.name !== name), repository];
      });
      print(`"${printable(name)}" has been added to your repositories\n`);
    });
  },
});

/** A name is the first part of REPOSITORY/NAME, and a part of the names of files. */
function checkName(name: string): void {
  if (/^[^/\\]+$/.test(name) && !/^\.+$/.test(name) && printable(name) === name) return;
  const what = name.includes('/') ? "contains '/'" : 'is no name of a file';
  throw new PkgError('PKG_USAGE', `the repository name '${printable(name, 60)}' ${what}`, {
    hints: ['give a plain name, such as acme'],
  });
}

/** @throws {PkgError} `PKG_REPOSITORY_EXISTS` for another repository of the name */
function isKnown(repository: Repository, all: readonly Repository[]): boolean {
  const { name } = repository;
  const known = all.find((one) => one.name === name);
  if (known === undefined) return false;
  if (isSame(known, repository)) return true;
  throw new PkgError('PKG_REPOSITORY_EXISTS', `the repository name ${printable(name, 60)} already exists`, {
    notes: [`it stands for ${shownText(known.url)}`],
    hints: ['take another name, or replace it with --force-update'],
  });
}

function isSame(a: Repository, b: Repository): boolean {
  return (Object.keys(a) as (keyof Repository)[]).every((key) => a[key] === b[key]);
}
