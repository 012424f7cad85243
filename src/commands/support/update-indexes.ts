/** Fetches the indexes of repositories and says how it went, in the words of Helm, which pipelines compare. */
import type { Chart } from '../../chart/chart.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { Remotes } from '../../repository/remotes.ts';
import type { Repository } from '../../repository/repositories.ts';
import { shownText } from '../../repository/urls.ts';
import { printError } from '../../terminal/output.ts';

/**
 * Fetches all at once and says of each how it went.
 *
 * @throws {PkgError} what was wrong with any of them, when all were tried
 */
export async function updateIndexes(
  repositories: readonly Repository[],
  remotes: Remotes,
  say: (line: string) => void,
): Promise<void> {
  const errors: PkgError[] = [];
  await Promise.all(
    repositories.map(async (repository) => {
      const { name, url } = repository;
      const shown = printable(name === '' ? shownText(url) : name, 200);
      try {
        await remotes.index(repository, 'checked');
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
 * Fetches the indexes that the dependencies of a chart are looked up in. Helm fetches those of all repositories that
 * the machine knows, which takes longer and changes nothing.
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
    await updateIndexes(known, remotes, say);
    say('Update Complete. ⎈Happy Helming!⎈\n');
  }
  if (unknown.length > 0) {
    say('Getting updates for unmanaged Helm repositories...\n');
    await updateIndexes(unknown, remotes, say);
  }
}
