/** When there are colours. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { pkg } from '../support/pkg.ts';

const root: string = fileURLToPath(new URL('../..', import.meta.url));
const folder: string = mkdtempSync(join(tmpdir(), 'pkg-color-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ESCAPE = '\u001b[';
const target = `dir:${join(folder, 'out')}`;

/** A failure and a diff, into pipes. */
function piped(args: readonly string[], env: Record<string, string> = {}): { error: boolean; diff: boolean } {
  const failed = pkg(['install', 'x', 'charts/nothing', '--target', target, ...args], { env });
  const diff = pkg(['diff', 'upgrade', '-i', 'x', 'charts/web', '--target', target, ...args], { env });
  expect([failed.status, diff.status]).toEqual([1, 0]);
  return { error: failed.stderr.includes(ESCAPE), diff: diff.stdout.includes(ESCAPE) };
}

test.each([
  [[], {}, false],
  [['--color', 'always'], {}, true],
  [['--color=always'], {}, true],
  [['--colour', 'always'], {}, true],
  [['--color', 'auto'], {}, false],
  [['--color=always', '--color', 'never'], {}, false],
  [[], { HELM_COLOR: 'always' }, true],
  [['--color', 'never'], { HELM_COLOR: 'always' }, false],
  [[], { HELM_COLOR: 'always', NO_COLOR: '1' }, false],
  [['--color', 'always'], { NO_COLOR: '1' }, true],
  [[], { FORCE_COLOR: '1' }, false],
] as [string[], Record<string, string>, boolean][])('to a pipe: %j %j', (args, env, colored) => {
  expect(piped(args, env)).toEqual({ error: colored, diff: colored });
});

const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasTerminal)('on a terminal', () => {
  function shown(args: string, env: Record<string, string>): boolean {
    const command = `'${process.execPath}' bin/pkg.js install x charts/nothing --target '${target}' ${args}`;
    const run = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: root,
      env: { PATH: process.env['PATH'], TERM: 'xterm', ...env },
      input: '',
      encoding: 'utf8',
    });
    expect([run.status, run.stdout.includes('PKG_CHART_NOT_FOUND')]).toEqual([1, true]);
    return run.stdout.includes(ESCAPE);
  }

  test.each([
    ['', {}, true],
    ['--color never', {}, false],
    ['--color=never', {}, false],
    ['', { NO_COLOR: '1' }, false],
    ['', { NO_COLOR: '' }, true],
    ['', { TERM: 'dumb' }, false],
    ['--color always', { TERM: 'dumb', NO_COLOR: '1' }, true],
    ['', { HELM_COLOR: 'never' }, false],
  ] as [string, Record<string, string>, boolean][])('%s %j', (args, env, colored) => {
    expect(shown(args, env)).toBe(colored);
  });
});
