/** A release in a folder from install to uninstall, as a user sees it. */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { parseYaml } from '../../src/yaml/read.ts';
import { isMap } from '../../src/yaml/value.ts';
import type { Value } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { writeFiles } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';

let folder = '';
const run = (...args: string[]): ReturnType<typeof pkg> => pkg([...args, '--target', `dir:${folder}`]);

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'pkg-release-')), 'cluster');
  return () => rmSync(join(folder, '..'), { recursive: true, force: true });
});

const at = (value: Value | undefined, ...path: string[]): Value | undefined =>
  path.reduce<Value | undefined>((found, key) => (isMap(found) ? found.get(key) : undefined), value);
const read = (...path: string[]): Value => parseYaml(readFileSync(join(folder, ...path), 'utf8'), 'file');

function files(below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(below, entry.name)) : [join(below, entry.name)],
  );
}

test('random values stay with their fields through edits of a chart, until they are rotated', () => {
  const chart = join(folder, '..', 'chart');
  const users = (more: string): string =>
    'apiVersion: v1\nkind: Secret\nmetadata: {name: users}\nstringData:\n' +
    `  ${more}\n  {{#each values.users}}\n  {{this}}: {{randAlphaNum 16}}\n  {{/each}}\n`;
  const write = (file: string, more: string): void => {
    rmSync(chart, { recursive: true, force: true });
    writeFiles(chart, {
      'Chart.yaml': 'apiVersion: v2\nname: made\nversion: 1.0.0\n',
      [`templates/${file}.yaml.hbs`]: users(more),
    });
  };
  const data = (): Record<string, string> =>
    Object.fromEntries(at(read('_secret', 'default', 'secret', 'users.yaml'), 'data') as Map<string, string>);
  write('users', 'root: x');
  expect(run('install', 'r', chart, '--set', 'users={a,b}').status).toBe(0);
  const first = data();
  write('accounts', 'more: {{randAlphaNum 16}}');
  const edited = run('upgrade', 'r', chart, '--set', 'users={b,c,a}');
  expect(edited.stderr).toContain('the random value Secret/users:data.c is made anew: no revision has stored it');
  const second = data();
  expect(second).toMatchObject({ a: first['a'], b: first['b'] });
  const rotated = run('upgrade', 'r', chart, '--set', 'users={b,c,a}', '--rotate', '*.a');
  expect(rotated.stderr).toContain('data.a of Secret "users" changes: it is made anew, since --rotate asks for it');
  expect(data()).toMatchObject({ b: second['b'], c: second['c'], more: second['more'] });
  expect(data()['a']).not.toBe(second['a']);
  expect(run('get', 'stored', 'r').stdout).toContain('Secret/users:data.more');
  expect(run('template', 'r', chart, '--rotate', '*.a').status).toBe(0);
  expect(run('upgrade', 'r', chart, '--rotate', 'none').stderr).toContain('has a key that matches none');
});

test('an upgrade says which stored certificates expire, and how to make new ones', () => {
  const chart = join(folder, '..', 'chart');
  const certificate = (name: string, days: number, more = ''): string =>
    `  {{#with (genCA "x" ${days} ${more}) as |ca|}}\n  ${name}: {{ca.Cert}}\n  {{/with}}\n`;
  writeFiles(chart, {
    'Chart.yaml': 'apiVersion: v2\nname: made\nversion: 1.0.0\n',
    'templates/tls.yaml.hbs':
      'apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\nstringData:\n' +
      certificate('over', 0) +
      certificate('keyed', 0, 'key="ca"') +
      certificate('short', 1) +
      certificate('long', 365),
  });
  expect(run('install', 'r', chart).stderr).toBe('');
  const day = new Date().toISOString().slice(0, 10);
  const note = (key: string): string =>
    `note: the stored certificate ${key} expired on ${day}: --rotate '${key}' makes a new one\n`;
  const both = note('Secret/tls:data.over') + note('ca');
  expect(run('upgrade', 'r', chart).stderr).toBe(both);
  expect(run('diff', 'upgrade', 'r', chart).stdout).toContain(both);
  expect(run('upgrade', 'r', chart, '--rotate', 'ca').stderr).toContain(note('Secret/tls:data.over'));
});

