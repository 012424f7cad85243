/** The values that an upgrade starts from equal helm's, after any earlier operations. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { RUNS } from '../support/generation.ts';
import { cluster, helmOn, namespace, pkgOn, test } from '../support/cluster.ts';
import { SEED } from '../support/generation.ts';

const leaf = fc.constantFrom<unknown>(1, 'x', true, null, [1], {}, { a: 1 }, { b: { c: 2 } }, { a: null, d: 'y' });
const values = fc.dictionary(fc.constantFrom('one', 'two', 'map', 'sub', 'global'), leaf, { maxKeys: 4 });
/** A chart or a table in place of a map is warned of and left out, which is tested elsewhere. */
const maps = values.map((given) => {
  const { sub, global, ...rest } = given;
  const asMap = (value: unknown): unknown =>
    typeof value === 'object' && !Array.isArray(value) ? value : { z: value };
  return { ...rest, ...('sub' in given && { sub: asMap(sub) }), ...('global' in given && { global: asMap(global) }) };
});

const chart = fc.record({ values: maps, sub: maps });
const flags = fc.record({
  mode: fc.constantFrom([], ['--reuse-values'], ['--reset-values'], ['--reset-then-reuse-values']),
  set: fc.subarray(['--set=one=5', '--set=map.a=new', '--set=sub.map.b.c=null', '--set-json=two={"n":null}'], {
    maxLength: 2,
  }),
  file: fc.option(maps),
});
const life = fc.array(fc.record({ chart: fc.option(chart), flags }), { minLength: 2, maxLength: 4 });

const shown =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-{{ .Chart.Name }}\ndata:\n  values: {{ toJson .Values | quote }}\n';

function writeVersion(folder: string, { values: own, sub }: { values: unknown; sub: unknown }): void {
  writeFiles(folder, {
    'Chart.yaml': 'apiVersion: v2\nname: top\nversion: 1.0.0\n',
    'values.yaml': JSON.stringify(own),
    'templates/x.yaml': shown,
    'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    'charts/sub/values.yaml': JSON.stringify(sub),
    'charts/sub/templates/x.yaml': shown,
  });
}

test('upgrades use the values of earlier revisions as helm does', { timeout: 1_200_000 * RUNS }, async () => {
  expect(cluster().kubeconfig).not.toBe('');
  const lives = fc.sample(life, { numRuns: 3 * RUNS, seed: SEED });
  for (const [index, revisions] of lives.entries()) {
    const ns = await namespace();
    const folder = temporaryFolder();
    let path = '';
    for (const [number, revision] of revisions.entries()) {
      if (path === '' || revision.chart !== null) {
        path = join(folder, `chart-${number}`);
        writeVersion(path, revision.chart ?? { values: { one: 1 }, sub: {} });
      }
      const { mode, set, file } = revision.flags;
      const args = [path, ...set, ...(number === 0 ? [] : mode)];
      if (file !== null) {
        writeFiles(folder, { [`values-${number}.yaml`]: JSON.stringify(file) });
        args.push('-f', join(folder, `values-${number}.yaml`));
      }
      const verb = number === 0 ? 'install' : 'upgrade';
      const [theirs, ours] = [await helmOn(ns, [verb, 'h', ...args]), await pkgOn(ns, [verb, 'p', ...args])];
      const context = JSON.stringify({ seed: SEED, index, number, revisions });
      expect(ours.status, `${context}\n${theirs.stderr}\n${ours.stderr}`).toBe(theirs.status);
      const read = async (name: string): Promise<unknown> => {
        const [given, manifest] = [
          await helmOn(ns, ['get', 'values', name, '-o', 'json']),
          await helmOn(ns, ['get', 'manifest', name]),
        ];
        return { given: JSON.parse(given.stdout || 'null'), manifest: manifest.stdout.replaceAll(`${name}-`, '') };
      };
      expect(await read('p'), context).toEqual(await read('h'));
    }
  }
});
