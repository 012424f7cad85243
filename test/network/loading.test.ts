/** Only runs that need the HTTP client of repositories and of HTTP/1.1 load it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { chartFiles, chartsIn, startPkg } from '../repository/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { startPeer } from '../support/peer.ts';
import type { Peer } from '../support/peer.ts';

const INDEX = '{"apiVersion":"v1","entries":{}}';
const EMPTY = { apiVersion: 'v1', kind: 'List', metadata: {}, items: [] };

let repository: ChartServer;
let peers: Record<'http1' | 'http2', Peer>;
beforeAll(async () => {
  repository = await startChartServer('/nowhere', { serve: (_request, response) => response.end(INDEX) !== undefined });
  const serve: NonNullable<Parameters<typeof startPeer>[0]>['serve'] = (_request, { json }) => json(EMPTY);
  peers = { http1: await startPeer({ http1Only: true, serve }), http2: await startPeer({ serve }) };
});
afterAll(async () => {
  repository.close();
  for (const peer of Object.values(peers)) await peer.close();
});

/** The scripts of the program that a command runs: their compiled code is cached after the second run. */
async function scriptsOf(args: readonly string[], cwd: string): Promise<string[]> {
  const home = temporaryFolder();
  for (let runs = 0; runs < 2; runs++) {
    await startPkg(args, { cwd, home, env: { XDG_CACHE_HOME: home } }).ended;
  }
  const code = join(home, 'kubepkg', 'code');
  return readdirSync(code).flatMap((build) => readdirSync(join(code, build)));
}

const isHttp = (name: string): boolean => name.startsWith('http.');

test.each([
  [['version']],
  [['template', 'plain']],
  [['lint', 'plain']],
  [['install', 'r', 'plain', '--target', 'dir:out']],
])('pkg %s does not load undici', async (args) => {
  const scripts = await scriptsOf(args, chartsIn({ plain: chartFiles('plain', '1.0.0') }));
  expect(scripts).not.toEqual([]);
  expect(scripts.filter(isHttp)).toEqual([]);
});

test('pkg list loads undici for a cluster with HTTP/1.1, and not for one with HTTP/2', async () => {
  for (const [name, peer] of Object.entries(peers)) {
    const scripts = await scriptsOf(['list', '--kubeconfig', peer.kubeconfig()], temporaryFolder());
    expect([name, scripts.some(isHttp)]).toEqual([name, name === 'http1']);
    expect(peer.seen.length).toBeGreaterThan(0);
  }
});

test('pkg template loads undici when it downloads a dependency', async () => {
  const dependency = `dependencies:\n- {name: sub, version: "1.0.0", repository: "${repository.url}"}\n`;
  const cwd = chartsIn({ web: chartFiles('web', '1.0.0', dependency) });
  expect((await scriptsOf(['template', 'web', '--dependency-update'], cwd)).some(isHttp)).toBe(true);
});
