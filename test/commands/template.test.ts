/** The documents that `pkg template` prints and writes, compared with helm on a chart that both render. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseYamlDocuments } from '../../src/yaml/read.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { RUNS } from '../support/generation.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';

const object = (kind: string, name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
const hook = (events: string): string => `  annotations:\n    helm.sh/hook: ${events}\n`;

const FILES: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'values.yaml': 'a: 1\n',
  'crds/crd.yaml': object('CustomResourceDefinition', 'crd'),
  'templates/two.yaml.hbs': `${object('ConfigMap', 'two')}---\n${object('Secret', 'two')}`,
  'templates/one.yaml.hbs': object('Service', 'one'),
  'templates/hook.yaml.hbs': object('Job', 'hook', hook('pre-install')),
  'templates/tests/test.yaml.hbs': object('Pod', 'test', hook('test')),
  'templates/deep/er.yaml.hbs': object('Deployment', 'er'),
  'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 0.1.0\n',
  'charts/sub/crds/sub.yaml': object('CustomResourceDefinition', 'sub'),
  'charts/sub/templates/sub.yaml.hbs': object('Role', 'sub'),
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-template-'));
  for (const [name, text] of Object.entries(FILES)) {
    const path = join(folder, 'web', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sources and data of a stream. Helm's keys stand in the order of the file, ours may not. */
function documents(stream: string): unknown[] {
  const sources = [...stream.matchAll(/^# Source: (.*)$/gm)].map(([, source]) => source);
  return [sources, parseYamlDocuments(stream, 'stream').map((document) => toPlain(document))];
}

function expectSame(args: readonly string[]): void {
  const [theirs, ours] = [helm, pkg].map((program) => program(['template', ...args], { cwd: folder }));
  expect([args, ours?.status]).toEqual([args, theirs?.status]);
  if (theirs?.status !== 0) {
    expect(ours?.stderr).toMatch(/code: PKG_[A-Z_]+ /);
    return;
  }
  expect(ours?.stderr).toBe('');
  expect(documents(ours?.stdout ?? '')).toEqual(documents(theirs?.stdout ?? ''));
}

describe('prints the documents that helm prints', () => {
  test.each([
    'web',
    'name web',
    'web --include-crds',
    'web --include-crds --skip-crds',
    'web --no-hooks --include-crds',
    'web --skip-tests',
    'web --is-upgrade --kube-version 1.30 -a a/v1,b/v1 --api-versions c/v1',
    'web --dry-run --create-namespace --replace --take-ownership --hide-notes --render-subchart-notes',
    'web --dry-run=client --description text --labels a=b -l c=d,e=f -g',
    'web -s templates/one.yaml.hbs',
    'web -s templates/one.yaml.hbs -s templates/two.yaml.hbs',
    'web -s templates/hook.yaml.hbs --no-hooks',
    'web -s crds/crd.yaml',
    'web -s templates',
    'web -s [',
    'web -s templates/one.yaml.hbs,templates/two.yaml.hbs',
    'one web two',
    'Name_ web',
    'web --kube-version x',
    'web --include-crds=maybe',
  ])('%s', (line) => expectSame(line.split(' ')));

  test.each([' 1.30', '\t\nv1.30', 'v 1.30', '1.30 ', '\u00a01.30', '1.30+', 'v1.30.1-eks-1+b', '01.30', '1'])(
    '--kube-version %j',
    (version) => expectSame(['web', '--kube-version', version]),
  );

  // Of a file that several patterns name, helm's order of documents is not its own; one pattern is.
  const pattern = fc
    .tuple(
      fc.constantFrom('templates', 'charts/sub/templates', '*', 'crds', 'templates/*', 'charts/*/[a-z]emplates'),
      fc.constantFrom('*', 'one*', '?ne.yaml.hbs', '[st]*.yaml.hbs', '[^o]*', 't*o*', '*.yaml.*', 'none'),
    )
    .map((parts) => parts.join('/'));

  test('for generated patterns of --show-only', () => {
    fc.assert(
      fc.property(pattern, fc.constantFrom('--include-crds', '--no-hooks', '--skip-tests'), (glob, flag) => {
        expectSame(['web', '-s', glob, flag]);
      }),
      { numRuns: 12 * RUNS },
    );
  });
});

test('--show-only accepts names without .hbs', () => {
  const [short, long] = ['templates/one.yaml', 'templates/one.yaml.hbs'].map(
    (name) => pkg(['template', 'web', '-s', name], { cwd: folder }).stdout,
  );
  expect(short).toBe(long);
});

test('--show-only cannot be given together with --output-dir', () => {
  const out = join(folder, 'shown');
  const args = ['template', 'web', '-s', 'templates/one.yaml.hbs', '--output-dir', out];
  const { status, stdout, stderr } = pkg(args, { cwd: folder });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('code: PKG_USAGE');
  expect(existsSync(out)).toBe(false);
});

/** The files below a folder and what they hold. */
function tree(below: string): Record<string, unknown> {
  const files = readdirSync(below, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, unknown] => [
        path.slice(below.length + 1).replace(/\.hbs$/, ''),
        documents(readFileSync(path, 'utf8')),
      ])
      .sort(),
  );
}

