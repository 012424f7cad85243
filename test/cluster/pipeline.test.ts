/**
 * What the README shows as a pipeline: a chart is published in a registry, signed, and a release is upgraded from
 * there, on a real control plane; run again it changes nothing.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { admin, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import type { Run } from '../support/cluster.ts';
import { LOGIN, findRegistry, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';

const program = await findRegistry();

describe.skipIf(program === undefined)('a registry with logins', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry(program ?? '', 'basic');
  });
  afterAll(() => registry.close());

  test('publish, then upgrade --install --wait from the registry', async () => {
    const ns = await namespace();
    const home = temporaryFolder();
    const chart = join(home, 'web');
    cpSync('charts/web', chart, { recursive: true });
    const env = {
      HELM_CONFIG_HOME: join(home, 'config'),
      HELM_CACHE_HOME: join(home, 'cache'),
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: join(home, 'outputs'),
    };
    const pkg = async (...args: string[]): Promise<Run> => {
      const done = await pkgOn(ns, args, { env, input: LOGIN.password });
      expect(done.status, `${args.join(' ')}\n${done.stderr}`).toBe(0);
      return done;
    };
    const ca = ['--ca-file', registry.caFile];
    const place = `oci://${registry.host}/charts`;
    const output = (name: string): string | undefined =>
      readFileSync(env.GITHUB_OUTPUT, 'utf8')
        .match(new RegExp(`^${name}=(.*)$`, 'gm'))
        ?.at(-1)
        ?.slice(name.length + 1);
    await pkg('registry', 'login', registry.host, '-u', LOGIN.username, '--password-stdin', ...ca);

    await pkg('publish', chart, place, ...ca);
    expect(output('changed')).toBe('true');
    const first = `${output('reference')}@${output('digest')}`;
    await pkg('upgrade', '--install', 'shop', first, '--wait', ...ca);
    const deployment = `/apis/apps/v1/namespaces/${ns}/deployments/shop-web`;
    expect((await admin().get(deployment)).status.availableReplicas).toBeGreaterThan(0);

    await pkg('publish', chart, place, ...ca);
    expect(output('changed')).toBe('false');

    const values = join(chart, 'values.yaml');
    writeFileSync(values, `${readFileSync(values, 'utf8')}\n# another comment\n`);
    await pkg('publish', chart, place, '--bump', 'minor', ...ca);
    expect(output('changed')).toBe('true');
    await pkg('upgrade', '--install', 'shop', `${output('reference')}@${output('digest')}`, '--wait', ...ca);
    const history = JSON.parse((await helmOn(ns, ['history', 'shop', '-o', 'json'])).stdout) as { chart: string }[];
    expect(history).toHaveLength(2);
    expect(history.at(-1)?.chart).toBe(`web-${output('version')}`);
  });
});
