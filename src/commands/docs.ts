import { ERROR_CODES, PkgError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { nearest } from '../nearest.ts';
import { ERROR_DOCS } from '../terminal/error-docs.ts';
import { print } from '../terminal/output.ts';
import { renderTable } from '../terminal/table.ts';
import { Args, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';

class DocsCommand extends PkgCommand {
  static override description =
    'Explains an error code: what it means, why it happens, and what to do. Without a code it lists all codes.';
  static override examples = [{ command: 'pkg docs PKG_SCHEMA_VIOLATION', description: 'explain this error' }];
  static override args = { CODE: Args.string({ suggestions: ERROR_CODES, description: 'an error code' }) };

  override async run(): Promise<void> {
    const { args } = await this.parse(DocsCommand);
    const { CODE: typed } = args;
    if (typed === undefined) {
      print(renderTable(ERROR_CODES.map((code) => [code, ERROR_DOCS[code].summary])));
      return;
    }
    const code = typed.toUpperCase();
    if (!isCode(code)) {
      const near = nearest(code, ERROR_CODES);
      throw new PkgError('PKG_USAGE', `there is no error code ${printable(typed, 60)}`, {
        hints: near === undefined ? ['list all codes with `pkg docs`'] : [`did you mean ${near}?`],
      });
    }
    const { summary, why, fix } = ERROR_DOCS[code];
    print(`${code}: ${summary}\n\n${why}\n\n${fix}\n`);
  }
}

export const command: CommandClass = DocsCommand;

function isCode(text: string): text is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(text);
}
