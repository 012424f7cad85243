/** The `--set` family and values files agree with the real helm on generated input. */
import { mkdtempSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_SOURCES, readUserValues } from '../../src/chart/user-values.ts';
import { PkgError } from '../../src/errors.ts';
import { coalesceValues } from '../../src/chart/values.ts';
import { loadChart } from '../../src/chart/load.ts';
import { resolveDependencies } from '../../src/chart/dependencies.ts';
import { printYaml } from '../../src/yaml/print.ts';
import { fromPlain, toPlain } from '../../src/yaml/value.ts';
import type { JsonObject, Value } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { RUNS } from '../support/generation.ts';

const folder = mkdtempSync(join(tmpdir(), 'pkg-values-'));

/** A chart folder; its template prints its values, and so do those of its subcharts. */
function writeChart(path: string, name: string, values: string, children: Record<string, string> = {}): string {
  mkdirSync(join(path, 'templates'), { recursive: true });
  writeFileSync(join(path, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`);
  writeFileSync(join(path, 'values.yaml'), values);
  writeFileSync(join(path, 'templates', 'v.yaml'), `${name}: {{ toJson .Values }}\n`);
  for (const [child, text] of Object.entries(children)) writeChart(join(path, 'charts', child), child, text);
  return path;
}

/** Numbers as Helm's JSON has them. */
const normal = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)));

function helmValues(chart: string, flags: string[]): Record<string, unknown> | undefined {
  const run = helm(['template', 'x', chart, ...flags]);
  if (run.status !== 0) return undefined;
  const found: Record<string, unknown> = {};
  for (const match of run.stdout.matchAll(/^([a-z]+): (\{.*\})$/gm)) found[match[1] ?? ''] = JSON.parse(match[2] ?? '');
  return found;
}

const piece = fc.constantFrom(
  'a',
  'b',
  'c.d',
  'a.b',
  'l[0]',
  'l[1].x',
  'l[0][1]',
  'l[0][1][65537][1]',
  'l[65537]',
  '[-1]',
  '[+0000000000000000000001]',
  '[9223372036854775808]',
  'a\\.b',
  'k',
  '.',
  '[',
  ']',
  '=',
  ',',
  '{',
  '}',
  '\\',
  ' ',
  'x',
  '1',
  '01',
  '-5',
  '1.5',
  'true',
  'NULL',
  'False',
  '0',
  '',
  '{a,b}',
  '{}',
  '99999999999999999999',
  '+00000000000000000000007',
  '-0',
  '9007199254740993',
  'ü',
  '"q"',
  '==',
);
const expression = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  fc
    .array(
      fc
        .tuple(fc.constantFrom('a', 'b.c', 'l[0]', 'l[2]', 'm.n[1].o', 'a\\,b'), piece)
        .map(([key, value]) => `${key}=${value}`),
      { minLength: 1, maxLength: 4 },
    )
    .map((pairs) => pairs.join(',')),
);

const plainChart = writeChart(join(folder, 'plain'), 'plain', '');

test.each([
  ['--set', 'set'],
  ['--set-string', 'setString'],
  ['--set-literal', 'setLiteral'],
] as const)('%s has the same result as in helm', async (flag, source) => {
  await fc.assert(
    fc.asyncProperty(expression, async (text) => {
      const theirs = helmValues(plainChart, [`${flag}=${text}`])?.['plain'];
      const ours = await readUserValues({ ...NO_SOURCES, [source]: [text] }).then(
        ({ values }) => normal(toPlain(values)),
        (error: unknown) => {
          if (error instanceof PkgError) return undefined;
          throw error;
        },
      );
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 60 * RUNS },
  );
});

test('--set-json has the same result as in helm', async () => {
  const json = fc.oneof(
    fc.json({ maxDepth: 2 }),
    fc.constantFrom(
      '',
      'nul',
      '{',
      '"x',
      '1,b=2',
      ' [1] , c = {"d":1}',
      ...[
        '1b=2',
        'trueb=2',
        '"x"c=3',
        '01=2',
        '1.b=2',
        '1eb=2',
        '1.5eb=2',
        '1e5.b=2',
        '-',
        '-1c=[]',
        '[]c=1',
        '{}{}=1',
      ],
      ...['\u00a01', '\u00851\u3000', '\ufeff1', '1 2=3', '\u2028{"a":1}'],
    ),
  );
  const text = fc.oneof(
    fc.tuple(fc.constantFrom('a', 'b.c', 'l[0]'), json).map(([key, value]) => `${key}=${value}`),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 1 }))
      .map((object) => JSON.stringify(object)),
  );
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      fc.pre(!/__proto__|e\+?[0-9]{3}|\d{17}/.test(given));
      const theirs = helmValues(plainChart, [`--set-json=${given}`])?.['plain'];
      const ours = await readUserValues({ ...NO_SOURCES, setJson: [given] }).then(
        ({ values }) => normal(toPlain(values)),
        () => undefined,
      );
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 60 * RUNS },
  );
});

test('--set-file reads standard input, once', () => {
  for (const flags of [
    ['--set-file', 'a=-'],
    ['--set-file', 'a=-,b= - ', '--set-file', 'c=-'],
    ['--set-file', 'a={-,-}'],
    ['-f', '-', '--set-file', 'a=-'],
  ]) {
    const args = ['template', 'x', plainChart, ...flags];
    const theirs = helm(args, { input: 'k: v' });
    const ours = pkg(args, { input: 'k: v' });
    expect(theirs.stdout).toMatch(/k"?: ?"?v/);
    expect(ours).toEqual(theirs);
  }
});

const leaf: fc.Arbitrary<Value> = fc.constantFrom<Value>(null, true, 1, 'x', '', [1, 2]);
const table = fc.letrec<{ map: Map<string, Value> }>((tie) => ({
  map: fc
    .array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'global', 'sub'), fc.oneof({ depthSize: 'small' }, leaf, tie('map'))),
      { maxLength: 4 },
    )
    .map((entries) => new Map(entries)),
})).map;

test('values of charts, subcharts, files and flags are merged as in helm', async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(table, table, table, table, async (parent, child, first, second) => {
      for (const map of [parent, first, second]) {
        // Helm refuses a subchart's block that is not a map; what it says then does not depend on values.
        for (const key of ['sub', 'global']) if (map.has(key) && !(map.get(key) instanceof Map)) map.delete(key);
      }
      if (!(child.get('global') instanceof Map)) child.delete('global');
      const path = writeChart(join(folder, `c${count++}`), 'top', printYaml(parent), { sub: printYaml(child) });
      const files = [first, second].map((map, index) => {
        const file = join(path, `..`, `f${count}-${index}.yaml`);
        writeFileSync(file, printYaml(map));
        return file;
      });
      const theirs = helmValues(
        path,
        files.flatMap((file) => ['-f', file]),
      );
      const chart = await loadChart(path);
      const { values: user } = await readUserValues({ ...NO_SOURCES, valueFiles: files });
      const { chart: resolved } = resolveDependencies(chart, user);
      const { values } = coalesceValues(resolved, user);
      const sub = values.get('sub');
      fc.pre(theirs !== undefined);
      expect(normal(toPlain(values))).toEqual(theirs?.['top']);
      expect(normal(sub instanceof Map ? toPlain(sub) : sub)).toEqual(theirs?.['sub']);
    }),
    { numRuns: 60 * RUNS },
  );
});

/** Places that a user sets, in charts that import, rename and leave out subcharts. */
const place = fc.constantFrom(
  ...['n', 'm.k', 'sub.enabled', 'al.enabled', 'sub.n.k', 'global.g', 'global.m.k', 'sub.global.g', 'tags.front'],
  ...['l[0]', 'l[1].k', 'll[0][1]', 'sub.l[0]', 'sub.x', 'al.x.a', 'sub.exports.data.a', 'x'],
);
const pairs = (values: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(place, fc.constantFrom(...values)).map(([key, value]) => `${key}=${value}`),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.join(','));
const setTexts = ['1', 'true', 'false', 'null', 'x', '', '{a,b}', '007', '+5', 'a\\,b'];
const declaration = fc.record({
  condition: fc.constantFrom('', 'sub.enabled', 'al.enabled', 'm.k,global.enabled', 'enabled'),
  tags: fc.constantFrom([], ['front'], ['front', 'x']),
  'import-values': fc.subarray([
    'data',
    { child: 'a', parent: 'm' },
    { child: 'global', parent: 'global' },
    { child: 'x', parent: '.' },
  ]),
});

test('all flags, values files, and charts that import, rename and disable subcharts', async () => {
  const file = join(folder, 'file.txt');
  writeFileSync(file, 'of a file\n');
  const flags = fc.record({
    setJson: fc.array(pairs(['1', 'null', '"x"', '{"a":{"b":1}}', '[1,null]', '', '1.5']), { maxLength: 1 }),
    set: fc.array(pairs(setTexts), { maxLength: 2 }),
    setString: fc.array(pairs(setTexts), { maxLength: 1 }),
    setFile: fc.array(pairs([file]), { maxLength: 1 }),
    setLiteral: fc.array(pairs(['a,b={c}', '']), { maxLength: 1 }),
  });
  const names: Record<string, string> = {
    setJson: '--set-json',
    set: '--set',
    setString: '--set-string',
    setFile: '--set-file',
    setLiteral: '--set-literal',
  };
  let count = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      table,
      table,
      table,
      declaration,
      declaration,
      flags,
      async (top, child, user, one, two, given) => {
        for (const map of [top, child, user]) {
          for (const key of ['sub', 'global']) if (!(map.get(key) instanceof Map)) map.delete(key);
        }
        const path = writeChart(join(folder, `d${count++}`), 'top', printYaml(top), { sub: printYaml(child) });
        const dependencies = [
          { name: 'sub', version: '*', ...one },
          { name: 'sub', version: '*', alias: 'al', ...two },
        ];
        const metadata = { apiVersion: 'v2', name: 'top', version: '0.1.0', dependencies };
        writeFileSync(join(path, 'Chart.yaml'), JSON.stringify(metadata));
        writeFileSync(join(path, 'charts/sub/templates/v.yaml'), '{{ .Chart.Name }}: {{ toJson .Values }}\n');
        const values = join(path, 'user.yaml');
        writeFileSync(values, printYaml(user));
        const args = Object.entries(given).flatMap(([kind, texts]) => texts.map((text) => `${names[kind]}=${text}`));
        const theirs = helmValues(path, ['-f', values, ...args]);
        const ours = await readUserValues({ ...NO_SOURCES, valueFiles: [values], ...given })
          .then(async ({ values: read }) => {
            const resolved = resolveDependencies(await loadChart(path), read);
            return coalesceValues(resolved.chart, resolved.values).values;
          })
          .catch((error: unknown) => {
            if (error instanceof PkgError) return undefined;
            throw error;
          });
        expect(ours && normal(toPlain(ours))).toEqual(theirs?.['top']);
        if (theirs === undefined) return;
        compared++;
        for (const name of ['sub', 'al'] as const) {
          const seen = ours?.get(name);
          if (theirs[name] !== undefined)
            expect(normal(seen instanceof Map ? toPlain(seen) : seen)).toEqual(theirs[name]);
        }
      },
    ),
    { numRuns: 60 * RUNS },
  );
  expect(compared).toBeGreaterThan(20);
});

test('values survive printing and parsing as JSON', () => {
  const object: JsonObject = { b: 1, a: [null, true] };
  expect(toPlain(fromPlain(object))).toEqual(object);
});

test.each([
  ['--set', 'a=9007199254740993,s.k=-9223372036854775808,l[0]=123456789012345678'],
  ['--set', 'a=9223372036854775808'],
  ['--set-string', 'a=9007199254740993'],
  ['--set-json', 'a=9007199254740993'],
  ['--set-json', '{"a":{"b":[1e308]}}'],
  ['--set-json', '{"a":{"b":[1e400]}}'],
  ['--set-json', 'a=-1e999'],
])('%s %s prints the same digits as helm', (flag, text) => {
  const path = writeChart(join(folder, 'digits'), 'digits', 'k: 9007199254740995\nm: 18446744073709551615\n', {
    s: '',
  });
  const [theirs, ours] = [helm, pkg].map((program) => {
    const { status, stdout } = program(['template', 'x', path, flag, text]);
    return { status, stdout };
  });
  expect(ours).toEqual(theirs);
});
