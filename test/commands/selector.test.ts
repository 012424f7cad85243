/** Label selectors have the same meaning as for Kubernetes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { matchesSelector, parseSelector } from '../../src/commands/support/selector.ts';
import { errorOf } from '../support/errors.ts';
import { pkg } from '../support/pkg.ts';

const SETS: Record<string, Record<string, string>> = {
  none: {},
  front: { tier: 'front', env: 'prod' },
  back: { tier: 'back', env: 'prod', 'example.com/team': 'a' },
  test: { tier: 'back', env: '' },
};

test.each([
  ['', 'none front back test'],
  ['tier=back', 'back test'],
  ['tier==back', 'back test'],
  ['tier = back , env = prod', 'back'],
  ['tier!=back', 'none front'],
  ['env=', 'test'],
  ['env!=', 'none front back'],
  ['tier', 'front back test'],
  ['!tier', 'none'],
  ['! example.com/team', 'none front test'],
  ['tier in (front,back)', 'front back test'],
  ['tier in ( front )', 'front'],
  ['tier notin (front, x)', 'none back test'],
  ['env in (,prod)', 'front back test'],
  ['env notin (prod),tier', 'test'],
  ['in in (in)', ''],
  ['constructor', ''],
])('%s', (query, names) => {
  const requirements = parseSelector(query);
  const found = Object.keys(SETS).filter((name) => matchesSelector(SETS[name] ?? {}, requirements));
  expect(found.join(' ')).toBe(names);
});

test.each([
  '=x',
  'a=b,',
  ',a',
  'a in',
  'a in b',
  'a in (b',
  '!a=b',
  '!a in (b)',
  'a b',
  'a=b c',
  'a=(b)',
  '-a',
  'a=b=c',
])('%s is refused', async (query) => {
  expect((await errorOf(() => parseSelector(query))).code).toBe('PKG_USAGE');
});

test('releases are selected by their own labels and by those of their records', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pkg-selector-'));
  const run = (...args: string[]): string => pkg([...args, '--target', `dir:${folder}`]).stdout;
  run('install', 'one', 'charts/web', '--labels', 'team=a,env=x');
  run('install', 'two', 'charts/web', '-l', 'team=b');
  expect(run('list', '-q', '-l', 'team=a')).toBe('one\n');
  expect(run('list', '-q', '--selector', 'team in (a,b),env!=x')).toBe('two\n');
  expect(run('list', '-q', '-l', 'name=two,owner=helm,status=deployed,version=1')).toBe('two\n');
  rmSync(folder, { recursive: true });
});
