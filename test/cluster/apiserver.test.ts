/** An API server that dies and comes back, sends its clients away, or takes few requests: a control plane of its own. */
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createClient, readKubeconfig, writeKubeconfig } from '../controlplane/client.ts';
import type { Client, Json } from '../controlplane/client.ts';
import { killProgram, startControlPlane, stopControlPlane } from '../controlplane/controlplane.ts';
import type { State } from '../controlplane/controlplane.ts';
import { pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { chartOf, configMap, deployment, newFolder } from './support.ts';

let state: State;
let admin: Client;

beforeAll(async () => {
  // 0.02 is the most that it takes.
  state = await startControlPlane({ apiserver: ['--goaway-chance=0.02'], restartAfter: 1_500 });
  admin = createClient(readKubeconfig(state.kubeconfig));
});

afterAll(async () => {
  admin.close();
  await stopControlPlane(state);
});

let namespaces = 0;

async function namespace(): Promise<string> {
  const name = `test-${++namespaces}`;
  await admin.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

function run(ns: string, args: readonly string[], kubeconfig = state.kubeconfig): Promise<Run> {
  return pkgOn(ns, args, { kubeconfig });
}

/** What a release made in a namespace: ConfigMaps with their data, names of Deployments. */
async function made(ns: string): Promise<{ maps: Record<string, Json>; deployments: string[]; records: string[] }> {
  const selector = 'labelSelector=app.kubernetes.io%2Fmanaged-by%3DHelm';
  const named = async (path: string): Promise<Json[]> => (await admin.get(`${path}?${selector}`)).items as Json[];
  const maps = await named(`/api/v1/namespaces/${ns}/configmaps`);
  const deployments = await named(`/apis/apps/v1/namespaces/${ns}/deployments`);
  const { items } = await admin.get(`/api/v1/namespaces/${ns}/secrets?labelSelector=owner%3Dhelm`);
  const byVersion = (a: Json, b: Json): number => a.metadata.labels.version - b.metadata.labels.version;
  return {
    maps: Object.fromEntries(maps.map(({ metadata, data }) => [metadata.name, data])),
    deployments: deployments.map(({ metadata }) => metadata.name as string),
    records: (items as Json[]).sort(byVersion).map(({ metadata }) => metadata.labels.status as string),
  };
}

const COUNT = 100;

/** `from` to `from + COUNT`, so that two overlap. */
function many(from: number, v: string): Json[] {
  return Array.from({ length: COUNT }, (_, index) => configMap(`c-${from + index}`, { v }));
}

function dataOf(objects: readonly Json[]): Record<string, Json> {
  return Object.fromEntries(objects.map(({ metadata, data }) => [metadata.name, data]));
}

describe('the API server is killed in the middle and comes back', () => {
  const first = [...many(0, '1'), ...Array.from({ length: 5 }, (_, index) => deployment(`web-${index}`))];
  const second = [...many(20, '2'), deployment('web-0', { image: 'two' }), deployment('new')];
  const maps = (objects: readonly Json[]): Record<string, Json> =>
    dataOf(objects.filter(({ kind }) => kind === 'ConfigMap'));

  async function answers(): Promise<void> {
    const ready = async (): Promise<boolean> => {
      const answer = await admin.request('GET', '/readyz').catch(() => undefined);
      return answer?.status === 200;
    };
    for (const deadline = Date.now() + 60_000; !(await ready()); await sleep(100)) {
      if (Date.now() > deadline) throw new Error('the API server did not come back');
    }
  }

  /** Runs it, and kills the API server so long after its record is there. */
  async function killedDuring(ns: string, args: readonly string[], revision: number, after: number): Promise<Run> {
    const running = run(ns, args);
    const record = `/api/v1/namespaces/${ns}/secrets/sh.helm.release.v1.r.v${revision}`;
    await admin.until(record, (secret) => secret !== undefined);
    await sleep(after);
    killProgram(state, 'kube-apiserver');
    const done = await running;
    await answers();
    return done;
  }

  /** It went on, or said what is wrong; nobody is left at work but by the record of a process that is gone. */
  function expectWords({ status, stderr }: Run): void {
    if (status === 0) return;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Error: .*(cannot be reached|did not answer|failed to|too busy)/m);
    expect(stderr).toMatch(/PKG_CLUSTER_(UNREACHABLE|FAILED)/);
    expect(stderr).not.toMatch(/^\s+at /m);
  }

  test.each([0, 120, 400, 900])('%i ms after the record of an install, then of an upgrade', async (after) => {
    const ns = await namespace();
    expectWords(await killedDuring(ns, ['install', 'r', chartOf(first), '--wait'], 1, after));
    const next = await run(ns, ['upgrade', '--install', 'r', chartOf(first), '--wait']);
    expect([next.status, next.stderr.match(/^Error.*/m)]).toEqual([0, null]);
    expect((await made(ns)).maps).toEqual(maps(first));

    const revision = (await made(ns)).records.length + 1;
    expectWords(await killedDuring(ns, ['upgrade', 'r', chartOf(second), '--wait'], revision, after));
    const last = await run(ns, ['upgrade', '--install', 'r', chartOf(second), '--wait']);
    expect([last.status, last.stderr.match(/^Error.*/m)]).toEqual([0, null]);
    const found = await made(ns);
    expect(found.maps).toEqual(maps(second));
    expect(found.deployments).toEqual(['new', 'web-0']);
    expect(found.records.filter((status) => status === 'deployed')).toHaveLength(1);
    expect(found.records.at(-1)).toBe('deployed');

    const away = await run(ns, ['uninstall', 'r', '--wait']);
    expect([away.status, away.stderr.match(/^Error.*/m)]).toEqual([0, null]);
    expect(await made(ns)).toEqual({ maps: {}, deployments: [], records: [] });
  });
});

describe('an API server that sends its clients away (--goaway-chance)', () => {
  /** A way to the API server that counts connections. */
  async function counted(): Promise<{ kubeconfig: string; connections: () => number; close: () => void }> {
    let connections = 0;
    const sockets = new Set<Socket>();
    const port = Number(new URL(state.server).port);
    const server = createServer((near) => {
      connections++;
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => (near.destroy(), far.destroy()));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const kubeconfig = join(newFolder(), 'kubeconfig');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(kubeconfig, writeKubeconfig({ ...readKubeconfig(state.kubeconfig), server: address }));
    const close = (): void => {
      server.close();
      for (const socket of sockets) socket.destroy();
    };
    return { kubeconfig, connections: () => connections, close };
  }

  test('installs, upgrades and uninstalls pass without an error, and nothing is made twice', async () => {
    const ns = await namespace();
    const way = await counted();
    const objects = (v: string): Json[] => [0, 1, 2].flatMap((part) => many(part * COUNT, v));
    try {
      for (const [args, v] of [
        [['install', 'r'], '1'],
        [['upgrade', 'r'], '2'],
      ] as const) {
        const { status, stderr } = await run(ns, [...args, chartOf(objects(v))], way.kubeconfig);
        expect([status, stderr.match(/^(?:Error|warning).*/m)]).toEqual([0, null]);
        expect((await made(ns)).maps).toEqual(dataOf(objects(v)));
      }
      // Each was written once by each revision: a write that was done twice would be an update more.
      const { items } = await admin.get(`/api/v1/namespaces/${ns}/configmaps`);
      const managers = (items as Json[]).map(({ metadata }) => (metadata.managedFields as Json[]).length);
      expect(new Set(managers)).toEqual(new Set([1]));
      const { status } = await run(ns, ['uninstall', 'r'], way.kubeconfig);
      expect(status).toBe(0);
      expect(await made(ns)).toEqual({ maps: {}, deployments: [], records: [] });
    } finally {
      way.close();
    }
    // Three runs; of 900 requests some were told to go elsewhere.
    expect(way.connections()).toBeGreaterThan(6);
  });
});
