import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Repository } from '../../repository/repositories.ts';
import { print } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { withRemotes } from '../support/remotes.ts';
import { updateIndexes } from '../support/update-indexes.ts';

export const command: Command = defineCommand({
  description: [
    'Fetches the indexes of the chart repositories that this machine knows. An index that has not changed since the',
    'last time is not sent again by servers that can tell.',
  ],
  args: [{ name: 'NAME', summary: 'only these repositories', optional: true, rest: true }],
  flags: { timeout: { type: 'string', hidden: true, summary: 'an index has ten minutes' } },
  async run({ flags, args }) {
    await withRemotes(flags, async (remotes) => {
      const chosen = choose(remotes.known(), args);
      print('Hang tight while we grab the latest from your chart repositories...\n');
      await updateIndexes(chosen, remotes, print);
      print('Update Complete. ⎈Happy Helming!⎈\n');
    });
  },
});

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
