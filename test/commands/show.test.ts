/** `show` prints the same bytes as helm. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CHART_YAML, writeChart } from '../chart/support.ts';
import { helmEnvironment, helmPath } from '../support/helm.ts';

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'pkg.js');
const sub = { 'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n' };
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each<[string, Record<string, string | Uint8Array>]>([
  ['only a Chart.yaml', {}],
  [
    'CRDs with and without a line before the first document',
    {
      ...sub,
      'crds/a.yaml': '---\nkind: A\n',
      'crds/b.yaml': 'kind: B\n---\nkind: C',
      'crds/empty.yaml': '',
      'crds/deep/d.json': '{}',
      'crds/no.txt': 'no',
      'charts/sub/crds/e.yml': '--- # e\nkind: E\n',
    },
  ],
  [
    'files that are not UTF-8',
    {
      'README.md': latin1('caf\xe9\n'),
      'crds/a.yaml': latin1('# \xe9\nkind: A\n'),
      'values.yaml': latin1('# \xe9\na: 1\n'),
    },
  ],
  ['byte order marks', { README: '\ufeffx', 'values.yaml': '\ufeffa: 1\n', 'crds/a.yaml': '\ufeff---\nkind: A\n' }],
  [
    'several documents of values, and two READMEs',
    { 'values.yaml': 'a: 1\r\n---\r\nb: 2', 'readme.md': 'a', 'README.txt': 'b' },
  ],
  ['empty files', { 'values.yaml': '', 'README.md': '' }],
  ['characters beyond ASCII', { 'Chart.yaml': `${CHART_YAML}description: "é \u2028"\n`, 'values.yaml': 'é: ü\n' }],
])('%s', (_what, files) => {
  const chart = writeChart(files);
  for (const what of ['all', 'chart', 'values', 'readme', 'crds']) {
    const run = (program: string, args: string[]): { status: number | null; stdout: string } => {
      const { status, stdout } = spawnSync(program, [...args, 'show', what, chart], { env: helmEnvironment() });
      return { status, stdout: stdout.toString('latin1') };
    };
    expect([what, run(process.execPath, [bin])]).toEqual([what, run(helmPath(), [])]);
  }
});
