/** `pkg dependency tree`, and the warning about dependencies that may get another version than the chosen one. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { satisfies } from '../../src/chart/constraint.ts';
import { loadChart } from '../../src/chart/load.ts';
import { dependencyTree } from '../../src/repository/dependency-tree.ts';
import type { TreeNode } from '../../src/repository/dependency-tree.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { chartFiles, chartsIn, makeRepository, run } from './support.ts';

const VERSIONS = ['1.0.0', '1.2.0', '2.0.0', '3.1.0'] as const;
let server: ChartServer;
beforeAll(async () => {
  server = await startChartServer(await makeRepository(VERSIONS.map((version) => ['sub', version] as const)));
});
afterAll(() => server.close());

function withDependencies(name: string, version: string, ...dependencies: string[]): Record<string, string> {
  const lines = dependencies.map((one) => `- {${one}}\n`).join('');
  return chartFiles(name, version, dependencies.length === 0 ? '' : `dependencies:\n${lines}`);
}

describe('tree', () => {
  test('shows folders, charts/, lock files, missing charts and undeclared ones', async () => {
    const folder = chartsIn({
      shop: withDependencies(
        'shop',
        '1.0.0',
        'name: cache, version: ^1.0.0, repository: file://../cache, alias: sessions',
        `name: sub, version: ^1.0.0, repository: "${server.url.replace('//', '//ada:pa55@')}/?token=s3cret"`,
        'name: db, version: 1.x, repository: "@foo"',
      ),
      cache: withDependencies('cache', '1.4.2', 'name: common, version: 2.x, repository: file://../common'),
      common: chartFiles('common', '2.0.1'),
      'shop/charts/old': withDependencies('old', '0.1.0', 'name: base, version: 1.x, repository: file://../nowhere'),
    });
    writeFileSync(
      join(folder, 'shop', 'Chart.lock'),
      'dependencies:\n- {name: cache, version: 1.4.0}\n- {name: sub, version: 1.2.0}\ndigest: none\n',
    );
    const options = { cwd: folder, home: folder };
    const { stdout, status } = await run('pkg', ['dependency', 'tree', 'shop'], options);
    expect(status).toBe(0);
    expect(stdout).toBe(`shop 1.0.0
├── cache 1.4.2 as sessions (^1.0.0, file://../cache)
│   └── common 2.0.1 (2.x, file://../common)
├── sub 1.2.0 (^1.0.0, ${server.url}/): not fetched
├── db (1.x, @foo): not fetched, and in no lock file
└── old 0.1.0: in charts/, and not asked for in this version
    └── base (1.x, file://../nowhere): not fetched, and in no lock file
`);
    const json = await run('pkg', ['dep', 'tree', 'shop', '-o', 'json'], options);
    expect(json.stdout).not.toMatch(/pa55|s3cret/);
    const { dependencies } = JSON.parse(json.stdout) as { dependencies: TreeNode[] };
    expect(dependencies.map(({ name, status: state }) => `${name} ${state}`)).toEqual([
      'cache folder',
      'sub locked',
      'db missing',
      'old undeclared',
    ]);
  });

  test('after an update shows all charts as present, also in an archive', async () => {
    const folder = chartsIn({
      shop: withDependencies('shop', '1.0.0', 'name: cache, version: ^1.0.0, repository: file://../cache'),
      cache: withDependencies('cache', '1.4.2', `name: sub, version: ^1.0.0, repository: "${server.url}"`),
    });
    const options = { cwd: folder, home: folder };
    for (const args of [
      ['dependency', 'update', 'shop'],
      ['package', 'shop'],
    ]) {
      expect((await run('pkg', args, options)).status).toBe(0);
    }
    rmSync(join(folder, 'cache'), { recursive: true });
    for (const chart of ['shop', 'shop-1.0.0.tgz']) {
      const { stdout } = await run('pkg', ['dependency', 'tree', chart], options);
      expect(stdout).toBe(`shop 1.0.0
└── cache 1.4.2 (^1.0.0, file://../cache)
    └── sub 1.2.0 (^1.0.0, ${server.url})
`);
    }
  });

  test('cycles of folders end, and folders that multiply are refused', async () => {
    const name = (index: number): string => `c${index}`;
    const dependency = (of: number, alias: string): string =>
      `name: ${name(of)}, version: "*", repository: file://../${name(of)}, alias: ${alias}`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(fc.nat(4), { maxLength: 3 }), { minLength: 5, maxLength: 5 }),
        async (graph) => {
          const folder = temporaryFolder();
          for (const [index, others] of graph.entries()) {
            const declared = others.map((other) => dependency(other, `a${other}`));
            writeFiles(join(folder, name(index)), withDependencies(name(index), '1.0.0', ...declared));
          }
          const paths: string[] = [];
          const walk = (nodes: readonly TreeNode[], path: readonly string[]): void => {
            for (const node of nodes) {
              // A chart is below itself only as the end of a cycle.
              expect(node.status).toBe(path.includes(node.name) ? 'cycle' : 'folder');
              paths.push([...path, node.name].join(' '));
              walk(node.dependencies, [...path, node.name]);
            }
          };
          walk(await dependencyTree(await loadChart(join(folder, name(0)))), [name(0)]);
          expect(paths).toEqual(pathsOf(graph, [0]).map((path) => path.map(name).join(' ')));
        },
      ),
      { numRuns: 25 },
    );
    const folder = temporaryFolder();
    for (let index = 0; index < 20; index++) {
      const twice = index === 19 ? [] : [dependency(index + 1, 'a'), dependency(index + 1, 'b')];
      writeFiles(join(folder, name(index)), withDependencies(name(index), '1.0.0', ...twice));
    }
    await expect(dependencyTree(await loadChart(join(folder, name(0))))).rejects.toThrow(/more than 10000 charts/);
  });
});

/** Every way down a graph that goes nowhere twice but at its end. */
function pathsOf(graph: readonly (readonly number[])[], path: readonly number[]): number[][] {
  const others = graph[path.at(-1) ?? 0] ?? [];
  return others.flatMap((other) => {
    const longer = [...path, other];
    return [longer, ...(path.includes(other) ? [] : pathsOf(graph, longer))];
  });
}

