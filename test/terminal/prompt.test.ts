/** Questions at a terminal, which `script` provides. */
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'pkg.js');

/** Is the `script` of util-linux installed? */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

/** Runs pkg at a terminal, and types the answers one by one, each when its question is shown. */
function pkg(
  args: readonly string[],
  answers: readonly [question: string, typed: string][],
): Promise<[number, string]> {
  const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
  const env = { PATH: process.env['PATH'], HOME: temporaryFolder(), TERM: 'xterm', NO_COLOR: '1' };
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env });
  const left = [...answers];
  let shown = '';
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      const [question, typed] = left[0] ?? [];
      if (question === undefined || !shown.includes(question)) return;
      left.shift();
      child.stdin.write(typed);
    });
    child.on('close', (status) => resolve([status ?? -1, shown]));
  });
}

describe.skipIf(!hasScript)('at a terminal', () => {
  test.each([
    ['the name', [], 'Username: '],
    ['the password', ['-u', 'ada'], 'Password: '],
  ])('Ctrl-C at the question for %s ends pkg like any program, and Ctrl-D is no answer', async (_, flags, question) => {
    const login = ['registry', 'login', '127.0.0.1:9', ...flags];
    const [stopped, seen] = await pkg(login, [[question, '\u0003']]);
    expect(seen).not.toContain('Error');
    expect(stopped).toBe(130);
    const [ended, said] = await pkg(login, [[question, '\u0004']]);
    expect(said).toMatch(/\nError: the (?:username|password) is required, and nothing was typed/);
    expect(ended).toBe(1);
  });

  test('the question for a name stays on the line, and blanks of a password are sent', async () => {
    const sent: (string | undefined)[] = [];
    const server = createServer(({ headers: { authorization } }, response) => {
      sent.push(authorization);
      response.writeHead(authorization === undefined ? 401 : 200, { 'www-authenticate': 'Basic realm="test"' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const [status, shown] = await pkg(
      ['registry', 'login', `127.0.0.1:${port}`, '--plain-http'],
      [
        ['Username: ', 'ada\r'],
        ['Password: ', ' two blanks \r'],
      ],
    );
    server.close();
    expect(status, shown).toBe(0);
    // What follows on the line moves the cursor, or is the name.
    expect(shown).toMatch(/^(?:\u001B\[1G\u001B\[0J)?Username: (?:\u001B\[11G)?ada/);
    expect(sent.at(-1)).toBe(`Basic ${Buffer.from('ada: two blanks ').toString('base64')}`);
  });
});
