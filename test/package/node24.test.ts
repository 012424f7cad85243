/** The built program on Node 24 works as on the Node of the other tests. */
import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeChart, writeFiles } from '../chart/support.ts';
import { findNode24 } from '../support/node24.ts';
import { pkg } from '../support/pkg.ts';
import type { PkgRun } from '../support/pkg.ts';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '../..');
const node24 = findNode24();

function run(node: string, args: readonly string[], cache: string, env: Record<string, string> = {}): PkgRun {
  return pkg(args, { node, env: { HOME: cache, XDG_CACHE_HOME: cache, ...env } });
}

describe.skipIf(node24 === undefined)('on Node 24', () => {
  const node = node24 ?? '';
  const cache = temporaryFolder();
  let chart: string;

  beforeAll(() => {
    chart = writeChart({
      'values.yaml': 'names: [ünï, b]\n',
      'templates/a.yaml':
        '{{ range .Values.names }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ . | sha256sum | trunc 8 }}}\n' +
        'data: {name: {{ . | upper | quote }}, sum: {{ list 1 2.5 | toJson | quote }}}\n{{ end }}\n',
    });
  });

  test('version', () => {
    const { status, stdout, stderr } = run(node, ['version'], cache);
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^pkg v\S+ \(Node v24\.[\d.]+\)\n$/), '']);
  });

  test.each([
    ['template of a Go chart', () => ['template', 'r', chart]],
    ['template of a native chart', () => ['template', 'r', 'charts/web']],
    ['lint', () => ['lint', 'charts/web', chart]],
    ['an error', () => ['template', 'r', chart, '--set', 'names=1']],
  ] as const)('%s', (_, args) => {
    const here = run(process.execPath, args(), cache);
    expect(here.stdout + here.stderr).not.toBe('');
    expect(run(node, args(), cache)).toEqual(here);
  });

  test('a release in a folder', () => {
    const target = ['--target', `dir:${temporaryFolder()}`];
    expect(run(node, ['install', 'r', chart, ...target], cache)).toMatchObject({ status: 0 });
    expect(run(node, ['upgrade', 'r', 'charts/web', ...target], cache)).toMatchObject({ status: 0 });
    // Each version of Node reads the records of the other.
    const history = ['history', 'r', '-o', 'json', ...target];
    const told = run(process.execPath, history, cache);
    expect(JSON.parse(told.stdout)).toMatchObject([{ status: 'superseded' }, { status: 'deployed' }]);
    expect(run(node, history, cache)).toEqual(told);
    expect(run(node, ['uninstall', 'r', ...target], cache)).toMatchObject({ status: 0 });
  });

  test('compiled code is cached separately from that of other versions of Node, and used again', () => {
    const own = temporaryFolder();
    const rendered = run(node, ['template', 'r', chart], own);
    const code = join(own, 'kubepkg/code');
    const [build = ''] = readdirSync(code);
    expect(build).toMatch(/-24\.[\d.]+-/);
    const file = join(code, build, 'main.template.bin');
    expect(run(node, ['template', 'r', chart], own)).toEqual(rendered);
    const written = statSync(file);
    expect(written.size).toBeGreaterThan(50_000);
    // Code that V8 refuses is written again.
    expect(run(node, ['template', 'r', chart], own)).toEqual(rendered);
    expect(statSync(file).mtimeMs).toBe(written.mtimeMs);
    run(process.execPath, ['version'], own);
    expect(readdirSync(code)).toHaveLength(2);
    expect(statSync(file).mtimeMs).toBe(written.mtimeMs);
  });

  test.each([
    ['js', "const { Command } = require('@oclif/core');\nmodule.exports = "],
    ['mjs', "import { Command } from '@oclif/core';\nexport default "],
  ])('a command of an npm package (.%s)', (extension, head) => {
    const folder = temporaryFolder();
    const command = `class Hello extends Command { async run() { this.log('hello of ' + process.version); } }\n`;
    const plugin = join(folder, 'pkg-hello');
    writeFiles(folder, {
      'data/package.json': JSON.stringify({
        oclif: { schema: 1, plugins: [{ type: 'link', name: 'pkg-hello', root: plugin }] },
      }),
      'pkg-hello/package.json': JSON.stringify({
        name: 'pkg-hello',
        version: '1.0.0',
        oclif: { commands: './commands' },
      }),
      [`pkg-hello/commands/hello.${extension}`]: head + command,
    });
    mkdirSync(join(plugin, 'node_modules/@oclif'), { recursive: true });
    symlinkSync(join(root, 'node_modules/@oclif/core'), join(plugin, 'node_modules/@oclif/core'), 'junction');
    const { status, stdout, stderr } = run(node, ['hello'], cache, { PKG_DATA_DIR: join(folder, 'data') });
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^hello of v24\.[\d.]+\n$/), '']);
  });
});
