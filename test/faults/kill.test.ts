/** Processes that are killed or interrupted in the middle of an operation: the next command finishes or undoes it. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { pkg, pkgInterrupted, pkgStarted } from '../support/pkg.ts';

const COUNT = 1500;
let folder = '';
let chart = '';

/** A chart of many ConfigMaps, so that there is a middle. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-kill-'));
  chart = join(folder, 'many');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: many\nversion: 0.1.0\n');
  writeFileSync(join(chart, 'values.yaml'), `text: a\ncount: ${COUNT}\n`);
  writeFileSync(
    join(chart, 'templates', 'maps.yaml.hbs'),
    '{{#each (until values.count)}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m{{this}}\ndata:\n  text: {{values.text}}\n{{/each}}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The texts that the maps of a target hold, and how many maps there are. */
function state(target: string): { count: number; texts: string[]; leftovers: string[] } {
  const place = join(target, 'default', 'configmap');
  const names = readdirSync(place);
  const texts = names.map((name) => /^ {2}text: (.*)$/m.exec(readFileSync(join(place, name), 'utf8'))?.[1] ?? 'broken');
  return {
    count: names.length,
    texts: [...new Set(texts)],
    leftovers: readdirSync(join(target, '_secret', '.staging')),
  };
}

const statuses = (target: string): string[] =>
  (JSON.parse(pkg(['history', 'r', '-o', 'json', '--target', `dir:${target}`]).stdout) as { status: string }[]).map(
    ({ status }) => status,
  );

test.each([180, 260, 340, 460, 600])('kill -9 after %i ms of an install, then the same command', async (ms) => {
  const target = join(folder, `install-${ms}`);
  const args = ['install', 'r', chart, '--target', `dir:${target}`];
  const killed = await pkgInterrupted(args, 'SIGKILL', ms);
  const next = pkg(killed.status === 0 ? ['upgrade', ...args.slice(1)] : args);
  expect(next.stderr.replaceAll(/^(?:note: .*|\[\d+\/\d+\] .*)\n/gm, '')).toBe('');
  expect(next.status).toBe(0);
  expect(state(target)).toEqual({ count: COUNT, texts: ['a'], leftovers: [] });
  expect(statuses(target).at(-1)).toBe('deployed');
  expect(statuses(target).filter((status) => status === 'deployed')).toHaveLength(1);
});

test.each([200, 300, 420, 600])('kill -9 after %i ms of an upgrade, then a rollback', async (ms) => {
  const target = join(folder, `upgrade-${ms}`);
  const place = ['--target', `dir:${target}`];
  expect(pkg(['install', 'r', chart, ...place]).status).toBe(0);
  await pkgInterrupted(['upgrade', 'r', chart, '--set', 'text=b,count=1000', ...place], 'SIGKILL', ms);
  const back = pkg(['rollback', 'r', '1', ...place]);
  expect([back.status, back.stderr.replaceAll(/^(?:note: .*|\[\d+\/\d+\] .*)\n/gm, '')]).toEqual([0, '']);
  expect(state(target)).toEqual({ count: COUNT, texts: ['a'], leftovers: [] });
  expect(pkg(['uninstall', 'r', ...place]).status).toBe(0);
  expect(existsSync(join(target, 'default'))).toBe(false);
});

test.each([250, 400, 550])(
  'Ctrl-C after %i ms of an upgrade: the record says failed, and upgrade --install goes on',
  async (ms) => {
    const target = join(folder, `int-${ms}`);
    const place = ['--target', `dir:${target}`];
    expect(pkg(['install', 'r', chart, ...place]).status).toBe(0);
    const stopped = await pkgInterrupted(['upgrade', 'r', chart, '--set', 'text=b', ...place], 'SIGINT', ms);
    if (stopped.status === 1) {
      expect(stopped.stderr).toContain('PKG_INTERRUPTED');
      expect(statuses(target)).toEqual(['deployed', 'failed']);
    }
    const next = pkg(['upgrade', '--install', 'r', chart, '--set', 'text=c', ...place]);
    expect([next.status, next.stderr.replaceAll(/^(?:note: .*|\[\d+\/\d+\] .*)\n/gm, '')]).toEqual([0, '']);
    expect(state(target)).toEqual({ count: COUNT, texts: ['c'], leftovers: [] });
  },
);

test('of two upgrades at once one wins, and the other reports it', async () => {
  const target = join(folder, 'two');
  const place = ['--target', `dir:${target}`];
  pkg(['install', 'r', chart, ...place]);
  const both = await Promise.all(
    ['x', 'y'].map((text) =>
      pkgInterrupted(['upgrade', 'r', chart, '--set', `text=${text}`, ...place], 'SIGTERM', 60_000),
    ),
  );
  const lost = both.filter(({ status }) => status !== 0);
  expect(lost.length).toBeLessThan(2);
  for (const { stderr } of lost) expect(stderr).toMatch(/code: PKG_(?:RELEASE_HELD|OBJECT_CONFLICT) /);
  expect(state(target).texts).toHaveLength(1);
  expect(statuses(target).filter((status) => status === 'deployed')).toHaveLength(1);
});

