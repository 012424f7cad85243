import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chart } from '../../src/chart/chart.ts';
import { resolveDependencies } from '../../src/chart/dependencies.ts';
import { loadChart } from '../../src/chart/load.ts';
import { coalesceValues, subchartValues } from '../../src/chart/values.ts';
import { fromPlain, toPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject, ValueMap } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { writeChart, writeFiles } from './support.ts';
import { codeOf, errorOf } from '../support/errors.ts';
import { pkg } from '../support/pkg.ts';
import { RUNS } from '../support/generation.ts';

const PRINT_VALUES = 'values: {{ toJson .Values }}\n';

/** Helm takes all memory there is, and does not end, where imports make a map a part of itself. */
const MEMORY = 4 << 20;

/** The values that each chart of the tree sees, by its path (`web/charts/a`), as helm renders them, or its error. */
function helmValues(chart: string, values: JsonObject): Record<string, Json> | string {
  const run = helm(['template', chart, '-f', '-'], { input: JSON.stringify(values), memory: MEMORY });
  if (run.status !== 0) return run.stderr;
  const documents = run.stdout.matchAll(/^# Source: (.*)\/templates\/a\.yaml\nvalues: (.*)$/gm);
  return Object.fromEntries([...documents].map(([, path = '', json = '']) => [path, JSON.parse(json) as Json]));
}

async function pkgValues(path: string, values: JsonObject): Promise<Record<string, Json>> {
  const resolved = resolveDependencies(await loadChart(path), fromPlain(values) as ValueMap);
  const found: Record<string, Json> = {};
  const visit = (chart: Chart, seen: ValueMap, at: string): void => {
    found[at] = toPlain(seen);
    for (const child of chart.dependencies) {
      const { name } = child.metadata;
      visit(child, subchartValues(seen, name), `${at}/charts/${name}`);
    }
  };
  visit(resolved.chart, coalesceValues(resolved.chart, resolved.values).values, 'web');
  return found;
}

/** A chart of a tree: its values, how its parent declares it (if it does), and its own subcharts. */
type Node = {
  values: JsonObject;
  version: string;
  declaration: JsonObject[];
  children: Record<string, Node>;
  declares: boolean;
};

const leaf = fc.oneof(fc.boolean(), fc.nat(3), fc.constantFrom('x', ''), fc.constant(null));
const key = fc.constantFrom('enabled', 'p', 'q', 'data');
const inner = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 2, noNullPrototype: true })), {
  maxKeys: 3,
  noNullPrototype: true,
});
const tags = fc.dictionary(fc.constantFrom('front', 'back'), fc.oneof(fc.boolean(), fc.constant('yes')), {
  maxKeys: 2,
  noNullPrototype: true,
});

/** Values of a chart with these subcharts: a map for each of their names, as a rule. */
function valuesFor(names: readonly string[]): fc.Arbitrary<JsonObject> {
  const parts: Record<string, fc.Arbitrary<Json | undefined>> = {
    tags: fc.option(tags, { nil: undefined }),
    global: fc.option(inner, { nil: undefined }),
    exports: fc.option(fc.dictionary(fc.constantFrom('data', 'more'), inner, { maxKeys: 2, noNullPrototype: true }), {
      nil: undefined,
    }),
  };
  const block = fc.oneof({ weight: 30, arbitrary: inner }, { weight: 1, arbitrary: leaf });
  for (const name of names) parts[name] = fc.option(block, { nil: undefined });
  return fc
    .tuple(inner, fc.record(parts))
    .map(([own, named]) => JSON.parse(JSON.stringify({ ...own, ...named })) as JsonObject);
}

const imports = fc.array(
  fc.constantFrom<Json>(
    'data',
    'more',
    { child: 'data', parent: 'q' },
    { child: 'exports.data', parent: '.' },
    { child: 'p', parent: 'a.q' },
    { child: 'p', parent: 'q' },
    { child: 'exports', parent: '.' },
    { child: 'global', parent: 'global' },
  ),
  { maxLength: 3 },
);

function declarationOf(name: string, aliases: readonly string[]): fc.Arbitrary<JsonObject> {
  const condition = fc.constantFrom(
    `${name}.enabled`,
    'enabled',
    'p.enabled,enabled',
    `global.enabled, ${name}.enabled`,
    ' enabled',
    'tags.front',
  );
  return fc
    .record({
      version: fc.constantFrom('1.x', '>=0.1.0', '*', '2'),
      condition: fc.option(condition, { nil: undefined }),
      tags: fc.option(fc.subarray(['front', 'back']), { nil: undefined }),
      alias: fc.constantFrom(undefined, undefined, ...aliases),
      'import-values': fc.option(imports, { nil: undefined }),
    })
    .map((fields) => JSON.parse(JSON.stringify({ name, ...fields })) as JsonObject);
}

