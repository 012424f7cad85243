/**
 * Wrong answers: parts of real answers are replaced, in every command that reads them. The command always ends by
 * itself, with or without a PkgError, and writes only its own objects.
 */
import { rmSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { access, admin, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { change, changed } from '../support/changes.ts';
import type { Change, Json } from '../support/changes.ts';
import { RUNS } from '../support/generation.ts';
import { startProxy } from '../support/proxy.ts';
import type { ProxiedRequest, Proxy } from '../support/proxy.ts';
import { chartOf, configMap, deployment, job, pkg } from './support.ts';
import { temporaryFolder } from '../support/folders.ts';

vi.setConfig({ testTimeout: 600_000 });

const HOOK = { annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade,pre-rollback,pre-delete' } };
const hook = job('hook');
const FIRST = chartOf([
  configMap('a', { v: '1' }),
  configMap('b', { v: '1' }),
  configMap('c'),
  deployment('web'),
  { ...hook, metadata: { ...hook.metadata, ...HOOK } },
]);
const SECOND = chartOf([
  configMap('a', { v: '2' }),
  configMap('c'),
  configMap('d'),
  deployment('web', { image: 'two' }),
]);
/** All that the releases may write. */
const OWN = new Set(['a', 'b', 'c', 'd', 'web', 'hook']);

let ns: string;
let proxy: Proxy;
/** What happens to the answers of the run. */
let rewrite: (request: ProxiedRequest, body: string) => string | undefined = () => undefined;

beforeAll(async () => {
  proxy = await startProxy({ upstream: access(), rewrite: (request, body) => rewrite(request, body) });
});
afterAll(() => proxy?.close());

/** A hook whose answers never say that it is done is waited for so long. */
const SHORT = ['--timeout', '6s'];

/** Each command, and what has to be there before it. */
const COMMANDS: Readonly<Record<string, { before: readonly string[][]; args: readonly string[]; reads?: true }>> = {
  install: { before: [], args: ['install', 'r', FIRST, ...SHORT] },
  upgrade: { before: [['install', 'r', FIRST]], args: ['upgrade', 'r', SECOND, ...SHORT] },
  'upgrade with --wait': {
    before: [['install', 'r', FIRST]],
    args: ['upgrade', 'r', SECOND, '--wait', '--timeout', '4s'],
  },
  rollback: {
    before: [
      ['install', 'r', FIRST],
      ['upgrade', 'r', SECOND],
    ],
    args: ['rollback', 'r', '1', ...SHORT],
  },
  uninstall: { before: [['install', 'r', FIRST]], args: ['uninstall', 'r', ...SHORT] },
  'diff upgrade': { before: [['install', 'r', FIRST]], args: ['diff', 'upgrade', 'r', SECOND], reads: true },
  status: { before: [['install', 'r', FIRST]], args: ['status', 'r', '-o', 'json'], reads: true },
  'status in words': { before: [['install', 'r', FIRST]], args: ['status', 'r'], reads: true },
  history: { before: [['install', 'r', FIRST]], args: ['history', 'r'], reads: true },
  list: { before: [['install', 'r', FIRST]], args: ['list', '-A'], reads: true },
  'get all': { before: [['install', 'r', FIRST]], args: ['get', 'all', 'r'], reads: true },
  template: { before: [], args: ['template', 'r', FIRST, '--dry-run=server'], reads: true },
};

/** Runs pkg with answers rewritten, and a cache of its own, so that it asks what kinds there are. */
async function runPkg(args: readonly string[]): Promise<Run> {
  const cache = temporaryFolder();
  proxy.forget();
  let stop: (signal: NodeJS.Signals) => void = () => undefined;
  const late = setTimeout(() => stop('SIGKILL'), 90_000);
  try {
    return await pkgOn(ns, args, {
      kubeconfig: proxy.kubeconfig,
      env: { XDG_CACHE_HOME: cache },
      onStart: (send) => (stop = send),
    });
  } finally {
    clearTimeout(late);
    rmSync(cache, { recursive: true, force: true });
  }
}

async function prepare(before: readonly string[][]): Promise<void> {
  rewrite = () => undefined;
  ns = await namespace();
  await admin().create(`/api/v1/namespaces/${ns}/configmaps`, configMap('strange', { v: 'mine' }));
  for (const args of before) await pkg(ns, ...args);
}

/** What a run must be, whatever was answered. */
async function expectSound({ status, stderr }: Run, told: string): Promise<void> {
  expect(status, `${told}: it did not end`).not.toBe(null);
  expect(stderr, told).not.toContain('PKG_INTERNAL');
  expect(stderr, told).not.toMatch(/^\s+at .*\.(?:cjs|ts|js):\d+/m);
  if (status !== 0) expect(stderr, told).toMatch(/code: PKG_/);
  const written = proxy.requests.filter(
    ({ method, path, query }) => method !== 'GET' && !query.has('dryRun') && !path.startsWith('/apis/auth'),
  );
  for (const { method, path } of written) {
    const name = method === 'POST' ? '' : (path.split('/').at(-1) ?? '');
    const isOwn = OWN.has(name) || /^(?:sh\.helm\.release|pkg)\.v1\.r\.v\d+$/.test(name) || method === 'POST';
    expect(isOwn && path.includes(`/namespaces/${ns}/`), `${told}: ${method} ${path}`).toBe(true);
  }
  const strange = await admin().get(`/api/v1/namespaces/${ns}/configmaps/strange`);
  expect(strange.data, told).toEqual({ v: 'mine' });
}

type Rewrite = typeof rewrite;

/** Replaces a part of the answer to one request, or to that and all later ones. */
function rewriting({ at, by }: Change, one: number, isLasting: boolean): Rewrite {
  return ({ number }, body) => {
    if (isLasting ? number < one : number !== one) return undefined;
    try {
      return JSON.stringify(changed(JSON.parse(body) as Json, at, by)) ?? '';
    } catch {
      return undefined;
    }
  };
}

/** Replaces a part of what the records of releases hold. */
function rewritingRecords({ at, by }: Change): Rewrite {
  return (_request, body) =>
    body.replaceAll(/"release":"([\w+/=]+)"/g, (whole: string, text: string) => {
      try {
        const packed = Buffer.from(Buffer.from(text, 'base64').toString('latin1'), 'base64');
        const record = JSON.parse(gunzipSync(packed).toString('utf8')) as Json;
        const made = gzipSync(JSON.stringify(changed(record, at, by)) ?? '').toString('base64');
        return `"release":"${Buffer.from(made).toString('base64')}"`;
      } catch {
        return whole;
      }
    });
}

describe.each(Object.entries(COMMANDS))('%s', (name, { before, args, reads }) => {
  /** Runs the command with each of some rewritings, which are made for so many requests. */
  async function expectAllSound(
    some: readonly { tried: unknown; made: (requests: number) => Rewrite }[],
  ): Promise<void> {
    await prepare(before);
    const clean = await runPkg(args);
    await expectSound(clean, `${name}: ${clean.stderr}`);
    expect(clean.status, clean.stderr).toBe(0);
    const count = proxy.requests.length;
    for (const [index, { tried, made }] of some.entries()) {
      if (reads !== true) await prepare(before);
      rewrite = made(count);
      const run = await runPkg(args);
      rewrite = () => undefined;
      await expectSound(run, `${name}, case ${index}: ${JSON.stringify(tried)}\n${run.stderr}`);
    }
  }

  test('answers that are changed in part or replaced', async () => {
    const step = fc.record({ change, which: fc.nat({ max: 10_000 }), isLasting: fc.boolean() });
    const some = fc.sample(step, (reads === true ? 12 : 4) * RUNS).map((tried) => ({
      tried,
      made: (count: number): Rewrite => rewriting(tried.change, 1 + (tried.which % count), tried.isLasting),
    }));
    await expectAllSound(some);
  });

  // Some commands read no record.
  if (before.length === 0) return;
  test('records with changed content', async () => {
    const some = fc.sample(change, (reads === true ? 6 : 3) * RUNS);
    await expectAllSound(some.map((tried) => ({ tried, made: () => rewritingRecords(tried) })));
  });
});
