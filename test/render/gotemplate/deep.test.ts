/** Templates that include themselves as often as Helm allows, which needs more than the usual stack. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PkgError } from '../../../src/errors.ts';
import { loadChart } from '../../../src/chart/load.ts';
import { renderChart } from '../../../src/render/render-chart.ts';
import type { Lookup } from '../../../src/render/render.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { helm } from '../../support/helm.ts';
import { pkg } from '../../support/pkg.ts';

const NEXT = '(dict "n" (sub (int $.n) 1) "Template" $.Template "Values" $.Values)';

/** What stands between one call and the next. */
const SHAPES: Readonly<Record<string, string>> = {
  condition: `{{ if gt (int .n) 0 }}{{ include "condition" ${NEXT} }}{{ end }}x`,
  loop: `{{ range list 1 }}{{ if gt (int $.n) 0 }}{{ include "loop" ${NEXT} }}{{ end }}{{ end }}x`,
  tpl: `{{ if gt (int .n) 0 }}{{ tpl "{{ include \\"tpl\\" . }}" ${NEXT} }}{{ end }}x`,
  template: `{{ if gt (int .n) 0 }}{{ template "template" ${NEXT} }}{{ end }}x`,
  much: `{{ range $i := list 1 }}{{ range $k, $v := dict "a" 1 }}{{ with $.n }}{{ if gt (int .) 0 }}{{ $y := include "much" ${NEXT} | indent 1 | toYaml | fromYaml | toJson | quote | trim }}{{ len $y }}{{ end }}{{ end }}{{ end }}{{ end }}x`,
  failing: `{{ range list 1 }}{{ if gt (int $.n) 0 }}{{ include "failing" ${NEXT} }}{{ else }}{{ $.Values.none.x }}{{ end }}{{ end }}`,
  endless: `{{ range list 1 }}{{ include "endless" $ }}{{ end }}`,
};

const folder = temporaryFolder();
const chart = join(folder, 'deep');
const defines = Object.entries(SHAPES).map(([name, body]) => `{{ define "${name}" }}${body}{{ end }}`);
writeFiles(chart, {
  'Chart.yaml': 'apiVersion: v2\nname: deep\nversion: 1.0.0\n',
  'values.yaml': 'n: 900\n',
  'templates/_deep.tpl': defines.join('\n'),
  'templates/a.yaml':
    'a: {{ include .Values.which (dict "n" .Values.n "Template" .Template "Values" .Values) | sha256sum }}\n',
  'templates/NOTES.txt': 'printed {{ .Values.which }}',
});

describe('nine hundred calls, as in helm', () => {
  test.each(Object.keys(SHAPES))('%s', (which) => {
    const line = ['template', 'x', chart, '--set', `which=${which}`];
    const [theirs, ours] = [helm(line), pkg(line)];
    expect(ours).toMatchObject({ status: theirs.status, stdout: theirs.stdout });
    expect(theirs.status).toBe(which === 'failing' || which === 'endless' ? 1 : 0);
    if (which === 'endless') expect(ours.stderr).toContain('nested reference name: endless');
    if (which === 'failing') {
      expect(ours.stderr).toContain('nil pointer evaluating interface {}.x');
      expect(ours.stderr).toContain('values.none has no value');
      expect(ours.stderr).toContain('templates/_deep.tpl:6:');
    }
  });

  test('also by lint', () => {
    for (const which of ['much', 'endless']) {
      const line = ['lint', chart, '--set', `which=${which}`];
      expect(pkg(line).status).toBe(helm(line).status);
    }
  });
});

describe('a lookup in deep templates', () => {
  const asking = join(folder, 'asking');
  writeFiles(asking, {
    'Chart.yaml': 'apiVersion: v2\nname: asking\nversion: 1.0.0\n',
    'templates/_deep.tpl': `{{ define "ask" }}{{ range list 1 }}{{ if gt (int $.n) 0 }}{{ include "ask" ${NEXT} }}{{ else }}{{ (lookup "v1" "ConfigMap" "a" "b").data | toJson }}{{ (lookup "v1" "Secret" "a" "c") | len }}{{ end }}{{ end }}{{ end }}`,
    'templates/a.yaml': `a: {{ include "ask" (dict "n" 900 "Template" .Template "Values" .Values) | quote }}\n`,
  });
  const render = async (lookup: Lookup): Promise<string | undefined> => {
    const { objects } = await renderChart({
      chart: await loadChart(asking),
      userValues: new Map(),
      release: { name: 'x', namespace: 'y', revision: 1, isInstall: true, isUpgrade: false },
      capabilities: { kubeVersion: 'v1.36.0', apiVersions: ['v1'] },
      lookup,
    });
    return objects[0]?.text;
  };

  test('gets the answer of the cluster', async () => {
    const asked: string[][] = [];
    const text = await render((...query) => {
      asked.push(query);
      return query[1] === 'ConfigMap' ? new Map([['data', new Map([['é', 'ü']])]]) : new Map();
    });
    expect(text).toContain(String.raw`a: "{\"é\":\"ü\"}0"`);
    expect(asked.slice(-2)).toEqual([
      ['v1', 'ConfigMap', 'a', 'b'],
      ['v1', 'Secret', 'a', 'c'],
    ]);
  });

  test('gets its errors', async () => {
    const problem = new PkgError('PKG_CLUSTER_FORBIDDEN', 'no');
    await expect(
      render(() => {
        throw problem;
      }),
    ).rejects.toBe(problem);
  });
});
