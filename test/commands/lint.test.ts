/** `pkg lint` as a user runs it, beside `helm lint`. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { craftArchive, temporaryFolder, writeFiles } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const chart = (name: string): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\nicon: https://example.com/i\n`;
const linted = (stdout: string): string[] => [...stdout.matchAll(/^==> Linting (.*)$/gm)].map(([, path]) => path ?? '');

test('--with-subcharts visits the charts that helm visits, in its order', () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, {
    'top/Chart.yaml': chart('top'),
    'top/charts/b/Chart.yaml': chart('b'),
    'top/charts/b/charts/deep/Chart.yaml': chart('deep'),
    'top/charts/B/Chart.yaml': chart('big'),
    'top/charts/no/README.md': 'x',
    'top/charts/folder.tgz/Chart.yaml': chart('folder'),
    'top/charts/a.tar.gz': craftArchive([{ name: 'a/Chart.yaml', data: chart('a') }]),
    'top/charts/b-1.tgz': craftArchive([{ name: 'z/Chart.yaml', data: chart('z') }]),
    'other/Chart.yaml': chart('other'),
    'other/charts/x/Chart.yaml': chart('x'),
  });
  symlinkSync(join(cwd, 'other'), join(cwd, 'top/charts/linked'));
  writeFiles(cwd, { 'linked/Chart.yaml': chart('linked') });
  symlinkSync(join(cwd, 'other'), join(cwd, 'linked/charts'));
  for (const args of [['top'], ['top', 'other'], ['other', 'top', '--quiet'], ['linked'], ['top/charts/b-1.tgz']]) {
    const options = ['lint', '--with-subcharts', ...args];
    expect(linted(pkg(options, { cwd }).stdout)).toEqual(linted(helm(options, { cwd }).stdout));
  }
  expect(linted(pkg(['lint', 'top'], { cwd }).stdout)).toEqual(['top']);
});

const OLD = 'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: x\n';

test.each([undefined, '1.20', 'v1.21.3', '1.24.0', '1.25', '1.30.1-gke.5', '1', 'x', ''])(
  '--kube-version %s has the same result as in helm',
  (version) => {
    const cwd = temporaryFolder();
    const files = { 'Chart.yaml': chart('c'), 'values.yaml': '' };
    const ours = { ...files, 'templates/x.yaml.hbs': OLD, 'templates/zz/_requires-pkg.tpl': '{{ x }}' };
    for (const [path, data] of Object.entries(ours)) writeFiles(cwd, { [`pkg/${path}`]: data });
    for (const [path, data] of Object.entries({ ...files, 'templates/x.yaml': OLD }))
      writeFiles(cwd, { [`helm/${path}`]: data });
    const flag = version === undefined ? [] : ['--kube-version', version];
    const [mine, theirs] = [pkg(['lint', 'pkg', ...flag], { cwd }), helm(['lint', 'helm', ...flag], { cwd })];
    expect(mine.status).toBe(theirs.status);
    const deprecated = /policy\/v1beta1 PodDisruptionBudget is [^\n(]*/;
    expect(deprecated.exec(mine.stdout)?.[0]?.trim()).toBe(deprecated.exec(theirs.stdout)?.[0]?.trim());
  },
);

test('templates get the version and the namespace, and --skip-schema-validation skips the schema', () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, {
    'c/Chart.yaml': chart('c'),
    'c/values.yaml': 'a: text\n',
    'c/values.schema.json': '{"properties": {"a": {"type": "integer"}}}',
    'c/templates/NOTES.txt.hbs':
      '{{#unless (eq capabilities.kubeVersion "v1.28")}}{{fail "version"}}{{/unless}}{{#unless (eq release.namespace "shop")}}{{fail "namespace"}}{{/unless}}',
    'c/templates/zz/_requires-pkg.tpl': '{{ x }}',
  });
  const flags = ['--kube-version', '1.28', '-n', 'shop'];
  const strict = pkg(['lint', 'c', ...flags], { cwd });
  expect(strict).toMatchObject({ status: 1 });
  expect(strict.stdout).toContain('values-invalid');
  const skipped = pkg(['lint', 'c', ...flags, '--skip-schema-validation'], { cwd });
  expect(skipped, skipped.stdout).toMatchObject({ status: 0 });
  expect(skipped.stdout).not.toContain('[');
});

test('unreadable values end the run before any chart is linted', () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'bad.yaml'), 'a: [');
  const run = pkg(['lint', '.', '-f', 'bad.yaml'], { cwd });
  expect(run).toMatchObject({ status: 1, stdout: '' });
  expect(run.stderr).toContain('bad.yaml:1');
});

const GO = {
  'Chart.yaml': chart('go'),
  'values.yaml': 'name: x\n',
  'templates/x.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\nspec:\n  containers: [{name: a, image: b}]\n',
};

