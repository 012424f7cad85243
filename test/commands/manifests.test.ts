/** Generated trees of charts with `template` and its flags: the same documents, files and order as with helm. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { RUNS, SEED } from '../support/generation.ts';

const KINDS =
  'Namespace NetworkPolicy ResourceQuota ServiceAccount Secret SecretList ConfigMap StorageClass PersistentVolume ClusterRole ' +
  'RoleBinding RoleBindingList Service DaemonSet Pod Deployment HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass ' +
  'Ingress APIService ValidatingWebhookConfiguration PriorityClass CustomResourceDefinition List Unknown configmap';
const HOOKS =
  'pre-install post-install test pre-install,post-install test-success none pre-rollback "pre-install"'.split(' ');

/** Before, between and behind documents; most are separators, some are part of a document or break it. */
const separator = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('---\n', '--- \n', '---\t\n', '--- # c\n', '\n---\n\n', '---\n---\n') },
  {
    weight: 6,
    arbitrary: fc.constantFrom('---\n# c\n---\n', '---\nnull\n---\n', '# c\n---\n', '---\r\n', '...\n---\n'),
  },
  fc.constantFrom(
    '---#c\n',
    '----\n',
    ' ---\n',
    '---\n{}\n---\n',
    '--- a: b\n',
    '---\n- a\n---\n',
    '\n...\n',
    '---x\n',
  ),
);

const extra = fc.constantFrom(
  '',
  '',
  '',
  'data:\n  t: |\n    a\n    ---\n    b\n',
  'z: "a\n\n  b"\n',
  'k: |+\n  x\n\n\n',
  '# end\n',
);

const annotations = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  fc
    .tuple(fc.constantFrom(...HOOKS), fc.constantFrom('', '-5', '0', '10', '5', 'x', '1.5', ' 3', '+7'))
    .map(([hook, weight]) =>
      JSON.stringify({ 'helm.sh/hook': hook, ...(weight !== '' && { 'helm.sh/hook-weight': weight }) }),
    ),
);

const object = fc
  .tuple(fc.constantFrom(...KINDS.split(' ')), fc.constantFrom('a', 'b', 'same', 'A'), annotations, extra)
  .map(
    ([kind, name, notes, more]) =>
      `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${notes === '' ? '' : `  annotations: ${notes}\n`}${more}`,
  );

const manifest = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.array(fc.tuple(separator, object), { minLength: 1, maxLength: 3 }), fc.boolean(), separator)
      .map(
        ([parts, starts, last]) =>
          parts
            .flat()
            .slice(starts ? 0 : 1)
            .join('') + (starts ? last : ''),
      ),
  },
  fc.constantFrom('', '\n', '# c\n', '---\n', '{{/* c */}}', '{{- if false }}a: b{{ end }}'),
);

const templateName = fc.constantFrom(
  ...[
    'a.yaml',
    'b.yaml',
    'A.yaml',
    'z.yml',
    'a.json',
    'sub/a.yaml',
    'sub/b/c.yaml',
    'sub.yaml',
    'a-b.yaml',
    'a.b.yaml',
  ],
  ...['plain', 'x.txt', 'a b.yaml', 'é.yaml', '.hidden.yaml', '_h.tpl', 'sub/_p.yaml', 'tests/t.yaml', 'sub/NOTES.txt'],
);
const crdName = fc.constantFrom('a.yaml', 'b.yml', 'sub/c.yaml', 'x.txt', '_d.yaml', 'e.json');
const crd = fc.constantFrom('kind: CustomResourceDefinition\n', '---\na: 1\n---\nb: 2\n', '', '\n\na: 1\n\n');

type Node = {
  templates: [string, string][];
  crds: [string, string][];
  isLibrary: boolean;
  enabled: boolean | undefined;
  alias: string | undefined;
  children: Node[];
};

const chart = (depth: number): fc.Arbitrary<Node> =>
  fc.record({
    templates: fc.array(fc.tuple(templateName, manifest), { maxLength: depth === 2 ? 4 : 2 }),
    crds: fc.oneof(
      { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
      fc.array(fc.tuple(crdName, crd), { maxLength: 2 }),
    ),
    isLibrary: depth === 2 ? fc.constant(false) : fc.integer({ min: 0, max: 9 }).map((at) => at === 0),
    enabled: fc.constantFrom(undefined, undefined, true, false),
    alias: fc.constantFrom(undefined, undefined, 'aa', 'zz'),
    children: depth === 0 ? fc.constant([]) : fc.array(chart(depth - 1), { maxLength: 2 }),
  });

/** The files of a chart. All subcharts are declared, since helm takes those that are not in another order each time. */
function filesOf(node: Node, name: string, folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [path, text] of node.templates) files[`${folder}/templates/${path}`] = text;
  for (const [path, text] of node.crds) files[`${folder}/crds/${path}`] = text;
  const values: Record<string, unknown> = {};
  const dependencies: unknown[] = [];
  for (const [index, child] of node.children.entries()) {
    const own = `${name}${index}`;
    const alias = child.alias === undefined ? undefined : `${child.alias}${index}`;
    dependencies.push({ name: own, version: '*', ...(alias !== undefined && { alias }), condition: `on${index}` });
    if (child.enabled !== undefined) values[`on${index}`] = child.enabled;
    Object.assign(files, filesOf(child, own, `${folder}/charts/${own}`));
  }
  const type = node.isLibrary ? 'library' : 'application';
  files[`${folder}/Chart.yaml`] = JSON.stringify({ apiVersion: 'v2', name, version: '1.0.0', type, dependencies });
  files[`${folder}/values.yaml`] = JSON.stringify(values);
  return files;
}

const flags = fc
  .tuple(
    fc.subarray(['--include-crds', '--no-hooks', '--skip-tests'], { maxLength: 2 }),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.constantFrom(['--output-dir', 'out'], ['--output-dir', 'out', '--release-name']) },
      fc
        .constantFrom('templates/a.yaml', 'templates/*', 'templates/*/*', 'charts/*/templates/*', '*/a.yaml', 'crds/*')
        .map((pattern) => ['-s', pattern]),
    ),
  )
  .map((groups) => groups.flat());

function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}

test('trees of charts with many documents', { timeout: 600_000 }, () => {
  let succeeded = 0;
  const samples = fc.sample(fc.tuple(chart(2), flags), { numRuns: 25 * RUNS, seed: SEED });
  for (const [tree, given] of samples) {
    const folder = temporaryFolder();
    const files = filesOf(tree, 'c', 'c');
    writeFiles(folder, files);
    const [theirs, ours] = [helm, pkg].map((program) => {
      writeFiles(folder, { 'out/.keep': '' });
      const { status, stdout } = program(['template', 'r', 'c', ...given], { cwd: folder });
      const out = filesIn(join(folder, 'out'));
      rmSync(join(folder, 'out'), { recursive: true });
      // Output before an error is not compared.
      return status === 0 ? { status, stdout, out } : { status };
    });
    expect(ours, JSON.stringify({ files, given }, undefined, 1)).toEqual(theirs);
    if (ours?.status === 0) succeeded++;
  }
  // A test with errors only would show nothing.
  expect(succeeded).toBeGreaterThan(samples.length / 4);
});
