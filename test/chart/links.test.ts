/** Links in chart folders are followed as by helm, within the repository of the chart. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadChart } from '../../src/chart/load.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { helm } from '../support/helm.ts';
import { pkg } from '../support/pkg.ts';
import { temporaryFolder, writeFiles } from './support.ts';
import { codeOf, errorOf } from '../support/errors.ts';

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ';
const SHOW_FILES =
  '{{- range $name, $data := .Files }}\n  {{ $name | quote }}: {{ $data | toString | quote }}\n{{- end }}\n';

/** A repository with the chart `charts/web`, and a folder beside the repository. */
function writeRepository(git: boolean): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    ...(git && { 'repository/.git/HEAD': 'ref: refs/heads/main\n' }),
    'repository/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'repository/charts/web/templates/all.yaml': `${MAP}all\ndata:${SHOW_FILES}`,
    'repository/charts/web/own/own.yaml': `${MAP}own\n`,
    'repository/charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\n',
    'repository/charts/lib/templates/lib.yaml': `${MAP}lib\n`,
    'repository/shared/templates/shared.yaml': `${MAP}shared-{{ .Values.a }}\n`,
    'repository/shared/values.yaml': 'a: 1\n',
    'repository/shared/ignore': 'own\n',
    'outside/templates/outside.yaml': `${MAP}outside\n`,
    'outside/values.yaml': 'a: 2\n',
  });
  return folder;
}

const CHART = 'repository/charts/web';

/** What a link may be called, and what it may lead to, by the folder that has to be allowed for it. */
const NAMES = ['templates/x.yaml', 'templates/sub', 'crds/x.yaml', 'values.yaml', 'charts/lib', 'files', '.helmignore'];
const TARGETS = {
  chart: ['web/own/own.yaml', 'web/own'].map((path) => `repository/charts/${path}`),
  parent: ['repository/charts/lib', 'repository/charts/lib/templates/lib.yaml', 'repository/charts/lib/Chart.yaml'],
  repository: ['repository/shared', 'repository/shared/templates', 'repository/shared/values.yaml'],
  beyond: ['outside', 'outside/templates/outside.yaml', 'outside/values.yaml'],
} as const;
const reaches = fc.constantFrom(...(Object.keys(TARGETS) as (keyof typeof TARGETS)[]));
const links = fc.uniqueArray(
  reaches.chain((reach) =>
    fc.record({
      reach: fc.constant(reach),
      name: fc.constantFrom(...NAMES),
      target: fc.constantFrom(...TARGETS[reach]),
      isAbsolute: fc.boolean(),
      /** Through another link, which lies in the chart or outside of the repository. */
      step: fc.constantFrom('', '', `${CHART}/step`, 'outside/step'),
    }),
  ),
  { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
);

test('links are followed as helm does, within the repository', { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(fc.boolean(), links, (git, made) => {
      const folder = writeRepository(git);
      const put = (at: string, target: string, isAbsolute: boolean): void => {
        const path = join(folder, at);
        mkdirSync(dirname(path), { recursive: true });
        symlinkSync(isAbsolute ? join(folder, target) : relative(dirname(path), join(folder, target)), path);
      };
      for (const [index, { name, target, isAbsolute, step }] of made.entries()) {
        const through = step === '' ? '' : `${step}${index}`;
        if (through !== '') put(through, target, isAbsolute);
        put(`${CHART}/${name}`, through === '' ? target : through, isAbsolute);
      }
      const chart = join(folder, CHART);
      const isBeyond = made.some(({ reach }) => reach === 'beyond' || (reach === 'repository' && !git));
      const theirs = helm(['template', 'x', chart, '--include-crds']);
      const follow = pkg(['template', 'x', chart, '--include-crds', '--allow-outside-links']);
      expect([follow.status, follow.stdout]).toEqual([theirs.status, theirs.stdout]);
      const ours = pkg(['template', 'x', chart, '--include-crds']);
      if (isBeyond) {
        // What an ignored link leads to is not looked at.
        const isIgnored = ours.status === 0 && ours.stdout === theirs.stdout && !ours.stderr.includes('outside/');
        if (!isIgnored) expect(ours.stderr).toMatch(/PKG_CHART_UNSAFE/);
      } else {
        expect([ours.status, ours.stdout]).toEqual([theirs.status, theirs.stdout]);
        const leaving = made.filter(({ reach }) => reach !== 'chart');
        for (const { name } of leaving) if (ours.status === 0) expect(ours.stderr).toContain(name);
      }
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 25 * RUNS, seed: SEED },
  );
});

describe('links out of the chart', () => {
  function linkedChart(): string {
    const folder = writeRepository(true);
    const chart = join(folder, CHART);
    symlinkSync('../../../shared/templates/shared.yaml', join(chart, 'templates/shared.yaml'));
    symlinkSync('../../shared/values.yaml', join(chart, 'values.yaml'));
    return chart;
  }

  test.each([
    [['template', 'CHART']],
    [['lint', 'CHART']],
    [['show', 'all', 'CHART']],
    [['show', 'values', 'CHART', '--origins']],
    [['install', 'x', 'CHART', '--target', 'dir:OUT', '--dry-run']],
    [['package', 'CHART', '-d', 'OUT']],
  ])('are noted once each by %j', (words) => {
    const [chart, out] = [linkedChart(), temporaryFolder()];
    const run = pkg(words.map((word) => word.replace('CHART', chart).replace('OUT', out)));
    expect(run.status, run.stderr).toBe(0);
    const target = join(dirname(dirname(chart)), 'shared/templates/shared.yaml');
    expect(run.stderr.match(/^note: .*$/gm)?.sort()).toEqual([
      `note: templates/shared.yaml is a link out of the chart, to ${target}`,
      `note: values.yaml is a link out of the chart, to ${join(dirname(dirname(chart)), 'shared/values.yaml')}`,
    ]);
    if (words[0] !== 'package') return;
    // The archive holds what they lead to.
    const packed = pkg(['template', 'x', join(out, 'web-1.0.0.tgz')]);
    expect([packed.status, packed.stderr]).toEqual([0, '']);
    expect(packed.stdout).toContain('shared-1');
  });

  test("Git's own folder is never read through a link: it may hold logins", async () => {
    const chart = linkedChart();
    writeFileSync(join(chart, '../../.git/config'), 'extraheader = AUTHORIZATION: basic secret');
    symlinkSync('../../.git/config', join(chart, 'config'));
    expect(await codeOf(() => loadChart(chart))).toBe('PKG_CHART_UNSAFE');
  });

  test('a link out of the repository is refused with its target, and how to allow it', async () => {
    const folder = temporaryFolder();
    writeFiles(folder, { 'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n' });
    symlinkSync('/etc/passwd', join(folder, 'web/passwd'));
    const error = await errorOf(() => loadChart(join(folder, 'web')));
    expect(error.message).toBe('passwd is a link to /etc/passwd, beyond the repository or folder that holds the chart');
    expect(error.hints[0]).toContain('--allow-outside-links');
  });

  test('lint does not follow links that loading refuses', () => {
    const folder = temporaryFolder();
    writeFiles(folder, {
      'chart/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'secret.yaml': 'a: [topsecret\n',
    });
    symlinkSync('../../secret.yaml', join(folder, 'chart/web/values.yaml'));
    const run = pkg(['lint', join(folder, 'chart/web')]);
    expect(run.status).toBe(1);
    expect(run.stdout).toContain('values.yaml is a link');
    expect(run.stdout + run.stderr).not.toContain('topsecret');
  });
});
