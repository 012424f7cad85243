/** An API server that dies and restarts, closes connections, or accepts few requests: each on its own control plane. */
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
import { chartOf, configMap, deployment } from './support.ts';
import { temporaryFolder } from '../support/folders.ts';

let state: State;
let admin: Client;

beforeAll(async () => {
  // 0.02 is the largest value that the API server accepts.
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

  // Controllers take up to a minute to come back, so the test waits for them once.
  test.each([
    [0, []],
    [120, []],
    [400, ['--wait']],
    [900, []],
  ])('%i ms after the record of an install, then of an upgrade %j', async (after, wait) => {
    const ns = await namespace();
    expectWords(await killedDuring(ns, ['install', 'r', chartOf(first), ...wait], 1, after));
    const next = await run(ns, ['upgrade', '--install', 'r', chartOf(first)]);
    expect([next.status, next.stderr.match(/^Error.*/m)]).toEqual([0, null]);
    expect((await made(ns)).maps).toEqual(maps(first));

    const revision = (await made(ns)).records.length + 1;
    expectWords(await killedDuring(ns, ['upgrade', 'r', chartOf(second)], revision, after));
    const last = await run(ns, ['upgrade', '--install', 'r', chartOf(second)]);
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
    const kubeconfig = join(temporaryFolder(), 'kubeconfig');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(kubeconfig, writeKubeconfig({ ...readKubeconfig(state.kubeconfig), server: address }));
    const close = (): void => {
      server.close();
      for (const socket of sockets) socket.destroy();
    };
    return { kubeconfig, connections: () => connections, close };
  }

  test('installs, upgrades and uninstalls succeed, and create no object twice', async () => {
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
      expect((await made(ns)).records).toEqual(['superseded', 'deployed']);
      const { status } = await run(ns, ['uninstall', 'r'], way.kubeconfig);
      expect(status).toBe(0);
      expect(await made(ns)).toEqual({ maps: {}, deployments: [], records: [] });
    } finally {
      way.close();
    }
    // Three runs; of 900 requests some got a GOAWAY.
    expect(way.connections()).toBeGreaterThan(6);
  });
});

describe('an API server that takes few requests of a user at a time and refuses the rest (429)', () => {
  /** A kubeconfig of a ServiceAccount that may do everything, by a priority level of its own without a queue. */
  async function limitedUser(ns: string): Promise<string> {
    const rbac = 'rbac.authorization.k8s.io';
    await admin.create(`/api/v1/namespaces/${ns}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'limited' },
    });
    await admin.create(`/apis/${rbac}/v1/namespaces/${ns}/rolebindings`, {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'limited' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'limited', namespace: ns }],
    });
    const group = 'flowcontrol.apiserver.k8s.io';
    await admin.create(`/apis/${group}/v1/prioritylevelconfigurations`, {
      apiVersion: `${group}/v1`,
      kind: 'PriorityLevelConfiguration',
      metadata: { name: ns },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 1,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: 'Reject' },
        },
      },
    });
    const subject = { kind: 'ServiceAccount', serviceAccount: { name: 'limited', namespace: ns } };
    const rules = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true };
    await admin.create(`/apis/${group}/v1/flowschemas`, {
      apiVersion: `${group}/v1`,
      kind: 'FlowSchema',
      metadata: { name: ns },
      spec: {
        matchingPrecedence: 2,
        priorityLevelConfiguration: { name: ns },
        rules: [{ subjects: [subject], resourceRules: [rules] }],
      },
    });
    await admin.until(`/apis/${group}/v1/flowschemas/${ns}`, ({ status }: Json) =>
      status?.conditions?.some(({ type, status: is }: Json) => type === 'Dangling' && is === 'False'),
    );
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const path = `/api/v1/namespaces/${ns}/serviceaccounts/limited/token`;
    const { status } = await admin.create(path, asked);
    const kubeconfig = join(temporaryFolder(), 'kubeconfig');
    const config = JSON.parse(writeKubeconfig(readKubeconfig(state.kubeconfig))) as Json;
    config.users[0].user = { token: status.token };
    writeFileSync(kubeconfig, JSON.stringify(config));
    return kubeconfig;
  }

  async function refusedSoFar(ns: string): Promise<number> {
    const metrics = (await admin.get('/metrics')) as string;
    const lines = metrics
      .split('\n')
      .filter((line) => line.startsWith('apiserver_flowcontrol_rejected_requests_total'));
    return lines
      .filter((line) => line.includes(`"${ns}"`))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  test('300 objects are installed, changed and removed', async () => {
    const ns = await namespace();
    const kubeconfig = await limitedUser(ns);
    const objects = (v: string): Json[] => [0, 1, 2].flatMap((part) => many(part * COUNT, v));
    for (const [args, v] of [
      [['install', 'r'], '1'],
      [['upgrade', 'r'], '2'],
    ] as const) {
      const { status, stderr } = await run(ns, [...args, chartOf(objects(v))], kubeconfig);
      expect([status, stderr.match(/^(?:Error|warning).*/m)]).toEqual([0, null]);
      expect((await made(ns)).maps).toEqual(dataOf(objects(v)));
    }
    expect(await refusedSoFar(ns)).toBeGreaterThan(0);
    const { status, stderr } = await run(ns, ['uninstall', 'r'], kubeconfig);
    expect([status, stderr.match(/^(?:Error|warning).*/m)]).toEqual([0, null]);
    expect(await made(ns)).toEqual({ maps: {}, deployments: [], records: [] });
  });
});
