/** `repo index --merge` of generated indexes and folders: the file is helm's, character for character. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readForeignEntries } from '../../src/repository/foreign-index.ts';
import { temporaryFolder } from '../chart/support.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { makeRepository, run } from './support.ts';

const VERSIONS = ['1.0.0', '1.0.0+a', '1.0.0+b', '1.2.0', '1.2.1', '1.10.0', '2.0.0-rc.1', '2.0.0-rc.1+x', '2.0.0'];

let packed: string;
beforeAll(async () => {
  const more =
    'keywords: [b, a]\ndescription: "a <b>web</b> & thing"\nannotations: {"10": x, "9": y, a: z}\nsources: [https://x.example]\n';
  packed = await makeRepository(
    VERSIONS.flatMap((version) => ['web', 'web10', '10'].map((name) => [name, version, more] as const)),
  );
});

const seldom = <T>(arbitrary: fc.Arbitrary<T>, others: number): fc.Arbitrary<T | object> =>
  fc.oneof({ weight: others, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const text = fc.constantFrom(
  '',
  'plain',
  'a\tb\u0007\u00a0c',
  ' <&> ',
  '1.10',
  'yes',
  '"quoted" \\',
  'ünï',
  'null',
  '- x',
  'a: b',
);
/** Numbers in their place are an error for Helm only. */
const scalar = fc.option(text, { freq: 30 });
const NAMES = ['web', 'web10', '10', 'old', 'a.b'];
const name = fc.constantFrom(...NAMES);
const version = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VERSIONS) },
  fc.constantFrom('v1.0.0', '1.2', '1', '2', 'v2.0', '3', '1.2.3-x.7', '0.1', '01.2.3', '1.0-rc.1'),
);
/** Each is an entry that Helm passes over, or a reason to refuse the index. */
const broken = fc.constantFrom<Record<string, unknown>>(
  { name: '' },
  { name: '..' },
  { name: 'a/b' },
  { name: undefined },
  { version: 'x' },
  { version: undefined },
  { type: 'other' },
  { maintainers: [null] },
  { dependencies: [null] },
  { dependencies: [{ name: 'a', alias: 'a/b' }] },
  { created: 'yesterday' },
  { created: '2001-02-30T00:00:00Z' },
  { urls: 'x' },
  { keywords: { a: 1 } },
  { deprecated: 'yes' },
  { annotations: { a: [1] } },
  { maintainers: ['me'] },
);
const created = fc.constantFrom(
  ...['2001-02-03T04:05:06Z', '2001-02-03T04:05:06.100Z', '2001-02-03T04:05:06.1234567891+02:00'],
  ...['2004-02-29T23:59:59-00:00', '1999-12-31T00:00:00.000000000-11:30', '0001-01-01T00:00:00Z'],
);
const dependency = fc.record(
  {
    name: text,
    version: text,
    repository: some(text),
    condition: text,
    tags: fc.array(text, { maxLength: 2 }),
    enabled: fc.boolean(),
    'import-values': fc.array(fc.oneof(text, fc.constant({ parent: 'p', child: 'c', 'z<': [1] })), { maxLength: 2 }),
    alias: fc.constantFrom('', 'x_-1'),
  },
  { requiredKeys: [] },
);
const entry = fc
  .tuple(
    fc.record({ name, version }),
    fc.record(
      {
        apiVersion: fc.constantFrom('v1', 'v2', 'v9', ''),
        type: fc.constantFrom('', 'application', 'library'),
        urls: fc.oneof(fc.array(text, { maxLength: 3 }), fc.constant(null)),
        created,
        digest: text,
        removed: fc.boolean(),
        description: scalar,
        Home: scalar,
        icon: text,
        condition: text,
        tags: text,
        appVersion: scalar,
        kubeVersion: text,
        keywords: fc.array(scalar, { maxLength: 2 }),
        sources: fc.oneof(fc.array(text, { maxLength: 2 }), fc.constant(null)),
        maintainers: fc.array(fc.record({ name: text, email: text, url: text }, { requiredKeys: [] }), {
          maxLength: 2,
        }),
        annotations: fc.dictionary(fc.constantFrom('a', '10', '9', 'a<b', 'A', 'z.z/y'), text, { maxKeys: 4 }),
        dependencies: fc.array(dependency, { maxLength: 2 }),
        deprecated: fc.boolean(),
        engine: text,
        checksum: text,
        tillerVersion: text,
        url: text,
      },
      { requiredKeys: [] },
    ),
    seldom(broken, 30),
    seldom(fc.constantFrom({ unknown: 1 }, { labels: {} }), 150),
  )
  .map(([one, two, three, four]): Record<string, unknown> => ({ ...two, ...one, ...three, ...four }));
