import { ERROR_CODES, PkgError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { nearest } from '../nearest.ts';
import { ERROR_DOCS } from '../terminal/error-docs.ts';
import { print } from '../terminal/output.ts';
import { renderTable } from '../terminal/table.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';

export const command: Command = defineCommand({
  description: ['Explains an error code: what it means, why it happens, what to do. Without a code lists all of them.'],
  examples: [{ command: 'pkg docs PKG_SCHEMA_VIOLATION', says: 'explain this error' }],
  args: [{ name: 'CODE', optional: true, choices: ERROR_CODES, summary: 'an error code' }],
  flags: {},
  async run({ args }) {
    const [typed] = args;
    if (typed === undefined) {
      print(renderTable(ERROR_CODES.map((code) => [code, ERROR_DOCS[code].summary])));
      return;
    }
    const code = typed.toUpperCase();
    if (!isCode(code)) {
      const near = nearest(code, ERROR_CODES);
      throw new PkgError('PKG_USAGE', `there is no error code ${printable(typed, 60)}`, {
        hints: near === undefined ? ['`pkg docs` lists all of them'] : [`did you mean ${near}?`],
      });
    }
    const { summary, why, fix } = ERROR_DOCS[code];
    print(`${code}: ${summary}\n\n${why}\n\n${fix}\n`);
  },
});

function isCode(text: string): text is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(text);
}
