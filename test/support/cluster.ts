/**
 * The control plane of this run, for tests on a real Kubernetes API. Importing this file starts it, if it does not run
 * yet. Tests made with the `test` of this file are skipped without a control plane.
 *
 * @example const ns = await namespace(); const run = await helmOn(ns, ['install', 'r', chart]);
 */
import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, test as anyTest } from 'vitest';
import type { TestAPI } from 'vitest';
import { createClient, readKubeconfig } from '../controlplane/client.ts';
import type { Access, Client } from '../controlplane/client.ts';
import type { State } from '../controlplane/controlplane.ts';
import type { Offer } from './cluster-setup.ts';
import { helmEnvironment, helmPath } from './helm.ts';
import { kubectlPath } from './kubectl.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const offer = await ask();
if ('error' in offer) throw new Error(offer.error);

/** Vitest's `test`, which skips the test if there is no control plane. */
export const test: TestAPI['skip'] = 'state' in offer ? anyTest : anyTest.skip;

/** The control plane, for use in tests and hooks. Throws if there is none. */
export function cluster(): State {
  if (!('state' in offer)) throw new Error('there is no control plane');
  return offer.state;
}

/** The administrator's access to it. */
export function access(): Access {
  return readKubeconfig(cluster().kubeconfig);
}

let adminClient: Client | undefined;

/** A client with the administrator's rights. */
export function admin(): Client {
  adminClient ??= createClient(access());
  return adminClient;
}

let namespaces = 0;

/** Creates a namespace for one test, and waits until pods can be made in it. */
export async function namespace(): Promise<string> {
  const name = `test-${process.pid}-${++namespaces}-${Math.random().toString(36).slice(2, 8)}`;
  await admin().create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await admin().until(`/api/v1/namespaces/${name}/serviceaccounts/default`, (account) => account !== undefined);
  return name;
}

/** What a program printed, and its exit status (null when a signal ended it). */
export type Run = { status: number | null; stdout: string; stderr: string };

/** How a program is run on the cluster: another kubeconfig, more of the environment, a text to read. */
export type RunOptions = {
  kubeconfig?: string;
  env?: Record<string, string>;
  input?: string;
  /** Called with a function that sends the program a signal. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
};

/** A line that client-go logs when a watch ends while the machine is busy. It is not output of helm. */
const CLIENT_GO = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ .*\n/gm;

/** Runs the real helm on the cluster, in a namespace. */
export async function helmOn(namespace: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const done = await run(helmPath(), args, options, { HELM_NAMESPACE: namespace });
  return { ...done, stderr: done.stderr.replaceAll(CLIENT_GO, '') };
}

/** Runs the built pkg on the cluster, in a namespace. */
export function pkgOn(namespace: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return run(process.execPath, [join(root, 'bin', 'pkg.js'), ...args], options, { HELM_NAMESPACE: namespace });
}

/** Runs the real kubectl on the cluster, in a namespace. */
export function kubectlOn(namespace: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return run(kubectlPath(), ['--namespace', namespace, ...args], options, {});
}

/** Runs a program without blocking, so that a proxy in this process can serve it. */
function run(
  program: string,
  args: readonly string[],
  { kubeconfig, env, input, onStart }: RunOptions,
  own: Record<string, string>,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...helmEnvironment(), KUBECONFIG: kubeconfig ?? cluster().kubeconfig, ...own, ...env },
    });
    onStart?.((signal) => void child.kill(signal));
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.stdin.on('error', () => undefined); // It need not read.
    child.stdin.end(input ?? '');
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Asks the set-up for the control plane, without a time limit, since its programs may have to be built. */
function ask(): Promise<Offer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: inject('controlPlane') }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(JSON.parse(text) as Offer));
      response.on('error', reject);
    }).on('error', reject);
  });
}