test('install writes objects, and a record that helm reads', () => {
  const install = run('install', 'demo', 'charts/guestbook', '-o', 'json');
  expect(install.stderr).toBe('note: hooks are recorded but not run in a directory: Job "demo-guestbook-welcome"\n');
  expect(install.status).toBe(0);
  expect(JSON.parse(install.stdout)).toMatchObject({ name: 'demo', version: 1, info: { status: 'deployed' } });
  expect(at(read('default', 'deployment.apps', 'demo-guestbook.yaml'), 'spec', 'replicas')).toBe(2);
  expect(statSync(join(folder, '_secret')).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(folder, '_secret', '.gitignore'), 'utf8')).toContain('*');
  expect(
    files()
      .filter((name) => !name.startsWith('_secret'))
      .some((name) => /secret\//.test(name)),
  ).toBe(false);

  const record = read('_secret', 'default', 'secret', 'sh.helm.release.v1.demo.v1.yaml');
  expect(at(record, 'type')).toBe('helm.sh/release.v1');
  const encoded = Buffer.from(String(at(record, 'data', 'release')), 'base64').toString();
  const json = gunzipSync(Buffer.from(encoded, 'base64')).toString();
  const fixture = join(folder, '..', 'memory.json');
  writeFileSync(fixture, `[${json}]`);
  const env = { HELM_DRIVER: 'memory', HELM_MEMORY_DRIVER_DATA: fixture };
  for (const args of [
    ['get', 'manifest'],
    ['get', 'hooks'],
    ['get', 'values'],
    ['get', 'notes'],
  ]) {
    const theirs = helm([...args, 'demo', '-n', 'default'], { env });
    expect(theirs.stderr).toBe('');
    expect(run(...args, 'demo').stdout).toBe(theirs.stdout);
  }
  const status = helm(['status', 'demo', '-n', 'default', '-o', 'json'], { env });
  expect(JSON.parse(run('status', 'demo', '-o', 'json').stdout)).toEqual(JSON.parse(status.stdout));
});

test('an upgrade that changes nothing writes nothing but the records', () => {
  run('install', 'demo', 'charts/web');
  const before = files().filter((name) => !name.startsWith('_secret'));
  for (const name of before) utimesSync(join(folder, name), 1000, 1000);
  expect(run('upgrade', 'demo', 'charts/web').status).toBe(0);
  for (const name of before) expect(statSync(join(folder, name)).mtimeMs).toBe(1_000_000);
});

test('diff, upgrade, drift, rollback and uninstall', () => {
  run('install', 'demo', 'charts/web');
  const diff = run('diff', 'upgrade', 'demo', 'charts/web', '--set', 'replicaCount=3', '--exit-code');
  expect([diff.status, diff.stderr]).toEqual([2, '']);
  expect(diff.stdout).toContain('-  replicas: 2\n+  replicas: 3\n');
  expect(run('diff', 'upgrade', 'demo', 'charts/web', '--exit-code').status).toBe(0);
  expect(run('upgrade', 'demo', 'charts/web', '--set', 'replicaCount=3').status).toBe(0);
  expect(run('get', 'values', 'demo').stdout).toBe('USER-SUPPLIED VALUES:\nreplicaCount: 3\n');
  // Without values the last ones are used again.
  run('upgrade', 'demo', 'charts/web');
  const deployment = ['default', 'deployment.apps', 'demo-web.yaml'];
  expect(at(read(...deployment), 'spec', 'replicas')).toBe(3);
  // What is edited by hand is shown and taken back.
  const path = join(folder, ...deployment);
  writeFileSync(path, readFileSync(path, 'utf8').replace('replicas: 3', 'replicas: 7'));
  rmSync(join(folder, 'default', 'service', 'demo-web.yaml'));
  const rollback = run('diff', 'rollback', 'demo', '1');
  expect(rollback.stdout).toContain('-  replicas: 7\n+  replicas: 2\n');
  expect(run('rollback', 'demo', '1').status).toBe(0);
  expect(at(read(...deployment), 'spec', 'replicas')).toBe(2);
  expect(existsSync(join(folder, 'default', 'service', 'demo-web.yaml'))).toBe(true);
  const history = JSON.parse(run('history', 'demo', '-o', 'json').stdout) as {
    revision: number;
    status: string;
    description: string;
  }[];
  expect(history.map(({ revision, status, description }) => [revision, status, description])).toEqual([
    [1, 'superseded', 'Install complete'],
    [2, 'superseded', 'Upgrade complete'],
    [3, 'superseded', 'Upgrade complete'],
    [4, 'deployed', 'Rollback to 1'],
  ]);
  expect(run('uninstall', 'demo').stdout).toBe('release "demo" uninstalled\n');
  expect(files().filter((name) => name.endsWith('.yaml'))).toEqual([]);
  expect(run('list', '-A', '-o', 'json').stdout).toBe('[]\n');
});

