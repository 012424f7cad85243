/** After any sequence of operations: applying a plan gives the planned objects, and changes nothing else. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { diff, history, install, rollback, uninstall, upgrade } from '../../src/index.ts';
import { chartOf } from '../render/support.ts';
import { RUNS } from '../support/generation.ts';

/** An object of the chart: a kind and a name, what it holds, and whether it is to be kept. */
type Given = { kind: string; name: string; value: string; keep: boolean };
type Live = Map<string, { value: string; keep: boolean }>;

const KINDS: readonly string[] = ['ConfigMap', 'Secret', 'ServiceAccount', 'ClusterRole'];
const NAMES: readonly string[] = ['a', 'b', 'c'];
const key = ({ kind, name }: { kind: string; name: string }): string => `${kind}/${name}`;

const given: fc.Arbitrary<Given> = fc.record({
  kind: fc.constantFrom(...KINDS),
  name: fc.constantFrom(...NAMES),
  value: fc.constantFrom('1', '2', '3'),
  keep: fc.boolean().map((keep) => keep),
});
const set = fc.uniqueArray(given, { selector: key, maxLength: 6 });

type Step =
  | { do: 'deploy'; objects: Given[] }
  | { do: 'rollback'; back: number }
  | { do: 'remove' | 'edit' | 'disown'; pick: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deploy' as const), objects: set }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rollback' as const), back: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('remove', 'edit', 'disown'), pick: fc.nat(9) }) },
);

/** The value lies where every kind may have one. */
const template = ({ kind, name, value, keep }: Given): string =>
  [
    `apiVersion: ${kind === 'ClusterRole' ? 'rbac.authorization.k8s.io/v1' : 'v1'}`,
    `kind: ${kind}`,
    `metadata:\n  name: ${name}\n  annotations:\n    value: "${value}"`,
    ...(keep ? ['    helm.sh/resource-policy: keep'] : []),
    '',
  ].join('\n');

const chartWith = (objects: readonly Given[]): ReturnType<typeof chartOf> =>
  chartOf(Object.fromEntries(objects.map((one, index) => [`templates/${index}.yaml.hbs`, template(one)])));

type File = { path: string; text: string; object: { kind: string; metadata: Record<string, never> } };

