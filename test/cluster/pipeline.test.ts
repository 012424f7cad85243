/**
 * The pipeline of the README on a real control plane: a chart is published in a registry and signed, and a release is
 * upgraded from there. Run again, it changes nothing.
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

/** What the steps run that the README shows: `pkg …` of each, on one line. */
function pipelineOfReadme(): string[] {
  const [, block = ''] = /\n## A pipeline\n[^]*?```yaml\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
  return block.split(/^- /m).flatMap((step) => {
    const [, command] = /run:(?: >-)?\s+(?:echo "\$TOKEN" \| )?pkg ([^]*)$/.exec(step) ?? [];
    return command === undefined ? [] : [command.trim()];
  });
}

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
    const output = (name: string): string | undefined =>
      readFileSync(env.GITHUB_OUTPUT, 'utf8')
        .match(new RegExp(`^${name}=(.*)$`, 'gm'))
        ?.at(-1)
        ?.slice(name.length + 1);
    // The commands of the README, with this registry, chart and namespace in them.
    const run = async (words: string): Promise<Run> => {
      const filled = words
        .replace(/\$\{\{ steps\.chart\.outputs\.(\w+) \}\}/g, (_, name: string) => output(name) ?? '')
        .replaceAll('registry.example.com', registry.host)
        .replace('./web', chart)
        .replace('-u ci', `-u ${LOGIN.username}`)
        .replace('--namespace prod', `--namespace ${ns}`);
      return pkg(...filled.split(/\s+/), ...ca);
    };
    const [login = '', publish = '', upgrade = ''] = pipelineOfReadme();
    await run(login);

    await run(publish);
    expect(output('changed')).toBe('true');
    await run(upgrade);
    const deployment = `/apis/apps/v1/namespaces/${ns}/deployments/shop-web`;
    expect((await admin().get(deployment)).status.availableReplicas).toBeGreaterThan(0);

    await run(publish);
    expect(output('changed')).toBe('false');

    const values = join(chart, 'values.yaml');
    writeFileSync(values, `${readFileSync(values, 'utf8')}\n# another comment\n`);
    await run(publish);
    expect(output('changed')).toBe('true');
    await run(upgrade);
    const history = JSON.parse((await helmOn(ns, ['history', 'shop', '-o', 'json'])).stdout) as { chart: string }[];
    expect(history).toHaveLength(2);
    expect(history.at(-1)?.chart).toBe(`web-${output('version')}`);
  });
});