test('uninstall names the objects that a policy kept', () => {
  const keep = (name: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, annotations: {helm.sh/resource-policy: keep}}\n`;
  const chart = join(folder, '..', 'keeping');
  writeFiles(chart, {
    'Chart.yaml': 'apiVersion: v2\nname: keeping\nversion: 1.0.0\n',
    'templates/all.yaml': `${keep('b')}---\n${keep('a')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: gone}\n`,
  });
  run('install', 'demo', chart);
  expect(run('uninstall', 'demo').stdout).toBe(
    'These resources were kept due to the resource policy:\n[ConfigMap] b\n[ConfigMap] a\n\nrelease "demo" uninstalled\n',
  );
});

test('the generated password stays, and is masked in a diff', () => {
  run('install', 'demo', 'charts/guestbook');
  const secret = ['_secret', 'default', 'secret', 'demo-redis.yaml'];
  const password = at(read(...secret), 'data', 'password');
  expect(String(password)).toMatch(/^[A-Za-z0-9+/=]{20,}$/);
  run('upgrade', 'demo', 'charts/guestbook', '--set', 'replicaCount=4');
  run('rollback', 'demo', '1');
  run('upgrade', 'demo', 'charts/guestbook');
  expect(at(read(...secret), 'data', 'password')).toBe(password);
  expect(run('diff', 'uninstall', 'demo').stdout).not.toContain(String(password));
});

test('only the newest revisions are kept, with their stored values', () => {
  run('install', 'demo', 'charts/guestbook');
  for (let index = 0; index < 4; index++) run('upgrade', 'demo', 'charts/guestbook', '--history-max', '3');
  const names = files()
    .filter((name) => /release\.v1|pkg\.v1/.test(name))
    .map((name) => name.replace(/^.*\//, ''));
  expect(names.filter((name) => name.startsWith('sh.')).sort()).toEqual(
    [3, 4, 5].map((n) => `sh.helm.release.v1.demo.v${n}.yaml`),
  );
  expect(names.filter((name) => name.startsWith('pkg.')).sort()).toEqual(
    [3, 4, 5].map((n) => `pkg.v1.demo.v${n}.yaml`),
  );
});

test.each([
  [['install', 'demo', 'charts/nothing'], 'PKG_CHART_NOT_FOUND'],
  [['install', 'demo', 'charts/wbe'], 'PKG_CHART_NOT_FOUND'],
  [['install', 'Demo_', 'charts/web'], 'PKG_RELEASE_NAME_INVALID'],
  [['install', 'x'.repeat(54), 'charts/web'], 'PKG_RELEASE_NAME_INVALID'],
  [['install', 'demo', 'charts/web', '-n', 'Not!'], 'PKG_NAMESPACE_INVALID'],
  [['install', 'demo', 'charts/web', '-f', 'missing.yaml'], 'PKG_FILE_UNREADABLE'],
  [['install', 'demo', 'charts/web', '--set', 'a[99999999]=1'], 'PKG_SET_SYNTAX'],
  [['install', 'demo', 'charts/web', '--set', `${'a.'.repeat(40)}b=1`], 'PKG_SET_SYNTAX'],
  [['install', 'demo', 'charts/web', '--set', 'replicaCount=many'], 'PKG_SCHEMA_VIOLATION'],
  [['upgrade', 'demo', 'charts/web'], 'PKG_RELEASE_NOT_FOUND'],
  [['rollback', 'demo'], 'PKG_RELEASE_NOT_FOUND'],
  [['status', 'demo'], 'PKG_RELEASE_NOT_FOUND'],
  [['uninstall', 'demo'], 'PKG_RELEASE_NOT_FOUND'],
  [['instal', 'demo'], 'PKG_USAGE'],
  [['install', '--nonsense'], 'PKG_USAGE'],
])('%j fails with %s, a hint, status 1, and nothing written', (args, code) => {
  const failed = run(...args);
  expect(failed.status).toBe(1);
  expect(failed.stdout).toBe('');
  expect(failed.stderr).toContain(`code: ${code} `);
  expect(failed.stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  expect(existsSync(folder)).toBe(false);
});

test('a schema violation names the origin of the value', () => {
  const failed = run('install', 'demo', 'charts/web', '--set', 'replicaCount=many');
  expect(failed.stderr).toContain('values.replicaCount comes from --set replicaCount');
});

test('errors for a name that is in use, a broken file and a target that cannot be written', () => {
  run('install', 'demo', 'charts/web');
  expect(run('install', 'demo', 'charts/web').stderr).toContain('code: PKG_RELEASE_EXISTS ');
  const path = join(folder, 'default', 'deployment.apps', 'demo-web.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300));
  const broken = run('upgrade', 'demo', 'charts/web');
  expect(broken.status === 0 || broken.stderr.includes('code: PKG_TARGET_CORRUPT ')).toBe(true);
  writeFileSync(join(folder, '..', 'file'), '');
  const denied = pkg(['install', 'demo', 'charts/web', '--target', `dir:${join(folder, '..', 'file')}`]);
  expect([denied.status, /code: PKG_TARGET_(?:INVALID|UNWRITABLE) /.test(denied.stderr)]).toEqual([1, true]);
});

test.skipIf(process.platform !== 'linux').each([
  [['install', 'x', 'charts/web', '--target', 'dir:/proc/none/x'], 'PKG_TARGET_UNWRITABLE'],
  [['template', 'charts/web', '--output-dir', '/proc/none/x'], 'PKG_FILE_UNWRITABLE'],
  [['package', 'charts/web', '-d', '/proc/none/x'], 'PKG_FILE_UNWRITABLE'],
  [['create', '/proc/none/x'], 'PKG_FILE_UNWRITABLE'],
])('%j fails on a file system where no folder can be created', (args, code) => {
  const { status, stderr } = pkg(args);
  expect([status, /code: (\S+)/.exec(stderr)?.[1]]).toEqual([1, code]);
});

test('without a target the error says how to give one', () => {
  const failed = pkg(['install', 'demo', 'charts/web']);
  expect(failed.stderr).toContain('--target dir:PATH');
  expect(failed.stderr).toContain('code: PKG_TARGET_MISSING ');
});

test('help, versions, completion, docs and show print to standard output', () => {
  for (const args of [
    ['help'],
    ['help', 'install'],
    ['install', '-h'],
    ['version'],
    ['docs'],
    ['docs', 'PKG_USAGE'],
    ['completion', 'bash'],
    ['completion', 'zsh'],
    ['completion', 'fish'],
    ['completion', 'powershell'],
    ['show', 'all', 'charts/web'],
    ['show', 'values', 'charts/guestbook', '--origins', '--set', 'replicaCount=5'],
    ['template', 'charts/guestbook'],
    ['lint', 'charts/web', 'charts/guestbook', '--strict'],
  ]) {
    const done = pkg(args);
    expect([args, done.status, done.stderr]).toEqual([args, 0, '']);
    expect(done.stdout.length).toBeGreaterThan(5);
  }
  expect(pkg(['show', 'values', 'charts/web', '--origins', '--set', 'replicaCount=5']).stdout).toContain(
    'replicaCount: 5  # --set replicaCount\n',
  );
});

test('a chart that pkg creates and packages passes lint, and loads from its archive', () => {
  const work = mkdtempSync(join(tmpdir(), 'pkg-create-'));
  expect(pkg(['create', 'shop'], { cwd: work }).stderr).toBe('');
  expect(pkg(['lint', 'shop', '--strict'], { cwd: work }).status).toBe(0);
  expect(pkg(['package', 'shop'], { cwd: work }).status).toBe(0);
  const fromFolder = pkg(['template', 'shop'], { cwd: work });
  expect(fromFolder.stdout).toContain('kind: Deployment');
  expect(pkg(['template', 'shop-0.1.0.tgz'], { cwd: work }).stdout).toBe(fromFolder.stdout);
  const [theirs, ours] = [helm, pkg].map(
    (program) => program(['show', 'chart', 'shop-0.1.0.tgz'], { cwd: work }).stdout,
  );
  expect(parseYaml(ours ?? '', 'pkg')).toEqual(parseYaml(theirs ?? 'x', 'helm'));
  rmSync(work, { recursive: true });
});

test('a chart that requires another Kubernetes is refused', () => {
  const work = mkdtempSync(join(tmpdir(), 'pkg-kube-'));
  pkg(['create', 'shop'], { cwd: work });
  const chart = join(work, 'shop', 'Chart.yaml');
  writeFileSync(chart, `${readFileSync(chart, 'utf8')}kubeVersion: ">=1.99.0-0"\n`);
  expect(pkg(['template', 'shop'], { cwd: work }).stderr).toContain('code: PKG_KUBE_VERSION_UNSUPPORTED ');
  expect(pkg(['template', 'shop', '--kube-version', '1.99.1'], { cwd: work }).status).toBe(0);
  rmSync(work, { recursive: true });
});
