/**
 * Chart.lock for dependencies in a real registry: helm and pkg write the same, and each builds from that of the other.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../chart/support.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import type { Registry } from '../support/registry.ts';
import { chartFiles, chartsIn, makeRepository, run } from './support.ts';
import type { Run } from './support.ts';

const program = await findRegistry();

describe.skipIf(program === undefined)('dependencies in a registry', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry(program ?? '', 'none', true);
    const charts = await makeRepository([
      ['sub', '1.0.0'],
      ['sub', '1.2.3'],
      ['sub', '2.0.0-rc.1'],
      ['other', '0.3.0+build.7'],
    ]);
    for (const file of readdirSync(charts).filter((name) => name.endsWith('.tgz'))) {
      const pushed = await on('helm', charts, 'push', file, `oci://${registry.host}/team`);
      if (pushed.status !== 0) throw new Error(pushed.stderr);
    }
  });
  afterAll(() => registry.close());

  function on(which: 'helm' | 'pkg', cwd: string, ...args: string[]): Promise<Run> {
    return run(which, [...args, '--plain-http'], { cwd, home: cwd });
  }

  /** A chart folder with these dependencies, `R` standing for the registry. */
  function chartWith(...dependencies: string[]): string {
    const lines = dependencies.map((one) => `- {${one.replaceAll('R', `oci://${registry.host}/team`)}}\n`);
    return chartsIn({ web: chartFiles('web', '1.0.0', `dependencies:\n${lines.join('')}`) });
  }

  const lockOf = (folder: string): string => readFileSync(join(folder, 'web/Chart.lock'), 'utf8');
  const withoutTime = (lock: string): string => lock.replace(/^generated: .*$/m, 'generated');

  test.each([
    ['an exact version', ['name: sub, version: 1.0.0, repository: "R"']],
    ['a range', ['name: sub, version: ^1.0.0, repository: "R"']],
    ['a range with pre-releases', ['name: sub, version: ">=1.0.0-0", repository: "R"']],
    ['build metadata', ['name: other, version: 0.3.0+build.7, repository: "R"']],
    [
      'a chart twice, with all the fields that the digest covers',
      [
        'name: sub, version: ~1.0, repository: "R", alias: old, condition: old.enabled, tags: [a, b]',
        'name: sub, version: 1.x, repository: "R", import-values: [{child: data, parent: web}, exports]',
        'name: other, version: ">=0.1.0", repository: "R"',
      ],
    ],
  ])('%s', async (_name, dependencies) => {
    const folder = chartWith(...dependencies);
    const made = { helm: temporaryFolder(), pkg: temporaryFolder() };
    const said = { helm: '', pkg: '' };
    for (const which of ['helm', 'pkg'] as const) {
      cpSync(folder, made[which], { recursive: true });
      const { status, stdout, stderr } = await on(which, made[which], 'dependency', 'update', 'web');
      expect(status, stderr).toBe(0);
      said[which] = stdout;
    }
    expect(said.pkg).toBe(said.helm);
    expect(lockOf(made.pkg)).toMatch(/^digest: sha256:[0-9a-f]{64}$/m);
    expect(withoutTime(lockOf(made.pkg))).toBe(withoutTime(lockOf(made.helm)));
    const charts = readdirSync(join(made.helm, 'web/charts')).sort();
    expect(readdirSync(join(made.pkg, 'web/charts')).sort()).toEqual(charts);
    // Each builds from the lock file of the other, and leaves it as it is.
    for (const [which, other] of [
      ['helm', 'pkg'],
      ['pkg', 'helm'],
    ] as const) {
      rmSync(join(made[other], 'web/charts'), { recursive: true });
      const before = lockOf(made[other]);
      const { status, stderr } = await on(which, made[other], 'dependency', 'build', 'web');
      expect(status, stderr).toBe(0);
      expect(lockOf(made[other])).toBe(before);
      expect(readdirSync(join(made[other], 'web/charts')).sort()).toEqual(charts);
    }
  });

  test('an outdated lock file is refused by both', async () => {
    const folder = chartWith('name: sub, version: "^1.0.0", repository: "R"');
    expect((await on('pkg', folder, 'dependency', 'update', 'web')).status).toBe(0);
    const file = join(folder, 'web/Chart.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('^1.0.0', '>=1.0.0'));
    for (const which of ['helm', 'pkg'] as const) {
      const { status, stderr } = await on(which, folder, 'dependency', 'build', 'web');
      expect(status).toBe(1);
      expect(stderr).toMatch(/out of sync|PKG_LOCK/i);
    }
  });
});