describe('one name in several versions', () => {
  test('an update names dependencies that may get another version than the chosen one, and why', async () => {
    const ranges = ['^1.0.0', '1.0.0', '>=1.0.0', '>=2.0.0', '~3.1', '2.0.0'];
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...ranges), { minLength: 2, maxLength: 3 }), async (chosen) => {
        const from = `repository: "${server.url}"`;
        const folder = chartsIn({
          web: withDependencies(
            'web',
            '1.0.0',
            ...chosen.map((range, index) => `name: sub, alias: a${index}, version: "${range}", ${from}`),
          ),
        });
        const options = { cwd: folder, home: temporaryFolder() };
        const updated = await run('pkg', ['dependency', 'update', 'web'], options);
        expect(updated.status, updated.stderr).toBe(0);
        const newest = (range: string): string =>
          ({ '^1.0.0': '1.2.0', '>=1.0.0': '3.1.0', '>=2.0.0': '3.1.0', '~3.1': '3.1.0' })[range] ?? range;
        const present = [...new Set(chosen.map(newest))].sort();
        const versions = async (program: 'helm' | 'pkg'): Promise<string[]> => {
          const { stdout } = await run(program, ['template', 'web'], options);
          return chosen.map((_range, index) => {
            const source = new RegExp(`# Source: web/charts/a${index}/[^]*?version: "([^"]*)"`);
            return source.exec(stdout)?.[1] ?? '';
          });
        };
        const [helm, pkg] = await Promise.all([versions('helm'), versions('pkg')]);
        for (const [index, range] of chosen.entries()) {
          const fitting = present.filter((version) => satisfies(version, range));
          expect(pkg[index]).toBe(fitting[0]);
          // Which one helm takes differs from run to run.
          expect(fitting).toContain(helm[index]);
          const says = `${fitting.join(' and ')} of sub in charts/ fit '${range}', which a${index} asks for: ${newest(range)} was chosen for it, pkg takes ${fitting[0]}`;
          if (fitting.length > 1) expect(updated.stderr).toContain(says);
          else expect(updated.stderr).not.toContain(`which a${index} asks for`);
        }
      }),
      { numRuns: 12, examples: [[['^1.0.0', '>=1.0.0']], [['>=2.0.0', '2.0.0']]] },
    );
  });
});
