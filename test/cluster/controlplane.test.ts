/** The control plane of the tests behaves like a cluster as far as pkg and helm need it. */
import { expect } from 'vitest';
import type { Json } from '../controlplane/client.ts';
import { LOAD_BALANCER_ADDRESS, LOG_LINE } from '../controlplane/kwok.ts';
import { admin, helmOn, kubectlOn, namespace, test } from '../support/cluster.ts';

const template = (labels: Record<string, string>, more: object = {}): Json => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'example.test/image:1' }], ...more },
});

function condition(object: Json, type: string): string | undefined {
  return object?.status?.conditions?.find((one: Json) => one.type === type)?.status;
}

test('a Deployment that is applied becomes available, and its containers have logs', async () => {
  const ns = await namespace();
  const path = `/apis/apps/v1/namespaces/${ns}/deployments/web`;
  await admin().apply(path, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template({ app: 'web' }) },
  });
  const deployment = await admin().until(path, (object) => condition(object, 'Available') === 'True');
  expect(deployment.metadata.managedFields[0]).toMatchObject({ manager: 'test', operation: 'Apply' });

  const pods = await admin().until(
    `/api/v1/namespaces/${ns}/pods`,
    ({ items }) => items.length === 3 && items.every((pod: Json) => condition(pod, 'Ready') === 'True'),
  );
  expect(new Set(pods.items.map((pod: Json) => pod.spec.nodeName)).size).toBeGreaterThan(1);
  const log = `/api/v1/namespaces/${ns}/pods/${pods.items[0].metadata.name}/log`;
  expect(await admin().get(log)).toBe(`${LOG_LINE}\n`);
});

test('a pod fails when its label asks for it, and a Job with such a pod fails', async () => {
  const ns = await namespace();
  const path = `/apis/batch/v1/namespaces/${ns}/jobs/fails`;
  const fails = { 'pod-container-running-failed.stage.kwok.x-k8s.io': 'true' };
  await admin().apply(path, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'fails' },
    spec: { backoffLimit: 0, template: template(fails, { restartPolicy: 'Never' }) },
  });
  const job = await admin().until(path, (object) => condition(object, 'Failed') === 'True');
  expect(job.status).toMatchObject({ failed: 1 });
});

test('a Job completes', async () => {
  const ns = await namespace();
  const path = `/apis/batch/v1/namespaces/${ns}/jobs/works`;
  await admin().apply(path, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'works' },
    spec: { completions: 2, template: template({}, { restartPolicy: 'Never' }) },
  });
  const job = await admin().until(path, (object) => condition(object, 'Complete') === 'True');
  expect(job.status).toMatchObject({ succeeded: 2 });
});

test('claims are bound, also those of a StatefulSet', async () => {
  const ns = await namespace();
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await admin().apply(`/api/v1/namespaces/${ns}/persistentvolumeclaims/data`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
  });
  const path = `/apis/apps/v1/namespaces/${ns}/statefulsets/db`;
  await admin().apply(path, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: template({ app: 'db' }),
      volumeClaimTemplates: [claim],
    },
  });
  await admin().until(path, (object) => object.status.readyReplicas === 2);
  const { items } = await admin().get(`/api/v1/namespaces/${ns}/persistentvolumeclaims`);
  expect(items.map((one: Json) => [one.metadata.name, one.status.phase])).toEqual([
    ['data', 'Bound'],
    ['data-db-0', 'Bound'],
    ['data-db-1', 'Bound'],
  ]);
});

test('a Service of type LoadBalancer gets an address', async () => {
  const ns = await namespace();
  const path = `/api/v1/namespaces/${ns}/services/front`;
  await admin().apply(path, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'front' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  const service = await admin().until(path, (object) => object.status.loadBalancer.ingress !== undefined);
  expect(service.status.loadBalancer.ingress).toEqual([expect.objectContaining({ ip: LOAD_BALANCER_ADDRESS })]);
});

test('three hundred pods get addresses of their own', async () => {
  const ns = await namespace();
  const path = `/apis/apps/v1/namespaces/${ns}/deployments/many`;
  await admin().apply(path, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'many' },
    spec: { replicas: 300, selector: { matchLabels: { app: 'many' } }, template: template({ app: 'many' }) },
  });
  await admin().until(path, (object) => object.status.availableReplicas === 300, 50_000);
  const { items } = await admin().get(`/api/v1/namespaces/${ns}/pods`);
  expect(new Set(items.map((pod: Json) => pod.status.podIP)).size).toBe(300);
});

test('helm installs and waits, and kubectl shows the objects', async () => {
  const ns = await namespace();
  const installed = await helmOn(ns, ['install', 'r', 'test/cluster/fixtures/web', '--wait', '--timeout', '50s']);
  expect(installed.stderr).toBe('');
  expect(installed.status).toBe(0);
  const seen = await kubectlOn(ns, ['get', 'secrets', '-l', 'owner=helm', '-o', 'name']);
  expect(seen.stdout).toBe('secret/sh.helm.release.v1.r.v1\n');
});