test.each([[[]], [['--release-name']], [['--include-crds', '--skip-tests']], [['--release-name', '--include-crds']]])(
  '--output-dir %j writes the files that helm writes, without .hbs',
  (flags) => {
    const [theirs, ours] = [helm, pkg].map((program, at) => {
      const place = join(folder, `out-${at}-${flags.join('')}`);
      const run = program(['template', 'name', 'web', '--output-dir', place, ...flags], { cwd: folder });
      expect(run.status).toBe(0);
      return { files: tree(place), wrote: run.stdout.replaceAll(`${place}/`, '').replaceAll('.hbs', '') };
    });
    expect(ours).toEqual(theirs);
    expect(Object.keys(ours?.files ?? {}).length).toBeGreaterThan(5);
  },
);

test('a folder that cannot be written is named', () => {
  writeFileSync(join(folder, 'file'), '');
  const run = pkg(['template', 'web', '--output-dir', 'file'], { cwd: folder });
  expect([run.status, run.stderr]).toEqual([1, expect.stringMatching(/file.web[^]*code: PKG_FILE_UNWRITABLE /)]);
});

test('the namespace is that of the kubeconfig, as with helm', () => {
  const folder = temporaryFolder();
  writeFiles(folder, {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/templates/a.yaml': 'ns: {{ .Release.Namespace }}\n',
    config:
      'apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {namespace: mine}}, {name: b, context: {}}]\n',
    broken: 'a: [',
  });
  for (const [file, args] of [
    ['config', []],
    ['config', ['-n', 'other']],
    ['config', ['--kube-context', 'b']],
    ['broken', []],
    ['missing', []],
  ] as const) {
    const env = { KUBECONFIG: join(folder, file) };
    const theirs = helm(['template', 'c', ...args], { cwd: folder, env });
    expect(pkg(['template', 'c', ...args], { cwd: folder, env })).toMatchObject({ status: 0, stdout: theirs.stdout });
  }
});

describe('templates have limits, which the user can set', () => {
  const files = {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/templates/a.yaml':
      '{{ define "a" }}{{ if gt (int .) 0 }}{{ include "a" (sub . 1) }}{{ end }}{{ end }}a: {{ include "a" 20 }}x\n',
    'c/templates/b.yaml.hbs':
      '{{#each (until 50)}}---\napiVersion: v1\nkind: List\nmetadata:\n  name: n{{this}}\n{{/each}}',
  };

  test.each([
    [['template', 'c'], '', 0],
    [['template', 'c', '--template-limits', 'depth=20'], '', 0],
    [['template', 'c', '--template-limits', 'depth=19'], 'PKG_TEMPLATE_LIMIT', 1],
    [['template', 'c', '--template-limits', 'output=10,depth=20'], 'PKG_TEMPLATE_LIMIT', 1],
    [['template', 'c', '--template-limits', 'steps=1000', '--template-limits', 'depth=19'], 'PKG_TEMPLATE_LIMIT', 1],
    [['template', 'c', '--template-limits', 'steps=21'], 'PKG_TEMPLATE_LIMIT', 1],
    [['install', 'c', '--template-limits', 'steps=21', '--target', 'dir:out'], 'PKG_TEMPLATE_LIMIT', 1],
    [['lint', 'c', '--template-limits', 'steps=21'], 'PKG_LINT_FAILED', 1],
    [['template', 'c', '--template-limits', 'depht=3'], 'PKG_USAGE', 1],
    [['template', 'c', '--template-limits', 'depth=0'], 'PKG_USAGE', 1],
    [['template', 'c', '--template-limits', 'depth=1e3'], 'PKG_USAGE', 1],
  ])('%j', (args, code, status) => {
    const folder = temporaryFolder();
    writeFiles(folder, files);
    const run = pkg(args, { cwd: folder });
    expect([run.status, /code: (\w+)/.exec(run.stderr)?.[1] ?? '']).toEqual([status, code]);
  });
});