/** Every file of the target but records. */
function filesOf(folder: string): File[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && !entry.name.includes('.v1.demo.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .map((file) => ({ ...file, object: load(file.text) as File['object'] }));
}

type Metadata = { name: string; annotations?: Record<string, string>; labels?: Record<string, string> };

function liveIn(folder: string): Live {
  const live: Live = new Map();
  for (const { object } of filesOf(folder)) {
    const { name, annotations = {} } = object.metadata as unknown as Metadata;
    if (name.startsWith('foreign')) continue;
    const keep = annotations['helm.sh/resource-policy'] === 'keep';
    live.set(key({ kind: object.kind, name }), { value: annotations['value'] ?? '', keep });
  }
  return live;
}

const asLive = (objects: readonly Given[]): Live =>
  new Map(objects.map((one) => [key(one), { value: one.value, keep: one.keep }]));

/** The live objects after some were replaced: live objects with the policy `keep` stay as they are. */
const after = (before: Live, objects: readonly Given[]): Live =>
  new Map([...[...before].filter(([, { keep }]) => keep), ...asLive(objects)]);

const sorted = (live: Live): unknown => [...live].sort(([a], [b]) => (a < b ? -1 : 1));

/** Objects of other owners, of a name that no chart has and of names that charts have in another namespace. */
function writeForeign(folder: string): Map<string, string> {
  const files: Record<string, string> = {
    'default/configmap/foreign.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: foreign\n  namespace: default\n',
    'other/configmap/foreign-b.yaml':
      '# by hand\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: foreign-b\n  namespace: other\n',
    '_cluster/namespace/foreign.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: foreign}\n',
    '_secret/default/secret/foreign.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata:\n  name: foreign\n  namespace: default\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return new Map(Object.entries(files));
}

test('plans reach the desired state, are empty afterwards, and leave everything else alone', async () => {
  await fc.assert(
    fc.asyncProperty(set, fc.array(step, { maxLength: 6 }), async (first, steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'pkg-plan-'));
      try {
        const foreign = writeForeign(folder);
        const at = { name: 'demo', target: `dir:${folder}` };
        const revisions: Given[][] = [first];
        await install({ ...at, chart: chartWith(first) });
        let expected = after(new Map(), first);
        const check = async (): Promise<void> => {
          expect(sorted(liveIn(folder))).toEqual(sorted(expected));
          for (const [path, text] of foreign) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
          const again = await diff({ ...at, chart: chartWith(revisions.at(-1) ?? []) });
          expect(again.steps.filter(({ action }) => action !== 'unchanged' && action !== 'keep')).toEqual([]);
        };
        await check();
        for (const next of steps) {
          if (next.do === 'deploy') {
            const plan = await diff({ ...at, chart: chartWith(next.objects) });
            const result = await upgrade({ ...at, chart: chartWith(next.objects) });
            // The plan that was shown is the one that is applied.
            expect(result.plan.steps.map(({ action, ref }) => [action, ref])).toEqual(
              plan.steps.map(({ action, ref }) => [action, ref]),
            );
            expected = after(expected, next.objects);
            revisions.push(next.objects);
          } else if (next.do === 'rollback') {
            const target = revisions.at(-1 - next.back);
            if (target === undefined) continue;
            await rollback({ ...at, revision: revisions.length - next.back });
            expected = after(expected, target);
            revisions.push(target);
          } else {
            const own = filesOf(folder).filter(({ text }) => !text.includes('foreign'));
            const file = own[next.pick % Math.max(1, own.length)];
            if (file === undefined) continue;
            const { name, annotations = {} } = file.object.metadata as unknown as Metadata;
            const id = key({ kind: file.object.kind, name });
            // What the last revision did not make is no longer this release's to mend.
            const current = revisions.at(-1)?.some((one) => key(one) === id) === true;
            if (!current) continue;
            if (next.do === 'remove') rmSync(file.path);
            else if (next.do === 'edit') {
              writeFileSync(file.path, file.text.replace(/value: "?\d"?/, 'value: by-hand'));
            } else writeFileSync(file.path, file.text.replace(/^ *app\.kubernetes\.io\/managed-by: .*\n/m, ''));
            expect(annotations['value']).toBeDefined();
            const wanted = revisions.at(-1) ?? [];
            await upgrade({ ...at, chart: chartWith(wanted) });
            expected = after(expected, wanted);
            revisions.push(wanted);
          }
          await check();
        }
        const deployed = (await history(at)).filter(({ info }) => info.status === 'deployed');
        expect(deployed).toHaveLength(1);
        await uninstall(at);
        expect(sorted(liveIn(folder))).toEqual(sorted(after(expected, [])));
        for (const [path, text] of foreign) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 40 * RUNS },
  );
});

test('objects of other owners are refused, and nothing is written', async () => {
  await fc.assert(
    fc.asyncProperty(set, fc.subarray([...NAMES], { minLength: 1 }), async (objects, taken) => {
      const folder = mkdtempSync(join(tmpdir(), 'pkg-plan-'));
      try {
        for (const name of taken) {
          mkdirSync(join(folder, 'default/configmap'), { recursive: true });
          writeFileSync(
            join(folder, `default/configmap/${name}.yaml`),
            `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\n`,
          );
        }
        const before = filesOf(folder);
        const inTheWay = objects.filter(({ kind, name }) => kind === 'ConfigMap' && taken.includes(name));
        const options = { name: 'demo', target: `dir:${folder}`, chart: chartWith(objects) };
        if (inTheWay.length === 0) {
          await install(options);
          return;
        }
        const error: unknown = await install(options).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(PkgError);
        expect((error as PkgError).code).toBe('PKG_OBJECT_OWNED');
        expect((error as PkgError).notes).toHaveLength(inTheWay.length);
        expect(filesOf(folder)).toEqual(before);
        await install({ ...options, takeOwnership: true });
        for (const one of objects) expect(liveIn(folder).get(key(one))).toEqual({ value: one.value, keep: one.keep });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 40 * RUNS },
  );
});
