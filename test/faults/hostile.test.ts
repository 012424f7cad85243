/**
 * Hostile charts and values, given to the built pkg as a user would give them: each ends at once with an error of its
 * own, in bounded memory, having read and asked nothing outside of the chart. What single parts make of such input
 * (archives, names, schemas) is tested beside them.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { craftArchive, temporaryFolder, writeChart, writeFiles } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
/** Megabytes that V8 may use: what needs more ends with an abort, which is not an error of pkg's. */
const BOUNDED = { NODE_OPTIONS: '--max-old-space-size=768' };

function chart(files: Record<string, string | Uint8Array> = {}): string {
  return writeChart({ 'templates/x.yaml.hbs': MAP, ...files });
}

/** An error of pkg's: its code. */
function codeOf(args: readonly string[], env: Record<string, string> = {}): string | undefined {
  const run = pkg(args, { env: { ...BOUNDED, ...env } });
  expect(run.status, run.stderr.slice(0, 2000)).toBe(1);
  expect(run.stderr.length).toBeLessThan(10_000);
  return /code: (\w+)/.exec(run.stderr)?.[1];
}

const filled = (head: string, line: string, size: number): string => head + line.repeat(size / line.length);

test.each([
  ['50 MB of aliases', filled('a: &a {k: [1, 2, 3]}\nb:\n', '- *a\n', 50e6), 'PKG_YAML_TOO_COMPLEX'],
  ['15 MB of aliases', filled('a: &a {k: [1, 2, 3]}\nb:\n', '- *a\n', 15e6), 'PKG_YAML_TOO_COMPLEX'],
  [
    'aliases of aliases',
    Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${Array(10)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join()}]\n`,
    ).join(''),
    'PKG_YAML_TOO_COMPLEX',
  ],
  ['an alias of itself', 'a: &a [*a]\n', 'PKG_YAML_SYNTAX'],
  ['lists in lists', `a: ${'['.repeat(200_000)}`, 'PKG_YAML_TOO_COMPLEX'],
  ['maps in maps', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), 'PKG_YAML_TOO_COMPLEX'],
])('values of %s', { timeout: 300_000 }, (_name, text, code) => {
  const path = chart({ 'values.yaml': text });
  expect(codeOf(['template', path])).toBe(code);
  const file = join(temporaryFolder(), 'given.yaml');
  writeFileSync(file, text);
  expect(codeOf(['template', chart(), '-f', file])).toBe(code);
});

test.each([
  ['a[999999999]=1'],
  [`${'a.'.repeat(5000)}b=1`],
  [`a${'[0]'.repeat(5000)}=1`],
  [`a${'[0].a'.repeat(5000)}=1`],
  [`a=${'{'.repeat(5000)}`],
])('--set %.30s', (setting) => {
  expect(codeOf(['template', chart(), '--set', setting])).toBe('PKG_SET_SYNTAX');
});

describe('schemas', () => {
  test('read no file and send no request', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end('{"type": "object"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    try {
      const { port } = server.address() as AddressInfo;
      for (const target of [`http://127.0.0.1:${port}/s.json`, 'file:///dev/zero', 'file:///etc/passwd', '/dev/zero']) {
        const path = chart({ 'values.schema.json': JSON.stringify({ properties: { a: { $ref: target } } }) });
        // Beside this process, which has to answer.
        const status = await new Promise((resolve) => {
          spawn(process.execPath, ['bin/pkg.js', 'template', path, '--set', 'a=1'], { stdio: 'ignore' }).on(
            'close',
            resolve,
          );
        });
        expect(status, target).toBe(1);
      }
      expect(asked).toBe(0);
    } finally {
      server.close();
    }
  });

  test.each([
    ['that refer to themselves', '{"$ref": "#"}', 'PKG_SCHEMA_VIOLATION'],
    ['that are not a schema', '{"type": 5, "properties": []}', 'PKG_SCHEMA_INVALID'],
    ['that are not JSON', '{', 'PKG_YAML_SYNTAX'],
    ['that nest without end', `${'{"not":'.repeat(50_000)}{}${'}'.repeat(50_000)}`, 'PKG_YAML_TOO_COMPLEX'],
    ['whose pattern takes forever', '{"properties": {"a": {"pattern": "^(a+)+$"}}}', 'PKG_SCHEMA_VIOLATION'],
  ])('%s', (_name, schema, code) => {
    expect(codeOf(['template', chart({ 'values.schema.json': schema }), '--set', `a=${'a'.repeat(40)}!`])).toBe(code);
  });
});

