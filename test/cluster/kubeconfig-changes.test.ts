/**
 * A kubeconfig that changes while a command runs. The command continues with its cluster, or ends with an error; it
 * never sends a request to another cluster.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { install, upgrade } from '../../src/index.ts';
import { readKubeconfig } from '../controlplane/client.ts';
import type { Json } from '../controlplane/client.ts';
import { access, admin, cluster, kubectlOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startProxy } from '../support/proxy.ts';
import type { Fault, ProxiedRequest } from '../support/proxy.ts';
import { chartOf, configMap, deployment, maps, statuses } from './support.ts';

const FIRST = chartOf([configMap('a', { v: '1' }), configMap('b', { v: '1' }), deployment('web')]);
const SECOND = chartOf([configMap('a', { v: '2' }), configMap('c', { v: '2' }), deployment('web', { image: 'two' })]);

/** The address and the authority of a cluster, as a kubeconfig names it. */
type Place = { server: string; ca: string };

/** A context of a kubeconfig: a cluster, and a user there. */
type Context = { name: string; place: Place; user: object };

/** The text of a kubeconfig whose first context is the current one. */
function kubeconfigOf(...contexts: readonly Context[]): string {
  return JSON.stringify({
    'current-context': contexts[0]?.name,
    clusters: contexts.map(({ name, place }) => ({
      name,
      cluster: { server: place.server, 'certificate-authority-data': Buffer.from(place.ca).toString('base64') },
    })),
    users: contexts.map(({ name, user }) => ({ name, user })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });
}

/** Creates a service account that may do everything, or nothing, and gives its token. */
async function tokenOf(ns: string, name: string, mayDoAll: boolean): Promise<string> {
  const accounts = `/api/v1/namespaces/${ns}/serviceaccounts`;
  await admin().create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  if (mayDoAll) {
    await admin().create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${ns}-${name}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace: ns }],
    });
  }
  const answer = await admin().create(`${accounts}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  });
  return answer.status.token as string;
}

/** An exec plugin that prints what stands in a file. */
function pluginOf(folder: string): object {
  const command = join(folder, 'plugin');
  writeFileSync(command, `#!/bin/sh\nexec cat "${folder}/answer"\n`);
  chmodSync(command, 0o755);
  return { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
}

function answerOf(status: object): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status });
}

/** What changes, and what the command is to do then. */
type Change = {
  name: string;
  /** How the user logs in, from files in the folder. */
  user: (folder: string, token: string) => object;
  change: (surroundings: Surroundings) => Promise<void> | void;
  /** From the first write of an object on, so many requests are answered with 401: the credentials are read again. */
  refusals?: number;
  /** The error that the command ends with; undefined where it succeeds. */
  code?: string;
};

type Surroundings = {
  ns: string;
  file: string;
  folder: string;
  token: string;
  powerless: string;
  here: Place;
  there: Place;
};

const byToken = (_: string, token: string): object => ({ token });
const byFile = (folder: string, token: string): object => {
  writeFileSync(join(folder, 'token'), token);
  return { tokenFile: 'token' };
};
const byPlugin = (folder: string, token: string): object => {
  writeFileSync(join(folder, 'answer'), answerOf({ token }));
  return { exec: pluginOf(folder) };
};

const CHANGES: readonly Change[] = [
  {
    name: 'another context becomes the current one',
    user: byToken,
    change: async ({ ns, file }) =>
      expect(await kubectlOn(ns, ['config', 'use-context', 'other'], { kubeconfig: file })).toMatchObject({
        status: 0,
      }),
  },
  {
    name: 'the file becomes that of another cluster, with the same names',
    user: byToken,
    change: ({ file, there, token }) =>
      writeFileSync(file, kubeconfigOf({ name: 'mine', place: there, user: { token } })),
  },
  {
    name: 'the file becomes that of another user',
    user: byToken,
    change: ({ file, here, powerless }) =>
      writeFileSync(file, kubeconfigOf({ name: 'mine', place: here, user: { token: powerless } })),
  },
  { name: 'the file is removed', user: byToken, change: ({ file }) => rmSync(file) },
  {
    name: 'the file is removed, and the token refused',
    user: byToken,
    change: ({ file }) => rmSync(file),
    refusals: Infinity,
    code: 'PKG_CLUSTER_UNAUTHORIZED',
  },
  {
    name: 'the file becomes that of another cluster, and the token is refused',
    user: byToken,
    change: ({ file, there, token }) =>
      writeFileSync(file, kubeconfigOf({ name: 'mine', place: there, user: { token } })),
    refusals: Infinity,
    code: 'PKG_CLUSTER_UNAUTHORIZED',
  },
  {
    name: 'the token file gets another token of the same rights',
    user: byFile,
    change: async ({ ns, folder }) =>
      writeFileSync(join(folder, 'token'), await tokenOf(ns, `other-${Date.now()}`, true)),
    refusals: 1,
  },
  {
    name: 'the token file gets the token of somebody without rights',
    user: byFile,
    change: ({ folder, powerless }) => writeFileSync(join(folder, 'token'), powerless),
    refusals: 1,
    code: 'PKG_CLUSTER_FORBIDDEN',
  },
  { name: 'the token file is removed', user: byFile, change: ({ folder }) => rmSync(join(folder, 'token')) },
  {
    name: 'the plugin answers with somebody without rights',
    user: byPlugin,
    change: ({ folder, powerless }) => writeFileSync(join(folder, 'answer'), answerOf({ token: powerless })),
    refusals: 1,
    code: 'PKG_CLUSTER_FORBIDDEN',
  },
  {
    name: 'the plugin answers with something else',
    user: byPlugin,
    change: ({ folder }) => writeFileSync(join(folder, 'answer'), 'log in first\n'),
    refusals: Infinity,
    code: 'PKG_CREDENTIALS_FAILED',
  },
  {
    name: 'the plugin is removed',
    user: byPlugin,
    change: ({ folder }) => rmSync(join(folder, 'plugin')),
    refusals: Infinity,
    code: 'PKG_CREDENTIALS_FAILED',
  },
];