function nodeOf(names: readonly string[], depth: number): fc.Arbitrary<Node> {
  const children: fc.Arbitrary<Record<string, Node>> =
    depth === 0
      ? fc.constant({})
      : fc.record(Object.fromEntries(names.map((name) => [name, nodeOf([`${name}x`], depth - 1)])), {
          requiredKeys: [],
        });
  return children.chain((given) => {
    const present = Object.keys(given);
    const aliases = present.map((name) => `${name}-alias`);
    return fc.record({
      values: valuesFor([...present, ...aliases]),
      version: fc.constantFrom('1.0.0', '1.2.0'),
      declares: fc.boolean(),
      declaration: fc
        .tuple(...present.map((name) => fc.array(declarationOf(name, [`${name}-alias`]), { maxLength: 2 })))
        .map((lists) => uniqueNames(lists.flat())),
      children: fc.constant(given),
    });
  });
}

/** Helm refuses two dependencies that go by one name. */
function uniqueNames(declarations: JsonObject[]): JsonObject[] {
  const seen = new Set<Json | undefined>();
  return declarations.filter((declaration) => {
    const name = declaration['alias'] ?? declaration['name'];
    return seen.has(name) ? false : seen.add(name);
  });
}

function filesOf(node: Node, name: string, at: string): Record<string, string> {
  const { version, declaration, declares, values, children } = node;
  const metadata = {
    apiVersion: 'v2',
    name,
    version,
    ...(declares || declaration.length > 0 ? { dependencies: declaration } : {}),
  };
  return Object.assign(
    {
      [`${at}Chart.yaml`]: JSON.stringify(metadata),
      [`${at}values.yaml`]: JSON.stringify(values),
      [`${at}templates/a.yaml`]: PRINT_VALUES,
    },
    ...Object.entries(children).map(([child, below]) => filesOf(below, child, `${at}charts/${child}/`)),
  ) as Record<string, string>;
}

