/** What the tests of releases on a cluster share: short charts, and runs that must succeed. */
import { expect, vi } from 'vitest';
import { writeFiles } from '../chart/support.ts';
import type { Json } from '../controlplane/client.ts';
import { admin, helmOn, pkgOn } from '../support/cluster.ts';
import type { Run, RunOptions } from '../support/cluster.ts';
import { temporaryFolder } from '../support/folders.ts';

// A real control plane on a busy machine can be slow.
vi.setConfig({ testTimeout: 240_000 });

/** A native chart that makes these objects; text of other files as it is. */
export function chartOf(objects: readonly Json[], files: Record<string, string> = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: made\nversion: 1.0.0\n',
    'templates/all.yaml.hbs': objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''),
    ...files,
  });
  return folder;
}

/** The same for helm: what is not a template at all is a Go template, too. */
export function goChartOf(objects: readonly Json[], files: Record<string, string> = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: made\nversion: 1.0.0\n',
    'templates/all.yaml': objects.map((object) => `---\n${JSON.stringify(object)}\n`).join(''),
    ...files,
  });
  return folder;
}

/** A ConfigMap. */
export function configMap(name: string, data: Record<string, string> = {}, metadata: Json = {}): Json {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

/** A Deployment of one container; with `fails`, no node takes its pods. */
export function deployment(
  name: string,
  { replicas = 1, image = 'one', fails = false }: { replicas?: number; image?: string; fails?: boolean } = {},
): Json {
  const place = fails ? { nodeSelector: { 'example.test/none': 'here' } } : {};
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { ...place, containers: [{ name: 'main', image: `example.test/${image}:1` }] },
      },
    },
  };
}

/** A Job of one container. */
export function job(name: string, { fails = false }: { fails?: boolean } = {}): Json {
  const labels = { app: name, ...(fails ? { 'pod-container-running-failed.stage.kwok.x-k8s.io': 'true' } : {}) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.test/job:1' }] },
      },
    },
  };
}

/** A CustomResourceDefinition of a kind with any fields. The first version is the one that is stored. */
export function crd(
  kind: string,
  group: string,
  {
    served = ['v1'],
    unserved = [],
    scope = 'Namespaced',
    hasStatus = false,
  }: {
    served?: readonly string[];
    unserved?: readonly string[];
    scope?: 'Namespaced' | 'Cluster';
    hasStatus?: boolean;
  } = {},
): Json {
  const singular = kind.toLowerCase();
  const rest = {
    ...(hasStatus ? { subresources: { status: {} } } : {}),
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural: `${singular}s`, singular },
      versions: [...served, ...unserved].map((name) => ({
        name,
        served: served.includes(name),
        storage: name === served[0],
        ...rest,
      })),
    },
  };
}

/** An object in which one field has a value. */
export function objectWith(apiVersion: string, kind: string, path: readonly (string | number)[], value: Json): Json {
  const object: Json = { apiVersion, kind, metadata: { name: 'x' } };
  let at = object;
  for (const [index, name] of path.entries()) {
    const next = index === path.length - 1 ? value : typeof path[index + 1] === 'number' ? [] : {};
    at[name] = index === path.length - 1 ? next : (at[name] ?? next);
    at = at[name];
  }
  return object;
}

/** Runs pkg, which must succeed without output on standard error. */
export async function pkg(ns: string, ...args: string[]): Promise<string> {
  return expectDone(await pkgOn(ns, args));
}

/** Runs helm, which must succeed without output on standard error. */
export async function helm(ns: string, ...args: string[]): Promise<string> {
  return expectDone(await helmOn(ns, args));
}

/** Runs pkg, which must fail with this code; gives what it printed on standard error. */
export async function pkgFails(
  ns: string,
  code: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { status, stderr, stdout } = await pkgOn(ns, args, options);
  expect(stderr + stdout).toContain(code);
  expect(status).toBe(1);
  return stderr;
}

/** The output of a run that must have succeeded, with nothing but progress on standard error. */
export function expectDone({ status, stdout, stderr }: Run): string {
  expect(withoutProgress(stderr)).toBe('');
  expect(status).toBe(0);
  return stdout;
}

/** Standard error without the lines of progress, which slow operations print. */
export function withoutProgress(stderr: string): string {
  return stderr.replaceAll(/^(?:\[\d+\/\d+\] |waiting for |fetching |… and ).*\n/gm, '');
}

/** The statuses of a release's revisions. */
export async function statuses(ns: string, name: string): Promise<string[]> {
  const history = JSON.parse(await pkg(ns, 'history', name, '-o', 'json')) as Json[];
  return history.map(({ status }) => status as string);
}

/** The ConfigMaps of a namespace that a release made, by name, with their data. */
export async function maps(ns: string): Promise<Record<string, Json>> {
  const { items } = await admin().get(
    `/api/v1/namespaces/${ns}/configmaps?labelSelector=app.kubernetes.io%2Fmanaged-by%3DHelm`,
  );
  return Object.fromEntries(items.map(({ metadata, data }: Json) => [metadata.name, data ?? {}]));
}
