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
  if (!stdin.isTTY) throw required(question, 'standard input is not a terminal', options.hint);
  const { hidden = false } = options;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: hidden ? silent : process.stderr, terminal: true });
  lines.once('SIGINT', () => {
    lines.close();
    printError('\n');
    process.kill(process.pid, 'SIGINT');
  });
  try {
    // readline repaints its line, and would remove a question that it does not know; hidden input is not painted. The
    // terminal no longer shows what is typed when the question appears.
    if (hidden) printError(question);
    const answer = await lines.question(hidden ? '' : question);
    // Blanks may be a part of a password, as in the files that have one.
    return hidden ? answer : answer.trim();
  } catch (cause) {
    if ((cause as Error).name !== 'AbortError') throw cause;
    // Ctrl-D
    if (!hidden) printError('\n');
    throw required(question, 'nothing was typed', options.hint);
  } finally {
    lines.close();
    if (hidden) printError('\n');
  }
}

function required(question: string, reason: string, hint = 'give --username and --password-stdin'): PkgError {
  const what = question.replace(/: $/, '').toLowerCase();
  return new PkgError('PKG_USAGE', `the ${what} is required, and ${reason}`, { hints: [hint] });
}
