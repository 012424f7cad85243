/** Control planes start beside each other, and nothing of them is left after any process was killed. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { createClient, readKubeconfig } from '../controlplane/client.ts';
import { listControlPlanes, memoryOf, startControlPlane, stopControlPlane } from '../controlplane/controlplane.ts';
import type { State } from '../controlplane/controlplane.ts';
import { test } from '../support/cluster.ts';

const library: string = join(dirname(fileURLToPath(import.meta.url)), '../controlplane/controlplane.ts');

/** Is there a process of this id, other than one that is dead and not yet collected? */
function lives(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

/** What is left of a control plane: its programs that live, its keeper, its folder. */
function remains(state: State): string[] {
  const processes = Object.entries({ ...state.programs, keeper: state.keeper });
  const left = processes.filter(([, pid]) => lives(pid)).map(([program]) => program);
  return existsSync(dirname(state.kubeconfig)) ? [...left, 'folder'] : left;
}

async function untilGone(state: State): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (remains(state).length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Starts a control plane in a process of its own, which lives until it is killed. */
async function startElsewhere(): Promise<{ state: State; owner: number }> {
  const script = `
    import { startControlPlane } from ${JSON.stringify(library)};
    console.log(JSON.stringify(await startControlPlane()));
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: owner.stdout })) {
    return { state: JSON.parse(line) as State, owner: owner.pid ?? 0 };
  }
  throw new Error('it did not start');
}

test('two control planes are independent, and each stops by itself', async () => {
  const [one, two] = [await startControlPlane(), await startControlPlane()];
  const [first, second] = [createClient(readKubeconfig(one.kubeconfig)), createClient(readKubeconfig(two.kubeconfig))];
  await first.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'only-here' } });
  expect((await second.request('GET', '/api/v1/namespaces/only-here')).status).toBe(404);
  const names = (await listControlPlanes()).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([one.name, two.name]));
  for (const state of [one, two]) {
    const sizes = Object.entries(memoryOf(state)).map(([program, size]) => `${program} ${size}`);
    console.log(`up after ${state.milliseconds} ms; MiB: ${sizes.join(', ')}`);
  }

  first.close();
  await stopControlPlane(one);
  await untilGone(one);
  expect(remains(one)).toEqual([]);
  expect((await second.request('GET', '/readyz')).status).toBe(200);
  second.close();
  await stopControlPlane(two);
  await untilGone(two);
  expect(remains(two)).toEqual([]);
});

describe('kill -9', () => {
  test.each(['owner', 'keeper', 'etcd'])('of the %s stops the whole control plane', async (victim) => {
    const { state, owner } = await startElsewhere();
    expect(remains(state)).toEqual([...Object.keys(state.programs), 'keeper', 'folder']);
    process.kill({ ...state.programs, keeper: state.keeper, owner }[victim] ?? 0, 'SIGKILL');
    await untilGone(state);
    expect(remains(state)).toEqual([]);
    if (lives(owner)) process.kill(owner, 'SIGKILL');
  });
});
