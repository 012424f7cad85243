/** Endless files and pipes without a writer: wherever a file can be named, there is an error and the process ends. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeChart, writeFiles } from '../chart/support.ts';
import { run } from '../repository/support.ts';
import { pkg, pkgStarted } from '../support/pkg.ts';

const isLinux = process.platform === 'linux';
let folder: string;
let pipe: string;
let chart: string;

beforeAll(() => {
  folder = temporaryFolder();
  pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  chart = writeChart({ 'templates/a.yaml': 'a: {{ .Values.a | quote }}\n', 'values.yaml': 'a: 1\n' });
});

/** Where a user names a file. */
const NAMED: [string, (file: string) => { args: string[]; env?: Record<string, string>; code: string }][] = [
  ['-f', (file) => ({ args: ['template', chart, '-f', file], code: 'PKG_FILE_UNREADABLE' })],
  ['--set-file', (file) => ({ args: ['template', chart, '--set-file', `a=${file}`], code: 'PKG_FILE_UNREADABLE' })],
  ['--kubeconfig', (file) => ({ args: ['list', '--kubeconfig', file], code: 'PKG_KUBECONFIG_INVALID' })],
  ['KUBECONFIG', (file) => ({ args: ['list'], env: { KUBECONFIG: file }, code: 'PKG_KUBECONFIG_INVALID' })],
  [
    '--kube-ca-file',
    (file) => ({
      args: ['list', '--kube-apiserver', 'https://127.0.0.1:1', '--kube-ca-file', file],
      code: 'PKG_KUBECONFIG_INVALID',
    }),
  ],
  ...(['--repository-config', '--ca-file'] as const).map((flag): (typeof NAMED)[number] => [
    flag,
    (file) => ({ args: ['template', needing(flag), '--dependency-update', flag, file], code: 'PKG_FILE_UNREADABLE' }),
  ]),
];

/** A chart whose dependency makes pkg look at the file of a flag. */
function needing(flag: string): string {
  const repository = flag === '--repository-config' ? '@known' : 'oci://127.0.0.1:1/charts';
  const dependencies = `dependencies:\n- {name: b, version: 1.0.0, repository: "${repository}"}\n`;
  return writeChart({ 'Chart.yaml': `apiVersion: v2\nname: web\nversion: 1.0.0\n${dependencies}` });
}

// Pipes that nobody writes are waited for.
describe.skipIf(!isLinux).concurrent.each(NAMED)('%s', (_, make) => {
  test.each(['/dev/zero', '/dev/random', '/proc/kmsg', 'PIPE', '.'])('of %s', { timeout: 60_000 }, async (name) => {
    const { args, env, code } = make(name === 'PIPE' ? pipe : name);
    const { status, stderr } = await pkgStarted(args, { HOME: folder, ...env }).done;
    expect([status, /code: (\w+)/.exec(stderr)?.[1]], stderr).toEqual([1, code]);
  });
});

describe('a pipe that ends', () => {
  test('is read whole, once, and its lines are named in errors', async () => {
    const own = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [own]);
    const strict = writeChart({
      'values.schema.json': '{"properties": {"b": {"type": "number"}}}',
      'templates/a.yaml': '{{ .Values.big | len }}\n',
    });
    const text = `big: ${'x'.repeat(300_000)}\nb: text\n`;
    const writer = spawn('sh', ['-c', `sleep 1; cat > '${own}'`], { stdio: ['pipe', 'ignore', 'inherit'] });
    writer.stdin.end(text);
    const { status, stderr } = await run('pkg', ['template', strict, '-f', own], { cwd: folder, home: folder });
    expect(status).toBe(1);
    expect(stderr).toContain(`values.b comes from ${own}:2:1`);
  });

  test('of the shell and /dev/null are read like files', () => {
    const script = `"$0" bin/pkg.js template ${chart} -f <(sleep 1; echo 'a: piped') -f <(true) -f /dev/null --set-file b=<(echo x)`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath], { encoding: 'utf8' });
    expect([stdout, stderr]).toEqual(['---\n# Source: web/templates/a.yaml\na: "piped"\n', '']);
  });

  test('standard input is limited in size', () => {
    const script = `"$0" bin/pkg.js template ${chart} -f - < /dev/zero`;
    const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('standard input is larger than 64 MiB')]);
  });

  test('values files that were removed after reading are still named in errors', () => {
    const file = join(temporaryFolder(), 'values.yaml');
    const strict = writeChart({ 'values.schema.json': '{"properties": {"b": {"type": "number"}}}' });
    writeFileSync(file, 'b: text\n');
    // The file exists only once: a second read would fail.
    const script = `exec 3< ${file}; rm ${file}; "$0" bin/pkg.js template ${strict} -f /dev/fd/3`;
    const { stderr } = spawnSync('bash', ['-c', script, process.execPath], { encoding: 'utf8' });
    expect(stderr).toContain('values.b comes from /dev/fd/3:1:1');
  });
});

describe.skipIf(!isLinux)('in a chart folder', () => {
  const NAMES = [
    '.helmignore',
    'Chart.yaml',
    'values.yaml',
    'values.schema.json',
    'templates/x.yaml',
    'crds/x.yaml',
    'README.md',
    'charts/a.tgz',
    'requirements.yaml',
  ];

  test.each(NAMES)('%s may be neither a pipe nor a link to a device', (name) => {
    for (const make of [
      (path: string) => execFileSync('mkfifo', [path]),
      (path: string) => symlinkSync('/dev/zero', path),
      (path: string) => symlinkSync('/proc/kmsg', path),
    ]) {
      const own = writeChart(name === 'Chart.yaml' ? {} : { 'values.yaml': '' });
      execFileSync('rm', ['-f', join(own, name)]);
      writeFiles(own, { 'templates/_x.tpl': '', 'crds/x.txt': '', 'charts/_x': '' });
      make(join(own, name));
      for (const args of [['template'], ['lint'], ['show', 'all'], ['template', '--allow-outside-links']]) {
        // Files that no template asks for are not read.
        if (args.length > 1 && args[0] === 'template' && /^crds|README/.test(name)) continue;
        const { status, stdout, stderr } = pkg([...args, own]);
        expect([status, stdout + stderr], args.join(' ')).toEqual([
          1,
          expect.stringMatching(/is (?:not a file|a link)|cannot be read|has no end/),
        ]);
        expect(stderr).not.toContain('PKG_INTERNAL');
      }
    }
  });
});
