/** Files whose bytes are not UTF-8, compared with helm: `--set-file` keeps the bytes, YAML is refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { temporaryFolder, writeFiles } from './support.ts';

const CHART = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';

/** Pieces of UTF-8, whole and broken: overlong forms, halves of surrogate pairs, characters that are cut off. */
const bytes: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(
          '61',
          'c3a9',
          'f09f9880',
          'ff',
          'f09f',
          'eda080',
          'c080',
          'feedfeed',
          '00',
          '0a',
          '80',
          'f4908080',
        )
        .map((hex) => Buffer.from(hex, 'hex')),
      fc.uint8Array({ maxLength: 6 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts));

test('the content of --set-file reaches templates byte for byte', { timeout: 600_000 }, () => {
  const folder = temporaryFolder();
  const files = fc.sample(bytes, { numRuns: 40 * RUNS, seed: SEED });
  writeFiles(folder, {
    'c/Chart.yaml': CHART,
    'c/templates/a.yaml': `{{ range $i, $_ := .Values.files }}
f{{ $i }}: {{ . | b64enc }} {{ len . }} {{ printf "%q %x" . . | b64enc }} {{ sha256sum . }} {{ toJson . | b64enc }}
  {{ toYaml . | b64enc }} {{ trunc 2 . | b64enc }} {{ upper . | b64enc }} {{ dict . 1 | toJson | b64enc }}
{{ end }}`,
  });
  for (const [index, data] of files.entries()) writeFileSync(join(folder, String(index)), data);
  const args = ['template', 'c', ...files.flatMap((_data, index) => ['--set-file', `files[${index}]=${index}`])];
  expect(pkg(args, { cwd: folder })).toMatchObject({ status: 0, stdout: helm(args, { cwd: folder }).stdout });
});

test('so does the content of standard input, and in native templates', () => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'c/Chart.yaml': CHART,
    'c/templates/a.yaml': 'a: {{ .Values.a | b64enc }}\n',
    'n/Chart.yaml': CHART,
    'n/templates/a.yaml.hbs':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: {{b64enc values.a}} {{sha256sum values.a}}\n',
    key: Buffer.from('feedfeed00ff', 'hex'),
  });
  const stdin = pkg(['template', 'c', '--set-file', 'a=-'], { cwd: folder, input: Buffer.from('feedff', 'hex') });
  expect(stdin.stdout).toContain('a: /u3/');
  expect(pkg(['template', 'n', '--set-file', 'a=key'], { cwd: folder }).stdout).toContain(
    'a: /u3+7QD/ 96b8dc4a661621d95b9899f7ade982e6a5a44984b110811a2b002328e6c30ad1',
  );
});

test('half of a surrogate pair in --set-json becomes U+FFFD', () => {
  const folder = temporaryFolder();
  writeFiles(folder, { 'c/Chart.yaml': CHART, 'c/templates/a.yaml': 'a: {{ toJson .Values | b64enc }}\n' });
  for (const json of ['a="\\udc80\\ud800x\\ud83d\\ude00"', 'a=[{"\\udcff":"\\ud83d"}]', '{"a":{"b":"\\udc80"}}']) {
    const args = ['template', 'c', '--set-json', json];
    expect(pkg(args, { cwd: folder })).toMatchObject({ status: 0, stdout: helm(args, { cwd: folder }).stdout });
  }
});

test.each([
  ['Latin-1', Buffer.from('a: "\u00e9"\n', 'latin1'), 'is not UTF-8'],
  ['UTF-16', Buffer.from('\ufeffa: b\n', 'utf16le'), 'is UTF-16'],
])('values in %s are refused wherever they are read', (_name, data, message) => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'plain/Chart.yaml': CHART,
    'own/Chart.yaml': CHART,
    'own/values.yaml': data,
    'parent/Chart.yaml': CHART,
    'parent/charts/s/Chart.yaml': CHART.replace('c\n', 's\n'),
    'parent/charts/s/values.yaml': data,
    'v.yaml': data,
  });
  for (const args of [
    ['template', 'plain', '-f', 'v.yaml'],
    ['template', 'own'],
    ['template', 'parent'],
  ]) {
    const [theirs, ours] = [helm(args, { cwd: folder }), pkg(args, { cwd: folder })];
    expect([theirs.status, ours.status], args.join(' ')).toEqual([1, 1]);
    expect(ours.stderr).toContain(message);
    expect(ours.stderr).toContain('code: PKG_YAML_SYNTAX');
  }
  expect(pkg(['lint', 'own'], { cwd: folder }).stdout.match(/\[ERROR\].*/g)).toEqual([
    expect.stringContaining(message),
  ]);
});
