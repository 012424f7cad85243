/** The cluster is connected to while the chart is fetched. */
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { craftArchive, temporaryFolder } from '../chart/support.ts';
import { startPkg } from '../repository/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { startPeer } from '../support/peer.ts';
import type { Peer } from '../support/peer.ts';

const CHART = craftArchive([{ name: 'web/Chart.yaml', data: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' }]);

let peer: Peer;
let repository: ChartServer;
/** How many connections to the cluster there were before a test, and whether there was another before it got the archive. */
let opened = 0;
let isConnected = false;
beforeAll(async () => {
  peer = await startPeer({
    serve: (_request, { json }) => json({ kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 }, 403),
  });
  repository = await startChartServer('/nowhere', {
    serve: (request, response) => {
      if (request.url !== '/web.tgz') return false;
      const begun = Date.now();
      void (async () => {
        while (peer.connections() === opened && Date.now() - begun < 5_000) await sleep(10);
        isConnected = peer.connections() > opened;
        response.end(CHART);
      })();
      return true;
    },
  });
});
afterAll(async () => {
  repository.close();
  await peer.close();
});

const start = (args: readonly string[]): ReturnType<typeof startPkg>['ended'] =>
  startPkg(args, { cwd: temporaryFolder(), home: temporaryFolder() }).ended;

test.each([
  ['install', ['install', 'r']],
  ['upgrade', ['upgrade', 'r', '--install']],
  ['diff upgrade', ['diff', 'upgrade', 'r', '--install']],
])('%s', async (_name, words) => {
  const before = peer.seen.length;
  opened = peer.connections();
  isConnected = false;
  const { status, stderr } = await start([...words, `${repository.url}/web.tgz`, '--kubeconfig', peer.kubeconfig()]);
  expect([status, isConnected, peer.seen.length > before], stderr).toEqual([1, true, true]);
});

test('a program that gives credentials is not run for a chart that cannot be fetched', async () => {
  const marker = join(temporaryFolder(), 'was-run');
  const program = join(peer.folder, 'plugin');
  writeFileSync(program, `#!/bin/sh\ntouch '${marker}'\nexec sleep 60\n`, { mode: 0o755 });
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command: program };
  const kubeconfig = ['--kubeconfig', peer.kubeconfig({ exec })];
  const { status, stderr } = await start(['install', 'r', `${repository.url}/gone.tgz`, ...kubeconfig]);
  expect([status, existsSync(marker)], stderr).toEqual([1, false]);
  expect(stderr).toContain('PKG_CHART_VERSION_NOT_FOUND');
});
