/** The lint rules about imports: the linter runs on small projects that violate them. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pkg-lint-'));
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(root, 'scripts/lint-layers.js'), join(folder, 'scripts/lint-layers.js'));
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Record<string, unknown>;
  // Types play no part in these rules, and the small projects have no packages.
  delete config['options'];
  writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lints files, given by name and text, and tells what the linter printed; empty when it is content. */
function lint(files: Record<string, string>): string {
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const run = spawnSync(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=unix', 'src'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return run.status === 0 ? '' : run.stdout + run.stderr;
}

const USE = 'export const used: unknown = x;\n';
const VALUE = (path: string): string => `import { x } from '${path}';\n${USE}`;
const TYPE = (path: string): string => `import type { X } from '${path}';\nexport type Y = X;\n`;
const LAZY = (path: string): string => `export const load = async (): Promise<unknown> => import('${path}');\n`;
const REEXPORT = (path: string): string => `export { x } from '${path}';\n`;

describe('layers', () => {
  test.each([
    ['src/chart/a.ts', VALUE('../render/b.ts')],
    ['src/chart/a.ts', VALUE('../cluster/directory.ts')],
    ['src/render/deep/a.ts', VALUE('../../cluster/directory.ts')],
    ['src/render/a.ts', LAZY('../release/b.ts')],
    ['src/render/a.ts', REEXPORT('../terminal/b.ts')],
    ['src/release/plan.ts', VALUE('../cluster/directory.ts')],
    ['src/release/plan-diff.ts', LAZY('../cluster/target.ts')],
    ['src/release/plan.ts', VALUE('./store.ts')],
    ['src/release/a.ts', VALUE('../terminal/b.ts')],
    ['src/cluster/a.ts', VALUE('../release/b.ts')],
    ['src/cluster/a.ts', VALUE('../chart/b.ts')],
    ['src/repository/a.ts', VALUE('../cluster/directory.ts')],
    ['src/network/a.ts', VALUE('../yaml/b.ts')],
    ['src/terminal/a.ts', VALUE('../yaml/b.ts')],
    ['src/yaml/a.ts', VALUE('../chart/b.ts')],
    ['src/release/a.ts', TYPE('../commands/b.ts')],
    ['src/index.ts', VALUE('./terminal/b.ts')],
    ['src/errors.ts', VALUE('./yaml/value.ts')],
    ['src/nearest.ts', VALUE('./chart/chart.ts')],
    ['src/unheard-of/a.ts', VALUE('../chart/b.ts')],
  ])('%s may not contain: %s', (file, text) => {
    expect(lint({ [file]: text })).toContain('pkg(layers)');
  });

  test.each([
    ['src/commands/a.ts', LAZY('../release/b.ts')],
    ['src/commands/get/a.ts', VALUE('../../terminal/b.ts')],
    ['src/release/a.ts', VALUE('../cluster/directory.ts')],
    ['src/release/a.ts', VALUE('./plan.ts')],
    ['src/release/plan.ts', TYPE('../cluster/directory.ts')],
    ['src/release/plan.ts', VALUE('../cluster/cluster.ts')],
    ['src/render/a.ts', VALUE('../chart/b.ts')],
    ['src/render/a.ts', TYPE('../release/b.ts')],
    ['src/chart/a.ts', VALUE('../yaml/b.ts')],
    ['src/repository/a.ts', VALUE('../network/b.ts')],
    ['src/terminal/a.ts', VALUE('../errors.ts')],
    ['src/terminal/a.ts', TYPE('../release/plan.ts')],
  ])('%s may contain: %s', (file, text) => {
    expect(lint({ [file]: text })).toBe('');
  });
});

test('cycles are found, also within one layer', () => {
  const found = lint({
    'src/chart/a.ts': `import { b } from './b.ts';\nexport const a: unknown = b;\n`,
    'src/chart/b.ts': `import { c } from './c.ts';\nexport const b: unknown = c;\n`,
    'src/chart/c.ts': `import { a } from './a.ts';\nexport const c: unknown = a;\n`,
  });
  expect(found).toContain('no-cycle');
});

test.each([
  ['a type', TYPE],
  ['a dynamic import', LAZY],
])('a cycle by %s is found', (_kind, back) => {
  const found = lint({
    'src/chart/a.ts': `import { b } from './b.ts';\nexport const a: unknown = b;\n`,
    'src/chart/b.ts': `export const b = 1;\n${back('./c.ts')}`,
    'src/chart/c.ts': `export type X = number;\n${REEXPORT('./a.ts')}`,
  });
  expect(found).toContain('src/chart/b.ts > src/chart/c.ts > src/chart/a.ts');
});

test('only the terminal prints, and only the entry point ends the process', () => {
  expect(lint({ 'src/chart/a.ts': `console.log('x');\n` })).toContain('no-console');
  expect(lint({ 'src/release/a.ts': `process.exit(1);\n` })).toContain('no-process-exit');
});