const isRecord = ({ method, path }: ProxiedRequest): boolean =>
  (method === 'POST' && path.endsWith('/secrets')) ||
  (method === 'PUT' && path.includes('/secrets/sh.helm.release.v1.'));

const isWrite = ({ method, path }: ProxiedRequest): boolean =>
  (method === 'PATCH' || method === 'DELETE') && path.includes('/configmaps/');

const release = (ns: string) => ({ name: 'r', namespace: ns, kubeconfig: cluster().kubeconfig });
const installFirst = (ns: string) => install({ ...release(ns), chart: FIRST });

/** Commands, what they begin from, the one that goes on after a failure, and what is there in the end. */
const COMMANDS: readonly {
  args: readonly string[];
  before: (ns: string) => Promise<unknown>;
  next: readonly string[];
  after: Record<string, Json>;
}[] = [
  {
    args: ['install', 'r', FIRST],
    before: async () => undefined,
    next: ['upgrade', '--install', 'r', FIRST],
    after: { a: { v: '1' }, b: { v: '1' } },
  },
  {
    args: ['upgrade', 'r', SECOND, '--wait'],
    before: installFirst,
    next: ['upgrade', 'r', SECOND],
    after: { a: { v: '2' }, c: { v: '2' } },
  },
  {
    args: ['rollback', 'r', '1'],
    before: async (ns) => {
      await installFirst(ns);
      await upgrade({ ...release(ns), chart: SECOND });
    },
    next: ['rollback', 'r', '1'],
    after: { a: { v: '1' }, b: { v: '1' } },
  },
  { args: ['uninstall', 'r'], before: installFirst, next: ['uninstall', 'r', '--ignore-not-found'], after: {} },
];

/** Runs a command in whose middle the kubeconfig changes. */
async function changed(ns: string, args: readonly string[], { user, change, refusals = 0 }: Change): Promise<Run> {
  const folder = join(temporaryFolder(), 'k');
  mkdirSync(folder);
  const file = join(folder, 'config');
  let isChanged = false;
  let isAtWork = false;
  let refused = 0;
  let act: () => Promise<void> | void = () => undefined;
  const here = await startProxy({
    upstream: access(),
    latency: 10,
    fault: async (request): Promise<Fault | undefined> => {
      if (!isChanged && isRecord(request)) {
        isChanged = true;
        await act();
        return undefined;
      }
      isAtWork ||= isChanged && isWrite(request);
      return isAtWork && refused++ < refusals ? { status: 401 } : undefined;
    },
  });
  const there = await startProxy({ upstream: access() });
  try {
    const placeHere = readKubeconfig(here.kubeconfig);
    const placeThere = readKubeconfig(there.kubeconfig);
    const token = await tokenOf(ns, 'mine', true);
    const powerless = await tokenOf(ns, 'powerless', false);
    const mine = { name: 'mine', place: placeHere, user: user(folder, token) };
    writeFileSync(file, kubeconfigOf(mine, { name: 'other', place: placeThere, user: { token } }));
    act = () => change({ ns, file, folder, token, powerless, here: placeHere, there: placeThere });
    const run = await pkgOn(ns, args, { kubeconfig: file });
    expect([isChanged, there.requests.map(({ method, path }) => `${method} ${path}`)]).toEqual([true, []]);
    return run;
  } finally {
    await here.close();
    await there.close();
  }
}

test.each(CHANGES)('while a command runs, $name', async (change) => {
  for (const { args, before, next, after } of COMMANDS) {
    const ns = await namespace();
    await before(ns);
    const run = await changed(ns, args, change);
    const [command] = args;
    expect([command, run.status], run.stderr).toEqual([command, change.code === undefined ? 0 : 1]);
    if (change.code !== undefined) {
      expect(run.stderr).toContain(change.code);
      const again = await pkgOn(ns, next);
      expect([command, again.status], again.stderr).toEqual([command, 0]);
    }
    expect(await maps(ns)).toEqual(after);
    if (command !== 'uninstall') expect((await statuses(ns, 'r')).at(-1)).toBe('deployed');
  }
});