/** An entry under another name; wrong names stay. Where two keys have entries of one name, Helm's result is left to chance. */
const named = (one: Record<string, unknown>, to: string): Record<string, unknown> =>
  NAMES.includes(String(one['name'])) ? { ...one, name: to } : one;
/** Charts by their names, which are not always those of their entries. */
const entries = fc
  .array(fc.tuple(name, fc.array(fc.option(entry, { freq: 20 }), { maxLength: 8 }), fc.nat(9)), { maxLength: 4 })
  .map((charts) =>
    Object.fromEntries(
      charts.map(([key, all, other]) => [
        key,
        all.map((one) => (one === null ? one : named(one, other === 0 ? `moved-${key}` : key))),
      ]),
    ),
  );
const index = fc.record(
  {
    apiVersion: fc.constant('v1'),
    entries,
    generated: created,
    publicKeys: fc.constant(['key']),
    annotations: fc.constant({ a: 'b' }),
    serverInfo: fc.constant({ contextPath: '/x' }),
  },
  { requiredKeys: ['apiVersion', 'entries'] },
);
const styles: Record<string, (value: unknown) => string> = {
  JSON: (value) => JSON.stringify(value),
  YAML: (value) => stringify(value, { version: '1.1', aliasDuplicateObjects: false }),
  'YAML in braces': (value) =>
    stringify(value, { version: '1.1', collectionStyle: 'flow', aliasDuplicateObjects: false }),
};

describe.each([[[]], [['--json']], [['--url', 'https://charts.example.com/x']]])('repo index %j', (flags) => {
  test('gives the same file', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        index,
        fc.constantFrom(...Object.keys(styles)),
        fc.subarray(
          VERSIONS.flatMap((one) => [`web-${one}.tgz`, `web10-${one}.tgz`, `10-${one}.tgz`]),
          { maxLength: 9 },
        ),
        async (old, style, files) => {
          const written = styles[style]?.(old) ?? '';
          const [helm, pkg] = await Promise.all(
            (['helm', 'pkg'] as const).map(async (program) => {
              const cwd = temporaryFolder();
              for (const file of files) copyFileSync(join(packed, file), join(cwd, file));
              writeFileSync(join(cwd, 'old.yaml'), written);
              const args = ['repo', 'index', '.', '--merge', 'old.yaml', ...flags];
              const { status, stderr } = await run(program, args, { cwd, home: cwd });
              const made = join(cwd, 'index.yaml');
              const content = existsSync(made) ? readFileSync(made, 'utf8') : 'none';
              return { status, stderr, content: content.replaceAll(/("?(?:created|generated)"?: )"202.*"/g, '$1') };
            }),
          );
          const told = `${written}\nhelm: ${helm?.stderr}\npkg: ${pkg?.stderr}`;
          expect({ status: pkg?.status, content: pkg?.content }, told).toEqual({
            status: helm?.status,
            content: helm?.content,
          });
        },
      ),
      { numRuns: RUNS * 15, seed: SEED },
    );
  });
});

test.each([[[]], [['--json']]])('an index that is missing is begun, and the same in both files: %j', async (flags) => {
  const written = await Promise.all(
    (['helm', 'pkg'] as const).map(async (program) => {
      const cwd = temporaryFolder();
      copyFileSync(join(packed, '10-1.0.0+a.tgz'), join(cwd, '10-1.0.0+a.tgz'));
      const args = ['repo', 'index', '.', '--merge', 'none.yaml', ...flags];
      const { status, stderr } = await run(program, args, { cwd, home: cwd });
      expect(status, stderr).toBe(0);
      return ['index.yaml', 'none.yaml'].map((file) =>
        readFileSync(join(cwd, file), 'utf8').replaceAll(/("?(?:created|generated)"?: )"202.*"/g, '$1'),
      );
    }),
  );
  expect(written[1]).toEqual(written[0]);
});

test('what is left out is named, with the reason', () => {
  const entries = [null, { name: 'web' }, { name: 'a/b', version: '1.0.0' }, { name: 'web', version: '1', type: 'x' }];
  const { skipped } = readForeignEntries(
    Buffer.from(JSON.stringify({ apiVersion: 'v1', entries: { web: entries } })),
    'i',
  );
  expect(skipped).toEqual(
    [
      'it is empty',
      "the version '' is not a semantic version",
      "the name 'a/b' is a path",
      "the type 'x' is neither application nor library",
    ].map((why) => `an entry of web is left out, as by Helm: ${why}`),
  );
});