describe('resolveDependencies', () => {
  test('leaves the charts that helm leaves, with the values that helm gives them, on generated trees', async () => {
    const tree = nodeOf(['a', 'b'], 2).chain((node) =>
      fc.record({ node: fc.constant(node), user: valuesFor(Object.keys(node.children)) }),
    );
    let compared = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(tree, async ({ node, user }) => {
        const chart = writeChart(filesOf(node, 'web', ''));
        const found = await pkgValues(chart, user).catch((error: unknown) => error);
        const expected = helmValues(chart, user);
        if (typeof expected === 'string') {
          if (!expected.includes('type mismatch on')) return;
          refused++;
          expect(found).toMatchObject({ code: 'PKG_VALUES_INVALID' });
          return;
        }
        compared++;
        expect(found).toEqual(expected);
      }),
      { numRuns: 120 * RUNS },
    );
    expect(compared).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(3);
  });

  const sub = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;

  test('gives a subchart under two names two sets of values', async () => {
    const dependencies =
      'dependencies:\n- {name: db, version: "1", alias: one}\n- {name: db, version: "1", alias: two}\n';
    const path = writeChart({
      'Chart.yaml': sub('web', dependencies),
      'values.yaml': 'one: {size: 1}\n',
      'charts/db/Chart.yaml': sub('db'),
      'charts/db/values.yaml': 'size: 0\n',
    });
    const loaded = await loadChart(path);
    const { chart } = resolveDependencies(loaded, new Map());
    expect(chart.dependencies.map(({ metadata }) => metadata.name)).toEqual(['one', 'two']);
    expect(chart.dependencies.map(({ metadata }) => metadata.all.get('name'))).toEqual(['one', 'two']);
    expect(chart.metadata.dependencies.map(({ name, alias }) => [name, alias])).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
    expect(await pkgValues(path, {})).toMatchObject({ 'web/charts/one': { size: 1 }, 'web/charts/two': { size: 0 } });
    // The chart that was loaded is as it was.
    expect(loaded.dependencies.map(({ metadata }) => metadata.name)).toEqual(['db']);
  });

  test('refuses a missing dependency, even one that is disabled', async () => {
    const path = writeChart({
      'Chart.yaml': sub(
        'web',
        'dependencies:\n- {name: db, version: "1", condition: off}\n- {name: "c\\u001b[2J", version: "1"}\n',
      ),
      'values.yaml': 'off: false\n',
    });
    const error = await errorOf(async () => resolveDependencies(await loadChart(path), new Map()));
    expect(error.code).toBe('PKG_CHART_DEPENDENCY_MISSING');
    expect(error.message).toBe('found in Chart.yaml, but missing in charts/ directory: db, c[2J');
    expect(helm(['template', path]).stderr).toContain('missing in charts/ directory: db, c[2J');
  });

  test('accepts any apiVersion below the top chart', async () => {
    for (const apiVersion of ['v3', 'other', '5']) {
      const path = writeChart({
        'charts/db/Chart.yaml': `apiVersion: ${apiVersion}\nname: db\nversion: 1.0.0\n`,
        'charts/db/requirements.yaml': 'dependencies: []\n',
        'charts/db/templates/a.yaml':
          'a: {{ .Chart.APIVersion | quote }}\nfiles: {{ .Files.Get "requirements.yaml" | quote }}\n',
      });
      const theirs = helm(['template', path]);
      expect(theirs.stdout).toContain(`a: "${apiVersion}"`);
      expect(pkg(['template', path])).toMatchObject({ status: theirs.status, stdout: theirs.stdout });
    }
  });

  test('accepts missing dependencies below the top chart', async () => {
    const path = writeChart({ 'charts/db/Chart.yaml': sub('db', 'dependencies:\n- {name: gone, version: "1"}\n') });
    expect(resolveDependencies(await loadChart(path), new Map()).chart.dependencies).toHaveLength(1);
    expect(helm(['template', path]).status).toBe(0);
  });

  test('warns of conditions, tags and imports without a value, and of versions that do not match', async () => {
    const dependencies = [
      '- {name: a, version: "1", condition: a.x, tags: [t], import-values: [none]}',
      '- {name: b, version: "2"}',
      '- {name: c, alias: other}',
    ].join('\n');
    const path = writeChart({
      'Chart.yaml': sub('web', `dependencies:\n${dependencies}\n`),
      'values.yaml': 'a: {x: "yes"}\ntags: {t: 1}\n',
      'charts/a/Chart.yaml': sub('a'),
      'charts/b/Chart.yaml': sub('b'),
      'charts/c/Chart.yaml': sub('c'),
    });
    expect(resolveDependencies(await loadChart(path), new Map()).warnings).toEqual([
      "web asks for b '2' and has 1.0.0 in charts/",
      'web names no version of c, so its alias, condition and tags have no effect',
      "the condition 'a.x' of a is not a boolean",
      "the tag 't' of a is not a boolean",
      "import-values: a has no map 'exports.none'",
    ]);
  });

  test('an invalid constraint matches nothing, as in helm', async () => {
    const path = writeChart({
      'Chart.yaml': sub('web', 'dependencies:\n- {name: db, version: latest, alias: c}\n'),
      'charts/db/Chart.yaml': sub('db'),
    });
    const { chart } = resolveDependencies(await loadChart(path), new Map());
    expect(chart.dependencies.map(({ metadata }) => metadata.name)).toEqual(['db']);
  });

  test('the first of several imports wins, also with a map inside another', async () => {
    const path = writeChart({
      'Chart.yaml': sub(
        'web',
        'dependencies:\n- {name: a, version: "1", import-values: [one, two, {child: w.k.v, parent: p}, {child: w, parent: p}]}\n',
      ),
      'values.yaml': 'own: web\n',
      'charts/a/Chart.yaml': sub('a'),
      'charts/a/values.yaml': 'exports: {one: {size: 1, own: a}, two: {size: 2, more: 3}}\nw: {k: {v: {z: 1}}}\n',
    });
    const { chart } = resolveDependencies(await loadChart(path), new Map());
    const { a: _, ...values } = toPlain(chart.values);
    expect(values).toEqual({ own: 'web', size: 1, more: 3, p: { z: 1, k: { v: { z: 1 } } } });
  });

  test('aliases of aliases are limited', async () => {
    const files: Record<string, string> = {};
    let at = '';
    for (let depth = 0; depth < 20; depth++) {
      const twice = 'dependencies: [{name: c, version: "1", alias: a}, {name: c, version: "1", alias: b}]\n';
      files[`${at}Chart.yaml`] = sub('c', depth < 19 ? twice : '');
      at += 'charts/c/';
    }
    const chart = await loadChart(writeChart(files));
    expect(await codeOf(() => resolveDependencies(chart, new Map()))).toBe('PKG_CHART_TOO_LARGE');
  });

  test('an alias cannot lead out of charts/', async () => {
    const path = writeChart();
    for (const alias of ['../../x', 'a/b', '.', 'a b', 'ä', 'a\nb']) {
      writeFiles(path, { 'Chart.yaml': sub('web', `dependencies: [${JSON.stringify({ name: 'a', alias })}]\n`) });
      expect(await codeOf(() => loadChart(path))).toBe('PKG_CHART_INVALID');
      expect(helm(['show', 'chart', path]).status).toBe(1);
    }
    writeFileSync(join(path, 'Chart.yaml'), sub('web', 'dependencies: [{name: a, alias: A_-9}]\n'));
    await loadChart(path);
  });
});