// All at once, since each waits for half a minute. Until the operation is stopped nothing may run here without
// awaiting: it would keep the other tests from seeing the moment that they wait for.
describe.concurrent('after half a minute', () => {
  test.each([
    ['upgrade', ['upgrade', 'r', '--set', 'text=b'], ['upgrade', 'r', '--set', 'text=c'], 'c'],
    ['rollback', ['rollback', 'r', '1'], ['upgrade', 'r', '--set', 'text=c'], 'c'],
    ['uninstall', ['uninstall', 'r'], ['rollback', 'r', '1'], 'a'],
  ])(
    'a suspended operation (%s) is taken over, and writes nothing more when it wakes up',
    async (name, loser, winner, text) => {
      const target = join(folder, `suspended-${name}`);
      const place = ['--target', `dir:${target}`];
      const withChart = (args: readonly string[]): string[] =>
        args[0] === 'upgrade' ? ['upgrade', 'r', chart, ...args.slice(2), ...place] : [...args, ...place];
      const prepare = async (args: readonly string[]): Promise<void> => {
        const { status, stderr } = await pkgStarted(args).done;
        expect(status, stderr).toBe(0);
      };
      await prepare(['install', 'r', chart, ...place]);
      if (name === 'rollback') await prepare(withChart(['upgrade', 'r', '--set', 'text=b']));
      const first = pkgStarted(withChart(loser));
      const records = join(target, '_secret', 'default', 'secret');
      const isPending = (): boolean =>
        readdirSync(records).some((file) =>
          /status: (?:pending-upgrade|pending-rollback|uninstalling)/.test(readFileSync(join(records, file), 'utf8')),
        );
      while (!isPending()) await sleep(5);
      // Not while it holds the file lock, which is not taken from a running process.
      for (;;) {
        first.kill('SIGSTOP');
        await sleep(20);
        if (lstatSync(join(target, '_secret', '.lock'), { throwIfNoEntry: false }) === undefined) break;
        first.kill('SIGCONT');
        await sleep(Math.random() * 10);
      }
      const second = await pkgInterrupted(withChart(winner), 'SIGTERM', 200_000);
      expect(second.stderr).toMatch(/is taken over: process \d+ on \S+ gave no sign of life for 30 s/);
      expect(second.status).toBe(0);
      first.kill('SIGCONT');
      const { status, stderr } = await first.done;
      // The second where it had not yet looked whether it is alone.
      expect(stderr).toMatch(/PKG_RELEASE_(?:TAKEN_OVER|HELD)/);
      expect(status).toBe(1);
      expect(state(target)).toEqual({ count: COUNT, texts: [text], leftovers: [] });
      expect(statuses(target).filter((one) => one === 'deployed')).toHaveLength(1);
    },
    240_000,
  );
});

/** On a busy machine, or one that suspends processes, every step of an operation may take longer than a second. */
test('an operation that is suspended repeatedly while it writes a large record is deployed', async () => {
  const large = join(folder, 'large');
  mkdirSync(join(large, 'templates'), { recursive: true });
  mkdirSync(join(large, 'files'));
  writeFileSync(join(large, 'Chart.yaml'), 'apiVersion: v2\nname: large\nversion: 0.1.0\n');
  writeFileSync(join(large, 'templates', 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n');
  // 48 MB that make a small record: compressing it takes longer than the process may run at a time.
  const line = (seed: number): string =>
    Array.from({ length: 599 }, (_, at) => ((at * at * seed) % 36).toString(36)).join('');
  for (let at = 0; at < 12; at++) writeFileSync(join(large, 'files', `f${at}`), `${line(at + 5)}\n`.repeat(6600));
  const target = join(folder, 'stalls');
  const { done, kill } = pkgStarted(['install', 'r', large, '--target', `dir:${target}`]);
  let ended = false;
  void done.then(() => (ended = true));
  const record = join(target, '_secret', 'default', 'secret', 'sh.helm.release.v1.r.v1.yaml');
  while (!existsSync(record) && !ended) await sleep(5);
  for (let pulse = 0; pulse < 40 && !ended; pulse++) {
    kill('SIGSTOP');
    await sleep(1100);
    kill('SIGCONT');
    await sleep(100);
  }
  const { status, stderr } = await done;
  expect([status, stderr.replaceAll(/^\[\d+\/\d+\] .*\n/gm, '')]).toEqual([0, '']);
  expect(statuses(target)).toEqual(['deployed']);
});
