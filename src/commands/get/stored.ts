import { getStoredKeys } from '../../release/operations/history.ts';
import { renderTable } from '../../terminal/table.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { REVISION_FLAG } from '../support/release-flags.ts';
import { openNamespace } from '../support/operate.ts';
import { printResult } from '../support/print-result.ts';

class GetStoredCommand extends PkgCommand {
  static override description = [
    'Lists the keys of the random values that are stored with a release, but not the values. `pkg upgrade --rotate KEY`',
    'generates a value again.',
  ].join('\n');
  static override examples = [{ command: 'pkg get stored shop', description: 'list the keys for --rotate' }];
  static override args = { NAME: Args.release };
  static override flags = { ...REVISION_FLAG, ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(GetStoredCommand);
    const found = await getStoredKeys(...(await openNamespace(flags)), args.NAME, flags.revision);
    await printResult(
      flags.output,
      () => found.map(({ keys, call, revision }) => ({ keys: [...keys], function: call, revision })),
      () =>
        renderTable([
          ['KEY', 'FUNCTION', 'REVISION', 'ALSO'],
          ...found.map(({ keys: [key = '', ...others], call, revision }) => [
            key,
            call,
            String(revision),
            others.join(' '),
          ]),
        ]),
    );
  }
}

export const command: CommandClass = GetStoredCommand;
