/**
 * `npm run bench:cluster`: pkg beside the real helm on one API server, in turn. A ratio is the median of the rounds'
 * ratios of wall time, so that a machine that is busy for a while is busy for both; processor time stands beside it.
 * `PKG_BENCH_RUNS` sets how many rounds are measured (3), an argument which parts: `lists`, `lives`, `registry`,
 * `unchanged`, `waits`. Ends with 1 when a target is missed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createClient, readKubeconfig } from '../controlplane/client.ts';
import type { Json } from '../controlplane/client.ts';
import { startControlPlane, stopControlPlane } from '../controlplane/controlplane.ts';
import { helmPath } from '../support/helm.ts';
import { startProxy } from '../support/proxy.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { writeLargeChart, writeWebForHelm, writeWorkloads } from './charts.ts';
import { median, report, wasMissed } from './report.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const rounds = Number(process.env['PKG_BENCH_RUNS'] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'pkg-bench-'));
const state = await startControlPlane({ say: (line) => console.error(line) });
const access = readKubeconfig(state.kubeconfig);
const admin = createClient(access);

type Program = 'pkg' | 'helm';
const PROGRAMS = ['pkg', 'helm'] as const;

/** Seconds of one run. */
type Cost = { wall: number; cpu: number };
/** What the rounds of both programs cost. */
type Costs = Record<Program, Cost[]>;

function noCosts(): Costs {
  return { pkg: [], helm: [] };
}

/** Runs a program and gives the seconds it took. Node cannot tell what its children used, so bash does. */
function run(
  program: Program,
  namespace: string,
  args: readonly string[],
  kubeconfig = state.kubeconfig,
): Promise<Cost> {
  const command = program === 'helm' ? [helmPath()] : [process.execPath, join(root, 'bin/pkg.js')];
  const script = 'TIMEFORMAT="%U %S %R"; time "$@" >/dev/null';
  const words = [...command, '--namespace', namespace, '--kubeconfig', kubeconfig, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['--norc', '-c', script, 'bash', ...words], {
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      const [user, system, wall] = (/(\S+) (\S+) (\S+)\n$/.exec(stderr) ?? []).slice(1).map(Number);
      if (status === 0 && wall !== undefined) resolve({ wall, cpu: (user ?? 0) + (system ?? 0) });
      else reject(new Error(`${program} ${args.join(' ')}\n${stderr}`));
    });
  });
}

let namespaces = 0;

async function namespace(): Promise<string> {
  const name = `bench-${++namespaces}`;
  await admin.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await admin.until(`/api/v1/namespaces/${name}/serviceaccounts/default`, (account) => account !== undefined);
  return name;
}

/** Waits until controllers have nothing more to do with the Deployments of a namespace. */
async function calm(ns: string): Promise<void> {
  await admin.until(`/apis/apps/v1/namespaces/${ns}/deployments`, (list: Json) =>
    list.items.every(({ spec, status }: Json) => status?.availableReplicas === spec.replicas),
  );
}

/** Removes a release and waits until controllers are done with it: their work would be counted to who comes next. */
async function remove(program: Program, ns: string): Promise<void> {
  await run(program, ns, ['uninstall', 'r']);
  const apps = `/apis/apps/v1/namespaces/${ns}`;
  for (const path of [`${apps}/deployments`, `${apps}/replicasets`, `/api/v1/namespaces/${ns}/pods`]) {
    await admin.until(path, (list: Json) => list.items.length === 0);
  }
}

/** Every object of a namespace but records and what controllers make, with its version. */
async function versions(ns: string): Promise<string> {
  const { items } = await admin.get(`/api/v1/namespaces/${ns}/configmaps`);
  const { items: more } = await admin.get(`/apis/apps/v1/namespaces/${ns}/deployments`);
  return JSON.stringify([...items, ...more].map(({ metadata }: Json) => [metadata.name, metadata.resourceVersion]));
}

/** Reports what both took. Where helm ran less often than pkg, its one run counts for each of pkg's. */
function compare(name: string, { pkg, helm }: Costs, limit: number): void {
  const ratio = (field: keyof Cost): number =>
    median(pkg.map((ours, round) => ours[field] / (helm[round] ?? (helm[0] as Cost))[field]));
  const middle = (costs: Cost[], field: keyof Cost): string => median(costs.map((cost) => cost[field])).toFixed(2);
  const cpu = `CPU ${middle(pkg, 'cpu')} and ${middle(helm, 'cpu')} s (${ratio('cpu').toFixed(2)} ×)`;
  const figures = `pkg ${middle(pkg, 'wall')} s, helm ${middle(helm, 'wall')} s; ${cpu}`;
  report(name, figures, ratio('wall'), limit, '× helm');
}

const charts = { pkg: writeWorkloads(folder, 'native', 300), helm: writeWorkloads(folder, 'go', 300) };

