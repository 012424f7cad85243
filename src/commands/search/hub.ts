import { PkgError } from '../../errors.ts';
import { searchHub } from '../../repository/hub.ts';
import { renderTable } from '../../terminal/table.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { SEARCH_FLAGS } from '../support/remote-flags.ts';
import { printResult } from '../support/print-result.ts';
import { tellingSlow } from '../support/slow.ts';

class SearchHubCommand extends PkgCommand {
  static override description =
    'Searches for charts in Artifact Hub, or in another hub with the search API of Monocular.';
  static override examples = [
    { command: 'pkg search hub nginx --list-repo-url', description: 'with the repository of each chart' },
  ];
  static override args = { WORD: Args.string({ description: 'word to search for', multiple: true }) };
  static override flags = {
    endpoint: Flags.string({ default: 'https://hub.helm.sh', helpValue: 'URL', summary: 'address of the hub' }),
    'list-repo-url': Flags.boolean({ summary: 'also print the repository of each chart' }),
    ...SEARCH_FLAGS,
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(SearchHubCommand);
    const charts = await tellingSlow((tell) =>
      searchHub(flags.endpoint, (args.WORD ?? []).join(' '), process.env, tell),
    );
    if (charts.length === 0 && flags['fail-on-no-result']) {
      throw new PkgError('PKG_CHART_NOT_FOUND', 'no results found');
    }
    const withRepository = flags['list-repo-url'];
    const head = ['URL', 'CHART VERSION', 'APP VERSION', 'DESCRIPTION', ...(withRepository ? ['REPO URL'] : [])];
    await printResult(
      flags.output,
      () =>
        charts.map(({ url, version, appVersion, description, repository }) => ({
          url,
          version,
          app_version: appVersion,
          description,
          repository,
        })),
      () =>
        charts.length === 0
          ? 'No results found\n'
          : renderTable(
              [
                head,
                ...charts.map(({ url, version, appVersion, description, repository }) => [
                  url,
                  version,
                  appVersion,
                  description,
                  ...(withRepository ? [repository.url] : []),
                ]),
              ],
              flags['max-col-width'] || undefined,
            ),
    );
  }
}

export const command: CommandClass = SearchHubCommand;
