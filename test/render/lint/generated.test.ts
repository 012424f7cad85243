/** Generated charts under lint: the same findings with the same severity as `helm lint`. */
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lintChart } from '../../../src/render/lint.ts';
import type { LintMessage, LintRule } from '../../../src/render/lint.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { RUNS } from '../../support/generation.ts';
import { helm } from '../../support/helm.ts';

/** Which of our rules a message of Helm's stands for. */
const RULES: readonly (readonly [RegExp, LintRule])[] = [
  [/icon is recommended/, 'chart-icon'],
  [/not a valid SemVerV2/, 'chart-strict-version'],
  [/(dependencies are|chart type is) not valid in/, 'chart-v1-field'],
  [/file does not exist/, 'values-missing'],
  [/metadata is missing these dependencies/, 'dependency-undeclared'],
  [/directory is missing these dependencies/, 'dependency-missing'],
  [/object name does not conform/, 'object-name'],
  [/is deprecated in|is unavailable in/, 'api-deprecated'],
  [/must contain matchLabels/, 'selector-missing'],
  [/within List objects/, 'list-annotations'],
  [/apiVersion is not in|object kind is not/, 'crd-invalid'],
  [/does not match the schema|at '|don't meet the specifications|failed to compile/, 'values-invalid'],
];
const SHARED = new Set<string>(RULES.map(([, rule]) => rule));

type Chart = { files: Record<string, string>; templates: Record<string, string> };

const chartYaml = fc
  .record({
    apiVersion: fc.constantFrom('v2', 'v2', 'v2', 'v1'),
    version: fc.constantFrom('1.0.0', '1.0.0', '1.2', '1'),
    icon: fc.constantFrom('\nicon: https://example.com/i.png', ''),
    dependencies: fc.constantFrom(
      '',
      '',
      '\ndependencies:\n- {name: sub, version: 1.0.0}',
      '\ndependencies:\n- {name: other, version: 1.0.0}',
    ),
  })
  .map(
    ({ apiVersion, version, icon, dependencies }) =>
      `apiVersion: ${apiVersion}\nname: web\nversion: ${version}${icon}${dependencies}\n`,
  );

const object = (apiVersion: string, kind: string, name: string, rest = ''): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
const pods = 'spec:\n  selector:\n    matchLabels: {a: b}\n  template:\n    metadata:\n      labels: {a: b}\n';

const template = fc.constantFrom(
  '',
  '# only a comment\n',
  object('v1', 'ConfigMap', 'x'),
  object('v1', 'ConfigMap', 'Not_Valid'),
  object('v1', 'Service', '1x'),
  object('v1', 'Namespace', 'a.b'),
  object('rbac.authorization.k8s.io/v1', 'Role', '"a:b"'),
  object('policy/v1beta1', 'PodDisruptionBudget', 'x'),
  object('batch/v1beta1', 'CronJob', 'x'),
  object('apps/v1', 'Deployment', 'x', pods),
  object('apps/v1', 'StatefulSet', 'x', 'spec:\n  template: {}\n'),
  'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: x\n    annotations: {helm.sh/resource-policy: keep}\n',
  `${object('v1', 'ConfigMap', 'a')}---\n${object('v1', 'Secret', 'B')}`,
);

const chart: fc.Arbitrary<Chart> = fc.record({
  files: fc
    .record({
      'Chart.yaml': chartYaml,
      'values.yaml': fc.option(fc.constantFrom('', 'a: 1\n', 'a: text\n', 'sub: {b: 1}\n')),
      'values.schema.json': fc.option(
        fc.constantFrom('{"properties": {"a": {"type": "integer"}}}', '{"required": ["zz"]}', '{}'),
      ),
      'charts/sub/Chart.yaml': fc.option(fc.constant('apiVersion: v2\nname: sub\nversion: 1.0.0\n')),
      'crds/a.yaml': fc.option(
        fc.constantFrom(
          object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a.b.c'),
          object('v1', 'ConfigMap', 'a'),
          '',
        ),
      ),
    })
    .map((files) => Object.fromEntries(Object.entries(files).filter((entry) => entry[1] !== null)) as Chart['files']),
  templates: fc.dictionary(fc.constantFrom('a', 'b', 'c'), template, { minKeys: 1, maxKeys: 3 }),
});

const verdictOf = (messages: readonly { severity: string; rule: string | undefined }[]): string[] =>
  [
    ...new Set(messages.flatMap(({ severity, rule }) => (rule && SHARED.has(rule) ? [`${severity} ${rule}`] : []))),
  ].sort();

function theirMessages(part: string): { severity: string; rule: string | undefined }[] {
  return part
    .split(/\n(?=\[)/)
    .filter((text) => text.startsWith('['))
    .map((text) => ({
      severity: /^\[(\w+)\]/.exec(text)?.[1]?.toLowerCase() ?? '',
      rule: RULES.find(([pattern]) => pattern.test(text))?.[1],
    }));
}

/** Rules of ours that Helm does not have never decide over errors. */
const fails = (messages: readonly { severity: string }[]): boolean =>
  messages.some(({ severity }) => severity === 'error');

test.each([[], ['--kube-version', '1.20'], ['--skip-schema-validation']])(
  'generated charts get the same verdicts %#',
  async (...flags: string[]) => {
    const folder = temporaryFolder();
    const charts = fc.sample(chart, 120 * RUNS);
    const names = charts.map(({ files, templates }, index) => {
      const named = (ending: string): Record<string, string> =>
        Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}.yaml${ending}`, text]));
      writeFiles(join(folder, `helm-${index}`), { ...files, ...named('') });
      writeFiles(join(folder, `pkg-${index}`), {
        ...files,
        ...named('.hbs'),
        'templates/zz/_requires-pkg.tpl': '{{ x }}',
      });
      return `helm-${index}`;
    });
    const parts = helm(['lint', ...names, ...flags], { cwd: folder })
      .stdout.split(/^==> Linting .*\n/m)
      .slice(1);
    expect(parts).toHaveLength(charts.length);
    const [, kubeVersion = '1.37.0'] = flags[0] === '--kube-version' ? flags : [];
    const { DEFAULT_CAPABILITIES } = await import('../../../src/render/capabilities.ts');
    const ours = await Promise.all(
      charts.map(async (_, index): Promise<LintMessage[]> =>
        lintChart(join(folder, `pkg-${index}`), {
          userValues: new Map(),
          capabilities: { ...DEFAULT_CAPABILITIES, kubeVersion: `v${kubeVersion}` },
          skipSchemaValidation: flags.includes('--skip-schema-validation'),
        }),
      ),
    );
    for (const [index, given] of charts.entries()) {
      const [mine, theirs] = [ours[index] ?? [], theirMessages(parts[index] ?? '')];
      const shown = { chart: given, helm: parts[index], pkg: mine.map(({ rule, message }) => `${rule}: ${message}`) };
      expect({ ...shown, verdict: verdictOf(mine), fails: fails(mine) }).toEqual({
        ...shown,
        verdict: verdictOf(theirs),
        fails: fails(theirs),
      });
    }
  },
);
