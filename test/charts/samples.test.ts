import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lintChart } from '../../src/render/lint.ts';
import type { JsonObject } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { nothingStored, storedBy } from '../render/support.ts';
import { GUESTBOOK, WEB, expectHelmReads, kindsOf, objectOf, render } from './support.ts';

const REDIS: string = join(GUESTBOOK, 'charts', 'redis');

test.each([WEB, GUESTBOOK, REDIS])('%s passes lint except for the icon', async (path) => {
  const messages = await lintChart(path, { userValues: new Map() });
  expect(messages.map(({ rule }) => rule)).toEqual(['chart-icon']);
});

test.each<[string, string, JsonObject]>([
  ['web', WEB, {}],
  ['web, all on', WEB, { ingress: { enabled: true, className: 'nginx' }, autoscaling: { enabled: true } }],
  ['web, most off', WEB, { serviceAccount: { create: false }, podDisruptionBudget: { enabled: false } }],
  ['guestbook', GUESTBOOK, {}],
  ['guestbook without redis', GUESTBOOK, { redis: { enabled: false }, cacheServer: 'redis://cache:6379' }],
  ['guestbook with ingress', GUESTBOOK, { ingress: { enabled: true, tlsSecret: 'tls' } }],
])('Helm reads %s', async (_name, path, values) => expectHelmReads(await render(path, values)));

describe('the guard', () => {
  const said = 'function "this_chart_needs_pkg_see_its_README" not defined';

  test.each([WEB, GUESTBOOK, REDIS])('makes helm template, install and lint of %s fail with a message', (path) => {
    for (const args of [
      ['template', path],
      ['install', 'demo', path, '--dry-run=client'],
      ['lint', path],
    ]) {
      const run = helm(args);
      expect(run.status, args.join(' ')).toBe(1);
      expect(run.stdout + run.stderr).toContain(said);
    }
  });
});

describe('web', () => {
  test('has all objects of a service', async () => {
    expect(kindsOf(await render(WEB))).toEqual([
      'Deployment',
      'Pod',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
  });

  test('leaves the number of pods to an autoscaler', async () => {
    const rendered = await render(WEB, { autoscaling: { enabled: true } });
    expect(objectOf(rendered, 'Deployment')).not.toHaveProperty('spec.replicas');
    expect(objectOf(rendered, 'HorizontalPodAutoscaler')).toMatchObject({ spec: { minReplicas: 2, maxReplicas: 10 } });
  });

  test('keeps the types of values', async () => {
    const values = {
      image: { tag: '1.10' },
      podLabels: { 'a/b': 'on' },
      env: [{ name: 'X', value: '{{ not: here }}' }],
    };
    const rendered = await render(WEB, values);
    expect(objectOf(rendered, 'Deployment')).toMatchObject({
      spec: {
        template: {
          metadata: { labels: { 'a/b': 'on' } },
          spec: {
            containers: [{ image: 'nginxinc/nginx-unprivileged:1.10', env: [{ name: 'X', value: '{{ not: here }}' }] }],
          },
        },
      },
    });
  });

  test('names objects after release and chart', async () => {
    const names = async (name: string, values: JsonObject = {}): Promise<unknown> => {
      const release = { name, namespace: 'default', revision: 1, isInstall: true, isUpgrade: false };
      return objectOf(await render(WEB, values, { release }), 'Service');
    };
    expect(await names('shop')).toHaveProperty('metadata.name', 'shop-web');
    expect(await names('my-web')).toHaveProperty('metadata.name', 'my-web');
    expect(await names('shop', { nameOverride: 'api' })).toHaveProperty('metadata.name', 'shop-api');
    expect(await names('shop', { fullnameOverride: 'x' })).toHaveProperty('metadata.name', 'x');
    expect(await names('a'.repeat(53), { nameOverride: 'bcdefghi-jk' })).toHaveProperty(
      'metadata.name',
      `${'a'.repeat(53)}-bcdefghi`,
    );
  });

  test('has a schema that refuses a misspelt value', async () => {
    await expect(render(WEB, { replicas: 3 })).rejects.toMatchObject({ code: 'PKG_SCHEMA_VIOLATION' });
  });
});

describe('guestbook', () => {
  test('has its parts, without those that are disabled', async () => {
    const rendered = await render(GUESTBOOK);
    expect(kindsOf(rendered)).toEqual([
      'ConfigMap',
      'ConfigMap',
      'Deployment',
      'Job',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'Service',
      'StatefulSet',
    ]);
    expect(rendered.hooks).toMatchObject([{ kind: 'Job', events: ['post-install', 'post-upgrade'], weight: 5 }]);
    const alone = await render(GUESTBOOK, { redis: { enabled: false } });
    expect(kindsOf(alone)).toEqual(['ConfigMap', 'Deployment', 'PodDisruptionBudget', 'Service']);
    expect(alone.notes).toContain('not kept anywhere');
  });

  test('generates a password once', async () => {
    const first = await render(GUESTBOOK, {}, { random: nothingStored() });
    const second = await render(GUESTBOOK, {}, { random: storedBy(first) });
    const other = await render(GUESTBOOK);
    expect(objectOf(second, 'Secret')).toEqual(objectOf(first, 'Secret'));
    expect(objectOf(other, 'Secret')).not.toEqual(objectOf(first, 'Secret'));
    const given = await render(GUESTBOOK, { redis: { auth: { password: 'hunter2' } } });
    expect(objectOf(given, 'Secret')).toHaveProperty('data.password', Buffer.from('hunter2').toString('base64'));
  });

  test('restarts its pods only when the configuration changes', async () => {
    const checksum = async (values: JsonObject): Promise<unknown> => {
      const deployment = objectOf(await render(GUESTBOOK, values), 'Deployment') as JsonObject;
      return JSON.stringify(deployment).match(/"checksum\/config":"([0-9a-f]{64})"/)?.[1];
    };
    const first = await checksum({});
    expect(first).toBeDefined();
    expect(await checksum({ replicaCount: 5 })).toBe(first);
    expect(await checksum({ config: { level: 'debug' } })).not.toBe(first);
  });

  test('passes globals to subcharts', async () => {
    const global = { imagePrefix: 'mirror.example.com/', storageClass: 'fast' };
    const rendered = await render(GUESTBOOK, { global });
    expect(JSON.stringify(objectOf(rendered, 'Deployment'))).toContain('mirror.example.com/stefanprodan/podinfo:');
    expect(objectOf(rendered, 'StatefulSet')).toMatchObject({
      spec: {
        template: { spec: { containers: [{ image: 'mirror.example.com/redis:8.2-alpine' }] } },
        volumeClaimTemplates: [{ spec: { storageClassName: 'fast' } }],
      },
    });
  });
});
