/** Fetches the indexes of repositories, and prints Helm's messages about it, which scripts may look for. */
import type { Chart } from '../../chart/chart.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Freshness, Remotes } from '../../repository/remotes.ts';
import type { Repository } from '../../repository/repositories.ts';
import { shownText } from '../../repository/urls.ts';
import { printError } from '../../terminal/output.ts';

/**
 * Fetches indexes in parallel, and prints the outcome of each.
 *
 * @throws {PkgError} all errors together, after all were tried
 */
export async function updateIndexes(
  repositories: readonly Repository[],
  remotes: Remotes,
  say: (line: string) => void,
  freshness: Freshness,
): Promise<void> {
  const errors: PkgError[] = [];
  await Promise.all(
    repositories.map(async (repository) => {
      const { name, url } = repository;
      const shown = printable(name === '' ? shownText(url) : name, 200);
      try {
        await remotes.index(repository, freshness);
        say(`...Successfully got an update from the "${shown}" chart repository\n`);
      } catch (error) {
        if (!(error instanceof PkgError)) throw error;
        errors.push(error);
        printError(
          `...Unable to get an update from the "${shown}" chart repository (${shownText(url)}):\n\t${error.message}\n`,
        );
      }
    }),
  );
  throwTogether(errors, (count) => `${count} repositories could not be updated`);
}

/**
 * Fetches the indexes of the repositories that a chart's dependencies name. Helm fetches those of all configured
 * repositories, which takes longer and has no other effect.
 */
export async function refreshFor(chart: Chart, remotes: Remotes, say: (line: string) => void): Promise<void> {
  const asked = new Map<string, Repository>();
  for (const { repository } of chart.metadata.dependencies) {
    if (repository === '' || /^(?:file|oci):/.test(repository)) continue;
    const found = remotes.repository(repository);
    asked.set(`${found.name} ${found.url}`, found);
  }
  const all = [...asked.values()];
  const [known, unknown] = [all.filter(({ name }) => name !== ''), all.filter(({ name }) => name === '')];
  if (known.length > 0) {
    say('Hang tight while we grab the latest from your chart repositories...\n');
    await updateIndexes(known, remotes, say, 'checked');
    say('Update Complete. ⎈Happy Helming!⎈\n');
  }
  if (unknown.length > 0) {
    say('Getting updates for unmanaged Helm repositories...\n');
    await updateIndexes(unknown, remotes, say, 'checked');
  }
}
