import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChart } from '../../src/chart/create.ts';
import { loadChart } from '../../src/chart/load.ts';
import { lintChart } from '../../src/render/lint.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { WEB, expectHelmReads, render, temporaryFolder } from './support.ts';
import { RUNS } from '../support/generation.ts';

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

test('charts/web equals the output of pkg create web', async () => {
  const parent = temporaryFolder();
  const written = await createChart(parent, 'web');
  const files = filesOf(join(parent, 'web'));
  expect(written.map((path) => relative(join(parent, 'web'), path)).sort()).toEqual(Object.keys(files));
  expect(files).toEqual(filesOf(WEB));
});

test('a new chart passes lint --strict, and Helm reads its output', async () => {
  const parent = join(temporaryFolder(), 'not', 'there', 'yet');
  await createChart(parent, 'my-service');
  const path = join(parent, 'my-service');
  const messages = await lintChart(path, { userValues: new Map() });
  expect(messages.map(({ rule }) => rule)).toEqual(['chart-icon']);
  expectHelmReads(await render(path));
});

test('a new chart with any valid name passes lint', async () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9._-]{1,80}$/).filter((text) => text !== '.' && text !== '..');
  const special = fc.constantFrom('null', '1e3', '0755', 'yes', '---', '-', '_', 'A_b.C', 'a'.repeat(250), '1.10');
  await fc.assert(
    fc.asyncProperty(fc.oneof(name, special), async (text) => {
      const parent = temporaryFolder();
      await createChart(parent, text);
      const chart = await loadChart(join(parent, text));
      expect(chart.metadata.name).toBe(text);
      const messages = await lintChart(join(parent, text), { userValues: new Map() });
      expect(messages.filter(({ severity }) => severity !== 'info')).toEqual([]);
    }),
    { numRuns: 40 * RUNS },
  );
});

test('names are accepted and refused as by helm create', async () => {
  for (const name of ['web', 'A_b.c', '-x', '_', 'a'.repeat(250), '', 'a b', 'a/b', 'ü', 'a'.repeat(251), 'a\nb']) {
    const folder = temporaryFolder();
    const run = helm(['create', '--', name], { cwd: folder });
    const ours = createChart(temporaryFolder(), name);
    // helm create takes a path, and thus the empty one; a chart cannot be called that.
    if (run.status === 0 && name !== '') await expect(ours, name).resolves.not.toEqual([]);
    else await expect(ours, name).rejects.toMatchObject({ code: 'PKG_USAGE' });
  }
  for (const name of ['.', '..']) {
    await expect(createChart(temporaryFolder(), name)).rejects.toMatchObject({ code: 'PKG_USAGE' });
  }
});

test('existing files are not overwritten', async () => {
  const parent = temporaryFolder();
  mkdirSync(join(parent, 'web'));
  await expect(createChart(parent, 'web')).rejects.toMatchObject({ code: 'PKG_FILE_UNWRITABLE' });
  expect(readdirSync(join(parent, 'web'))).toEqual([]);
  writeFileSync(join(parent, 'file'), 'mine');
  await expect(createChart(parent, 'file')).rejects.toMatchObject({ code: 'PKG_FILE_UNWRITABLE' });
  expect(readFileSync(join(parent, 'file'), 'utf8')).toBe('mine');
  await expect(createChart(join(parent, 'file'), 'web')).rejects.toMatchObject({ code: 'PKG_FILE_UNWRITABLE' });
  expect(existsSync(join(parent, 'file', 'web'))).toBe(false);
});

test.each([
  [],
  ['--set', 'ingress.enabled=true,ingress.tls[0].secretName=x,autoscaling.enabled=true,podLabels.a=b'],
  ['--set', 'fullnameOverride=x,serviceAccount.create=false', '--set-json', 'volumes=[{"name":"v","emptyDir":{}}]'],
  ['--set-json', 'env=[{"name":"A","value":"1"}]', '--set', 'serviceAccount.annotations.a=b,nodeSelector.a=b'],
])('helm and pkg render a chart for Helm alike: %j', async (...flags) => {
  const parent = temporaryFolder();
  await createChart(parent, 'my-service', true);
  const args = ['template', 'demo', 'my-service', ...flags];
  const theirs = helm(args, { cwd: parent });
  expect(theirs.status).toBe(0);
  expect(pkg(args, { cwd: parent })).toMatchObject({ status: 0, stdout: theirs.stdout });
});

test('a chart for Helm passes both lints, and gives the objects of a native one', async () => {
  const parent = temporaryFolder();
  await createChart(parent, 'web', true);
  const path = join(parent, 'web');
  expect(helm(['lint', '--strict', path]).status).toBe(0);
  const messages = await lintChart(path, { userValues: new Map() });
  expect(messages.map(({ rule }) => rule)).toEqual(['chart-icon']);
  const [ours, native] = [await render(path), await render(WEB)];
  expect(ours.objects.map(({ object }) => object && toPlain(object))).toEqual(
    native.objects.map(({ object }) => object && toPlain(object)),
  );
});