test('templates reach no cluster, no name server and no environment variables', async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  try {
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(temporaryFolder(), 'config');
    writeFileSync(
      kubeconfig,
      `apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}]\nusers: [{name: u, user: {}}]\n`,
    );
    const path = chart({ 'templates/x.yaml.hbs': `${MAP}data: {{lookup "v1" "Secret" "default" "x"}}\n` });
    const printed = await new Promise<string>((resolve) => {
      const child = spawn(process.execPath, ['bin/pkg.js', 'template', path], {
        env: { ...process.env, KUBECONFIG: kubeconfig },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.on('close', () => resolve(text));
    });
    expect(printed).toContain('data: {}');
    expect(asked).toBe(0);
  } finally {
    server.close();
  }
  for (const call of ['env "HOME"', 'expandenv "$HOME"', 'getHostByName "localhost"']) {
    expect(codeOf(['template', chart({ 'templates/y.yaml.hbs': `${MAP}data: {a: {{${call}}} }\n` })])).toBe(
      'PKG_TEMPLATE_HELPER',
    );
  }
});

test.each([
  ['endless recursion', '{{> x}}', { 'templates/_x.hbs': '{{> x}}' }, 'PKG_TEMPLATE_LIMIT'],
  ['tpl of itself', '{{tpl values.t}}', { 'values.yaml': 't: "{{tpl values.t}}"\n' }, 'PKG_TEMPLATE_LIMIT'],
  [
    'a loop in loops',
    '{{#each (until 5000)}}{{#each (until 5000)}}{{#each (until 5000)}}x{{/each}}{{/each}}{{/each}}',
    {},
    'PKG_TEMPLATE_LIMIT',
  ],
  ['text without end', '{{#each (until 100000)}}{{{repeat 100000 "x"}}}{{/each}}', {}, 'PKG_TEMPLATE_LIMIT'],
  ['nesting without end', '{{#if 1}}'.repeat(100_000), {}, 'PKG_TEMPLATE_LIMIT'],
  ['calls without end', `{{${'upper ('.repeat(100_000)}`, {}, 'PKG_TEMPLATE_LIMIT'],
  [
    'a pattern that takes forever',
    '{{regexMatch "^(a+)+$" values.t}}',
    { 'values.yaml': `t: ${'a'.repeat(40)}b\n` },
    'PKG_TEMPLATE_SLOT',
  ],
])('templates of %s', { timeout: 300_000 }, (_name, body, files, code) => {
  const found = codeOf(['template', chart({ 'templates/y.yaml.hbs': body, ...files })]);
  expect(found).toMatch(/^PKG_(?!INTERNAL)/);
  expect(found).toBe(code);
});

test('names cannot leave the chart', () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'inside'));
  for (const name of ['.', '..', '../x', 'a/b', 'A', '-', 'x'.repeat(54), 'a\u001b[2Jb']) {
    const run = pkg(['install', name, chart(), '--target', 'dir:out'], { cwd: join(cwd, 'inside') });
    expect(run.status, name).toBe(1);
    expect(run.stderr).not.toContain('\u001b');
  }
  for (const namespace of ['..', '../x', 'a/b']) {
    const run = pkg(['install', 'x', chart(), '-n', namespace, '--target', 'dir:out'], { cwd: join(cwd, 'inside') });
    expect(run.status, namespace).toBe(1);
  }
  for (const yaml of ['name: ".."', 'name: a/b', 'name: .']) {
    const path = chart({ 'Chart.yaml': `apiVersion: v2\nversion: 1.0.0\n${yaml}\n` });
    for (const args of [
      ['template', path],
      ['package', path],
      ['install', 'x', path, '--target', 'dir:out'],
    ]) {
      const run = pkg(args, { cwd: join(cwd, 'inside') });
      expect(run.status, yaml).toBe(1);
      expect(run.stderr).not.toContain('\u001b');
    }
  }
  expect(readdirSync(cwd)).toEqual(['inside']);
  expect(readdirSync(join(cwd, 'inside'))).toEqual([]);
});

test('names of objects cannot leave the target', () => {
  const cwd = temporaryFolder();
  const hostile = ['../../evil', '..', 'CON', 'a/b', '.git', 'x'.repeat(300)];
  const template = hostile
    .map(
      (name, index) =>
        `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "${name}"\n  namespace: "n${index}/.."\n`,
    )
    .join('');
  mkdirSync(join(cwd, 'inside'));
  pkg(['install', 'x', chart({ 'templates/x.yaml.hbs': template }), '--target', 'dir:out'], {
    cwd: join(cwd, 'inside'),
  });
  expect(readdirSync(cwd)).toEqual(['inside']);
  expect(readdirSync(join(cwd, 'inside')).filter((name) => name !== 'out')).toEqual([]);
});

test('links and devices in a chart are not followed out of it', () => {
  for (const [name, target] of [
    ['values.yaml', '/etc/passwd'],
    ['values.yaml', '/dev/zero'],
    ['templates/y.yaml.hbs', '/etc/passwd'],
    ['Chart.lock', '/etc/passwd'],
  ] as const) {
    const path = chart();
    symlinkSync(target, join(path, name));
    expect(codeOf(['template', path]), `${name} ${target}`).toMatch(/^PKG_CHART_/);
  }
  const archive = join(temporaryFolder(), 'a.tgz');
  for (const entry of [
    { name: 'web/values.yaml', type: '2', header: { linkpath: '/etc/passwd' } },
    { name: 'web/values.yaml', type: '1', header: { linkpath: '/etc/passwd' } },
    { name: '../values.yaml', data: 'a: 1\n' },
  ]) {
    writeFileSync(
      archive,
      craftArchive([{ name: 'web/Chart.yaml', data: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' }, entry]),
    );
    expect(codeOf(['template', archive])).toMatch(/^PKG_CHART_/);
  }
});

test('Secrets are not shown unless requested', () => {
  const cwd = temporaryFolder();
  writeFiles(cwd, {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/values.yaml': 'password: first\n',
    'c/templates/s.yaml.hbs':
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: {{values.password}}\n',
    'c/templates/zz/_requires-pkg.tpl': '{{ x }}',
  });
  const shown = [
    pkg(['install', 'r', 'c', '--dry-run', '--target', 'dir:out'], { cwd }),
    pkg(['install', 'r', 'c', '--target', 'dir:out'], { cwd }),
    pkg(['diff', 'upgrade', 'r', 'c', '--set', 'password=second', '--target', 'dir:out'], { cwd }),
    pkg(['upgrade', 'r', 'c', '--set', 'password=second', '--target', 'dir:out'], { cwd }),
    pkg(['status', 'r', '--target', 'dir:out'], { cwd }),
  ];
  for (const run of shown) {
    expect(run.stdout + run.stderr).not.toMatch(/first|second|Zmlyc3Q|c2Vjb25k/);
  }
});
