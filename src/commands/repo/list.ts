import { readRepositories } from '../../repository/repositories.ts';
import { configPaths } from '../../repository/paths.ts';
import { printError } from '../../terminal/output.ts';
import { renderTable } from '../../terminal/table.ts';
import { Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { printResult } from '../support/print-result.ts';
import { printedUrl } from '../support/printed-url.ts';

class RepoListCommand extends PkgCommand {
  static override description = 'Lists the chart repositories that this machine knows.';
  static override flags = { 'no-headers': Flags.boolean({ summary: 'print no header line' }), ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags } = await this.parse(RepoListCommand);
    const { repositories: file } = configPaths(process.env, {
      repositoryConfig: flags['repository-config'] ?? '',
      registryConfig: '',
    });
    const rows = readRepositories(file).map(({ name, url }) => ({ name, url: printedUrl(url) }));
    if (rows.length === 0 && flags.output === 'table') {
      printError('no repositories to show\n');
      return;
    }
    await printResult(
      flags.output,
      () => rows,
      () =>
        renderTable([...(flags['no-headers'] ? [] : [['NAME', 'URL']]), ...rows.map(({ name, url }) => [name, url])]),
    );
  }
}

export const command: CommandClass = RepoListCommand;