/** One life of a release of 301 objects, measured command by command. */
async function lives(): Promise<void> {
  const commands: [name: string, limit: number, args: (chart: string) => string[]][] = [
    ['install of 300 objects', 0.5, (chart) => ['install', 'r', chart]],
    ['upgrade that changes nothing', 0.15, (chart) => ['upgrade', 'r', chart]],
    ['upgrade that changes one object', 0.2, (chart) => ['upgrade', 'r', chart, '--set', 'change=some']],
    ['rollback', 0.3, () => ['rollback', 'r', '1']],
    ['status', 0.3, () => ['status', 'r']],
  ];
  const costs = commands.map(noCosts);
  for (let round = 0; round < rounds; round++) {
    for (const program of PROGRAMS) {
      const ns = await namespace();
      for (const [index, [name, , args]] of commands.entries()) {
        const before = await versions(ns);
        costs[index]?.[program].push(await run(program, ns, args(charts[program])));
        await calm(ns);
        if (program === 'pkg' && name.endsWith('nothing') && before !== (await versions(ns))) {
          throw new Error('an upgrade that changes nothing changed an object');
        }
      }
      await remove(program, ns);
    }
  }
  for (const [index, [name, limit]] of commands.entries()) {
    compare(name, costs[index] ?? noCosts(), limit);
  }
}

/** How many requests an upgrade without changes makes, and what it takes where each costs 20 ms more. */
async function unchanged(): Promise<void> {
  const proxy = await startProxy({ upstream: access, latency: 20 });
  const costs = noCosts();
  try {
    for (const program of PROGRAMS) {
      const ns = await namespace();
      await run(program, ns, ['install', 'r', charts[program]]);
      await calm(ns);
      for (let round = 0; round < (program === 'pkg' ? rounds : 1); round++) {
        proxy.forget();
        costs[program].push(await run(program, ns, ['upgrade', 'r', charts[program]], proxy.kubeconfig));
      }
      if (program === 'pkg') report('requests of it', 'with known discovery', proxy.requests.length, 40, 'requests');
      await remove(program, ns);
    }
  } finally {
    await proxy.close();
  }
  compare('upgrade that changes nothing, 20 ms away', costs, 0.05);
}

/** Waiting until 150 Deployments are there. */
async function waits(): Promise<void> {
  const costs = noCosts();
  const fast = ['--qps', '1000', '--burst-limit', '1000'];
  for (let round = 0; round < rounds; round++) {
    for (const program of PROGRAMS) {
      const ns = await namespace();
      const flags = ['--wait', '--timeout', '10m', ...(program === 'helm' ? fast : [])];
      costs[program].push(await run(program, ns, ['install', 'r', charts[program], ...flags]));
      await remove(program, ns);
    }
  }
  compare('install --wait, helm with --qps 1000', costs, 1);
  const ns = await namespace();
  const plain = await run('helm', ns, ['install', 'r', charts.helm, '--wait', '--timeout', '10m']);
  compare('install --wait', { pkg: costs.pkg, helm: [plain] }, 0.05);
}

/** Installing a chart of 5 MB from a registry, whose archive both have cached. */
async function registry(): Promise<void> {
  const program = await findRegistry();
  if (program === undefined) return;
  const server = await startRegistry(program, 'none', true);
  try {
    const ns = await namespace();
    await run('helm', ns, ['package', writeLargeChart(folder), '-d', folder]);
    await run('pkg', ns, ['push', join(folder, 'five-1.0.0.tgz'), `oci://${server.host}/charts`, '--plain-http']);
    const install = ['install', 'r', `oci://${server.host}/charts/five`, '--version', '1.0.0', '--plain-http'];
    const costs = noCosts();
    // A run takes a tenth of a second, so that a few would tell little.
    for (let round = 0; round <= Math.max(rounds, 11); round++) {
      for (const one of PROGRAMS) {
        const cost = await run(one, ns, install);
        if (round > 0) costs[one].push(cost);
        await run(one, ns, ['uninstall', 'r', '--wait']);
      }
    }
    compare('install of 5 MB from a registry, second time', costs, 0.5);
  } finally {
    await server.close();
  }
}

/** 200 releases of five revisions, with records of the size that an ordinary chart gives (12 KB). */
async function lists(): Promise<void> {
  const ns = await namespace();
  const chart = writeWebForHelm(folder);
  await run('helm', ns, ['install', 'r', chart]);
  for (let revision = 2; revision <= 5; revision++) await run('helm', ns, ['upgrade', 'r', chart]);
  const path = `/api/v1/namespaces/${ns}/secrets`;
  const { items } = await admin.get(`${path}?labelSelector=owner%3Dhelm`);
  for (let copy = 1; copy < 200; copy++) {
    for (const { metadata, type, data } of items as Json[]) {
      const name = `r${copy}`;
      const labels = { ...metadata.labels, name };
      const renamed = renameRecord(data.release, name);
      await admin.create(path, {
        apiVersion: 'v1',
        kind: 'Secret',
        type,
        metadata: { name: metadata.name.replace('v1.r.', `v1.${name}.`), labels },
        data: { release: renamed },
      });
    }
  }
  const costs = noCosts();
  for (let round = 0; round < rounds * 3; round++) {
    for (const program of PROGRAMS) costs[program].push(await run(program, ns, ['list', '--max', '1000']));
  }
  compare('list of 200 releases, 5 revisions each', costs, 0.5);
}

function renameRecord(encoded: string, name: string): string {
  const record = JSON.parse(
    gunzipSync(Buffer.from(Buffer.from(encoded, 'base64').toString('latin1'), 'base64')).toString('utf8'),
  ) as Json;
  const text = gzipSync(JSON.stringify({ ...record, name })).toString('base64');
  return Buffer.from(text).toString('base64');
}

try {
  console.log(`Node ${process.version}, ${rounds} rounds\n`);
  const parts = { lists, lives, registry, unchanged, waits };
  const wanted = process.argv.slice(2);
  for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part();
} finally {
  await stopControlPlane(state);
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = wasMissed() ? 1 : 0;
