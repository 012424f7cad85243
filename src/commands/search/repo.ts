import { parseConstraint } from '../../chart/constraint.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { SearchChart } from '../../repository/index-file.ts';
import type { Remotes } from '../../repository/remotes.ts';
import type { Repository } from '../../repository/repositories.ts';
import { indexEntries } from '../../repository/search-entries.ts';
import { searchCharts } from '../../repository/search.ts';
import type { Search } from '../../repository/search.ts';
import { printError } from '../../terminal/output.ts';
import { renderTable } from '../../terminal/table.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass, FlagValues } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { SEARCH_FLAGS } from '../support/remote-flags.ts';
import { printResult } from '../support/print-result.ts';
import { withRemotes } from '../support/remotes.ts';

const FLAGS = {
  regexp: Flags.boolean({ char: 'r', summary: 'treat the words as a regular expression' }),
  versions: Flags.boolean({ char: 'l', summary: 'list every version of each chart' }),
  devel: Flags.boolean({ summary: 'also list pre-releases; has no effect with --version' }),
  version: Flags.string({ helpValue: 'CONSTRAINT', summary: 'list only versions that match this constraint: ^1.2' }),
  ...SEARCH_FLAGS,
  ...OUTPUT_FLAG,
} as const;

class SearchRepoCommand extends PkgCommand {
  static override description = [
    'Searches the names, descriptions and keywords of charts in the indexes that `pkg repo update` downloaded.',
    'Lists the newest stable version of each chart.',
  ].join('\n');
  static override examples = [
    { command: 'pkg search repo nginx', description: 'charts that match the word' },
    { command: "pkg search repo acme/web --versions --version '^1.2'", description: 'all versions that match' },
  ];
  static override args = { WORD: Args.string({ description: 'word to search for', multiple: true }) };
  static override flags = FLAGS;

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(SearchRepoCommand);
    const search = await searchOf(args.WORD ?? [], flags);
    const results = await withRemotes({ flags }, async (remotes) => {
      const indexes = new Map<string, readonly SearchChart[]>();
      for (const repository of knownRepositories(remotes)) {
        const entries = entriesOf(repository, remotes);
        if (entries !== undefined) indexes.set(repository.name, entries);
      }
      return searchCharts(indexes, search);
    });
    if (results.length === 0 && flags['fail-on-no-result']) {
      throw new PkgError('PKG_CHART_NOT_FOUND', 'no results found');
    }
    const rows = results.map(({ name, version, appVersion, description }) => ({
      name,
      version,
      app_version: appVersion,
      description,
    }));
    const head = ['NAME', 'CHART VERSION', 'APP VERSION', 'DESCRIPTION'];
    await printResult(
      flags.output,
      () => rows,
      () =>
        rows.length === 0
          ? 'No results found\n'
          : renderTable([head, ...rows.map((row) => Object.values(row))], flags['max-col-width'] || undefined),
    );
  }
}

export const command: CommandClass = SearchRepoCommand;

function knownRepositories(remotes: Remotes): readonly Repository[] {
  const known = remotes.known();
  if (known.length > 0) return known;
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', 'no repositories configured', {
    hints: ['add one with `pkg repo add NAME URL`'],
  });
}

/** @throws {PkgError} `PKG_USAGE` for a pattern, `PKG_CHART_INVALID` for a constraint that cannot be read */
async function searchOf(words: readonly string[], flags: FlagValues<typeof FLAGS>): Promise<Search> {
  const wanted = flags.version || (flags.devel ? '>0.0.0-0' : '>0.0.0');
  const common = { constraint: parseConstraint(wanted), allVersions: flags.versions };
  if (words.length === 0) return { ...common, matches: undefined, ignoreCase: false };
  const text = words.join(' ');
  if (!flags.regexp) {
    const term = text.toLowerCase();
    return { ...common, matches: (line) => line.indexOf(term), ignoreCase: true };
  }
  const { compileRe2 } = await import('../../chart/re2.ts');
  try {
    const { regex } = compileRe2(text);
    const matches = (line: string): number => {
      const matcher = regex.matcher(line);
      return matcher.find() ? matcher.start() : -1;
    };
    return { ...common, matches, ignoreCase: false };
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    throw new PkgError('PKG_USAGE', `this is not a regular expression: ${printable(reason, 200)}`, { cause: error });
  }
}

/** What is found in a cached index; a warning where there is none. */
function entriesOf(repository: Repository, remotes: Remotes): readonly SearchChart[] | undefined {
  const name = printable(repository.name, 60);
  try {
    return indexEntries(repository, remotes);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    printError(
      `warning: the index of ${name} is not searched: ${error.message}; fetch it with \`pkg repo update ${name}\`\n`,
    );
    return undefined;
  }
}
