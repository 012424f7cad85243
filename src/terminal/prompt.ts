/** Asks the user at a terminal for a line of input. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PkgError } from '../errors.ts';
import { printError } from './output.ts';

/**
 * Asks on standard error and reads a line from standard input.
 *
 * @param options `hidden`: what is typed is not shown; `hint`: what to do where nobody can answer
 * @throws {PkgError} `PKG_USAGE` where nobody can answer
 */
export async function ask(question: string, options: { hidden?: boolean; hint?: string } = {}): Promise<string> {
  const { stdin } = process;
  if (!stdin.isTTY) {
    throw new PkgError(
      'PKG_USAGE',
      `${question.replace(/: $/, '').toLowerCase()} is required, and standard input is not a terminal`,
      {
        hints: [options.hint ?? 'give --username and --password-stdin'],
      },
    );
  }
  printError(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: stdin,
    output: options.hidden === true ? silent : process.stderr,
    terminal: true,
  });
  try {
    return (await lines.question('')).trim();
  } finally {
    lines.close();
    if (options.hidden === true) printError('\n');
  }
}
