/** npm packages that add commands, as oclif's plugins do. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';
import type { PkgRun } from '../support/pkg.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '../..');
let env: Record<string, string> = {};

const COMMONJS = `
const { Args, Command, Flags } = require('@oclif/core');
class Hello extends Command {
  static summary = 'say hello';
  static description = 'Says hello.';
  static args = { who: Args.string({ required: true }) };
  static flags = {
    greeting: Flags.string({ char: 'g', default: 'hello' }),
    loud: Flags.boolean({ allowNo: true, default: true }),
    fail: Flags.integer(),
  };
  async run() {
    const { args, flags } = await this.parse(Hello);
    if (flags.fail !== undefined) this.error('it did not work\\nat all', { exit: flags.fail });
    this.log(flags.greeting + ' ' + args.who + (flags.loud ? '!' : ''));
    if (args.who === 'nobody') this.exit(7);
  }
}
module.exports = Hello;
`;

const MODULE = `
import { Command } from '@oclif/core';
export default class List extends Command {
  static summary = 'list clouds';
  async run() {
    await this.parse(List);
    this.log('cumulus');
  }
}
`;

beforeAll(() => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'data/package.json': JSON.stringify({
      oclif: { schema: 1, plugins: [{ type: 'link', name: 'pkg-hello', root: join(folder, 'pkg-hello') }] },
    }),
    'pkg-hello/package.json': JSON.stringify({
      name: 'pkg-hello',
      version: '1.0.0',
      oclif: { commands: './commands' },
    }),
    'pkg-hello/commands/hello.js': COMMONJS,
    'pkg-hello/commands/repo/clouds.mjs': MODULE,
    'pkg-hello/commands/cloud/list.mjs': MODULE,
    'pkg-hello/commands/list.js': COMMONJS,
  });
  mkdirSync(join(folder, 'pkg-hello/node_modules/@oclif'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@oclif/core'), join(folder, 'pkg-hello/node_modules/@oclif/core'));
  env = { PKG_DATA_DIR: join(folder, 'data') };
});

const run = (...words: string[]): PkgRun => pkg(words, { env });

test.each([
  ['hello ada', 'hello ada!\n'],
  ['hello ada -gciao', 'ciao ada!\n'],
  ['-g=ciao hello --loud=false ada', 'ciao ada\n'],
  ['hello --no-loud ada', 'hello ada\n'],
  ['hello -g a -g b -- -x', 'b -x!\n'],
  ['cloud list', 'cumulus\n'],
  ['repo clouds', 'cumulus\n'],
])('%s', (line, stdout) => {
  expect(run(...line.split(' '))).toEqual({ status: 0, stdout, stderr: '' });
});

test('a command of pkg cannot be replaced', () => {
  expect(run('list', '--target', 'dir:nowhere', '-o', 'json').stdout).toBe('[]\n');
});

test('help lists the commands, and shows their arguments', () => {
  expect(run('help').stdout).toMatch(
    /^Commands of other packages:\n {2}cloud list\s+list clouds *\n {2}hello\s+say hello/m,
  );
  for (const line of ['help hello', 'hello --help']) {
    expect(run(...line.split(' ')).stdout).toContain('--greeting=<value>  [default: hello]');
  }
  for (const line of ['help cloud', 'cloud'])
    expect(run(...line.split(' ')).stdout).toContain('cloud list  list clouds');
  expect(run('__complete', 'he').stdout).toBe('help\tshow help for a command\nhello\tsay hello\n:4\n');
});

test('a failure in one is reported as an error, with its status', () => {
  expect(run('hello', 'nobody')).toEqual({ status: 7, stdout: 'hello nobody!\n', stderr: '' });
  const { status, stderr } = run('hello', 'x', '--fail', '3');
  expect({ status, stderr }).toEqual({
    status: 3,
    stderr: 'Error: pkg hello: it did not work\n  code: PKG_COMMAND_FAILED (pkg docs PKG_COMMAND_FAILED)\n',
  });
  expect(run('hello', 'x', '--nothing').stderr).toContain('unknown flag --nothing\n');
  expect(run('hello').stderr).toContain('PKG_COMMAND_FAILED');
  expect(run('cloud', 'lost').stderr).toContain('unknown command "cloud"');
  expect(run('helo').stderr).toContain('unknown command "helo"');
});