test('a missing chart fails, and the others are checked, as with helm', () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, Object.fromEntries(Object.entries(GO).map(([name, data]) => [`go/${name}`, data])));
  writeFiles(cwd, { 'empty/README.md': '', 'broken.tgz': 'x', 'plain.txt': 'x' });
  for (const args of [
    ['go', 'nowhere', 'empty', 'go'],
    ['broken.tgz'],
    ['plain.txt', 'go'],
    ['go', 'nowhere', '--quiet'],
    ['go', 'go'],
    ['go', '--quiet'],
    ['go', '--quiet', '--set', 'name=A_b'],
    ['go', '--strict', '--set', 'name=A_b'],
    ['nowhere', '--with-subcharts'],
  ]) {
    const [mine, theirs] = [pkg(['lint', ...args], { cwd }), helm(['lint', ...args], { cwd })];
    expect(mine.status, args.join(' ')).toBe(theirs.status);
    expect(linted(mine.stdout)).toEqual(linted(theirs.stdout));
    const summary = /\d+ chart\(s\) linted, \d+ chart\(s\) failed/;
    const where = theirs.status === 0 ? 'stdout' : 'stderr';
    expect(summary.exec(mine[where])?.[0]).toBe(summary.exec(theirs[where])?.[0]);
  }
  const home = { cwd, env: { HELM_CONFIG_HOME: join(cwd, 'none') } };
  expect(pkg(['lint', './nowhere'], home).stdout).toContain('there is no chart at ./nowhere');
  expect(pkg(['lint', 'nowhere'], home).stdout).toContain('there is no chart nowhere here');
});

test("pkg's own rules give infos only for Go templates", () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, Object.fromEntries(Object.entries(GO).map(([name, data]) => [`go/${name}`, data])));
  const run = pkg(['lint', 'go', '--strict'], { cwd });
  expect(run.status).toBe(0);
  expect(run.stdout).toContain('[INFO] templates/x.yaml: container "a" of Pod "x" has no resource requests');
  expect(pkg(['lint', 'go', '--quiet', '--strict'], { cwd })).toMatchObject({ status: 0, stdout: '' });
});

test('-o json has the same content and exit status as the text', () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, Object.fromEntries(Object.entries(GO).map(([name, data]) => [`go/${name}`, data])));
  writeFiles(cwd, { 'go/Chart.yaml': `${chart('go')}unknown: x\n` });
  const run = pkg(['lint', 'go', 'nowhere', '-o', 'json'], { cwd });
  expect(run.status).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject([
    {
      path: 'go',
      failed: false,
      messages: [
        { severity: 'warning', rule: 'chart-unknown-field', path: 'Chart.yaml', line: 5, column: 1 },
        { severity: 'info', rule: 'container-resources', path: 'templates/x.yaml' },
      ],
    },
    { path: 'nowhere', failed: true, messages: [{ severity: 'error', rule: 'chart-invalid' }] },
  ]);
  const quiet = pkg(['lint', 'go', '--strict', '--quiet', '-o', 'yaml'], { cwd });
  expect(quiet.status).toBe(1);
  expect(quiet.stdout).toContain('failed: true');
  expect(quiet.stdout).not.toContain('info');
});

test('a value that does not match the schema is reported once, at its origin', () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, Object.fromEntries(Object.entries(GO).map(([name, data]) => [`go/${name}`, data])));
  writeFiles(cwd, {
    'go/values.schema.json': '{"properties": {"name": {"type": "integer"}, "size": {"type": "integer"}}}',
    'more.yaml': '\nsize: big\n',
  });
  const { stdout } = pkg(['lint', 'go', '-f', 'more.yaml', '--quiet'], { cwd });
  expect(stdout.match(/\[ERROR\].*/g)?.sort()).toEqual([
    expect.stringMatching(/^\[ERROR\] values.yaml: values.name .*; values.name comes from go\/values.yaml:1:1 /),
    expect.stringMatching(/^\[ERROR\] values.yaml: values.size .*; values.size comes from more.yaml:2:1 /),
  ]);
});

test('files in .helmignore are not part of an archive, and notes beside CRDs are not CRDs', () => {
  const cwd = temporaryFolder();
  const files = {
    ...GO,
    '.helmignore': 'templates/ignored/\n*.bad\n',
    'templates/ignored/x.yaml': '{{ broken',
    'templates/x.bad': 'x',
    'crds/README.md': 'a: b: c\n',
  };
  writeFiles(cwd, Object.fromEntries(Object.entries(files).map(([name, data]) => [`go/${name}`, data])));
  writeFileSync(
    join(cwd, 'go.tgz'),
    craftArchive(Object.entries(files).map(([name, data]) => ({ name: `go/${name}`, data }))),
  );
  for (const path of ['go', 'go.tgz']) {
    expect(pkg(['lint', path, '--strict'], { cwd }).status, path).toBe(
      helm(['lint', path, '--strict'], { cwd }).status,
    );
    expect(pkg(['show', 'crds', path], { cwd })).toMatchObject({ status: 0, stdout: '' });
  }
  expect(pkg(['install', 'go', '--target', 'dir:out', 'go'], { cwd })).toMatchObject({ status: 0 });
});
