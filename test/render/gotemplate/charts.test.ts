/** Charts of Go templates: errors, limits, and charts with both kinds of templates. */
import { describe, expect, test } from 'vitest';
import type { PkgError } from '../../../src/errors.ts';
import type { Chart } from '../../../src/chart/chart.ts';
import type { ChartInput } from '../../../src/render/render-chart.ts';
import { toPlain } from '../../../src/yaml/value.ts';
import { errorOf } from '../../support/errors.ts';
import { chartOf, configMap, render } from '../support.ts';

async function failure(chart: Chart, options: Partial<ChartInput> = {}): Promise<PkgError> {
  return await errorOf(() => render(chart, options));
}

const HELPERS = `{{- define "x.labels" -}}
app: {{ .Chart.Name }}
{{- with .Values.team }}
team: {{ . | quote }}
{{- end }}
{{- end }}
{{- define "x.only" }}[{{ . }}]{{ end }}`;

describe('errors', () => {
  const cases: [
    name: string,
    template: string,
    expected: Partial<Record<'message' | 'hint' | 'note', RegExp>>,
    line: number,
  ][] = [
    [
      'a value that is nil',
      'a:\n  b: {{ .Values.image.tag.x }}',
      { message: /nil pointer evaluating interface \{\}\.x/, hint: /image\.tag/ },
      2,
    ],
    [
      'a template that is not there',
      'a: {{ include "x.lables" . }}',
      { message: /no template "x.lables"/, hint: /did you mean "x.labels"/ },
      1,
    ],
    [
      'an action on such a template',
      'a: {{ template "x.lables" . }}',
      { message: /"x.lables" not defined/, hint: /x.labels/ },
      1,
    ],
    [
      'a function that is not there',
      'a: {{ toYml . }}',
      { message: /function "toYml" not defined/, hint: /toYaml/ },
      1,
    ],
    ['what the chart refuses', '\n\n{{ fail "no way" }}', { message: /^no way$/ }, 3],
    [
      'a fault below an include',
      '{{ define "y" }}{{ .Values.image.tag.x }}{{ end }}\n{{ include "y" . }}',
      { note: /in include "y" \., called at .*:2:4/ },
      1,
    ],
    ['a fault in a text of tpl', '{{ tpl "{{ .Values.nope.x }}" . }}', { note: /a text of tpl/ }, 1],
    ['wrong types', '{{ add "a" (list) | upper }}', { message: /wrong type/ }, 1],
  ];
  test.each(cases)('%s', async (_, template, expected, line) => {
    const error: PkgError = await failure(
      chartOf({ 'templates/_h.tpl': HELPERS, 'templates/a.yaml': template }, { image: { name: 'n' } }),
    );
    expect(error.at?.line).toBe(line);
    if (expected.message !== undefined) expect(error.message).toMatch(expected.message);
    if (expected.hint !== undefined) expect(error.hints.join('\n')).toMatch(expected.hint);
    if (expected.note !== undefined) expect(error.notes.join('\n')).toMatch(expected.note);
  });

  test('all templates that cannot be parsed are reported together', async () => {
    const error = await failure(chartOf({ 'templates/a.yaml': '{{ if }}', 'templates/b.yaml': '{{ nope }}' }));
    expect(error.errors.map(({ code }) => code)).toEqual(['PKG_TEMPLATE_SYNTAX', 'PKG_TEMPLATE_SYNTAX']);
  });

  test('text that is not YAML is reported with its line', async () => {
    const error = await failure(chartOf({ 'templates/a.yaml': 'a: b\n c: d\n' }));
    expect(error.code).toBe('PKG_TEMPLATE_YAML');
    expect(error.message).toMatch(/line 2/);
  });
});

describe('limits', () => {
  test.each([
    ['an include of itself', '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}', 'PKG_TEMPLATE_LIMIT'],
    ['a template of itself', '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}', 'PKG_TEMPLATE_LIMIT'],
    ['a text of tpl that runs itself', '{{ tpl .Values.loop . }}', 'PKG_TEMPLATE_LIMIT'],
    [
      'loops in loops',
      '{{ range 100000 }}{{ range 100000 }}{{ if . }}{{ end }}{{ end }}{{ end }}',
      'PKG_TEMPLATE_LIMIT',
    ],
    [
      'a text that doubles',
      '{{ $x := "0123456789" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}{{ $x }}',
      'PKG_TEMPLATE_LIMIT',
    ],
    ['a list without end', '{{ until 2000000000 | len }}', 'PKG_TEMPLATE_LIMIT'],
    ['spaces without end', '{{ repeat 2000000000 "x" | len }}', 'PKG_TEMPLATE_LIMIT'],
  ])(
    '%s ends with an error',
    async (_, template, code) => {
      const chart = chartOf({ 'templates/a.yaml': template }, { loop: '{{ tpl .Values.loop . }}' });
      const error = await failure(chart, { limits: { steps: 1_000_000 } });
      expect(error.code).toBe(code);
    },
    120_000,
  );
});

describe('both kinds of templates in one chart', () => {
  test('native templates include definitions as structure and as text', async () => {
    const chart = chartOf(
      {
        'templates/_h.tpl': HELPERS,
        'templates/go.yaml':
          'kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\n  labels:\n    {{- include "x.labels" . | nindent 4 }}\n',
        'templates/native.yaml.hbs': [
          'apiVersion: v1',
          'kind: ConfigMap',
          'metadata:',
          '  name: b',
          '  labels:',
          '    {{> "x.labels"}}',
          'data:',
          '  text: {{include "x.labels"}}',
          '  only: {{include "x.only" values.team}}',
          '',
        ].join('\n'),
      },
      { team: 'yes: # we' },
    );
    const { objects } = await render(chart);
    const [a, b] = objects.map(({ object }) => object && toPlain(object));
    expect(b?.['metadata']).toEqual({ ...(a?.['metadata'] as object), name: 'b' });
    expect(b?.['data']).toEqual({ text: 'app: web\nteam: "yes: # we"', only: '[yes: # we]' });
  });

  test('an included definition gets the name of the native template', async () => {
    const chart = chartOf({
      'templates/_h.tpl': '{{ define "x.name" }}{{ .Template.Name }} in {{ .Template.BasePath }}{{ end }}',
      'templates/go.yaml': 'kind: ConfigMap\nmetadata: {name: {{ include "x.name" . | quote }}}\n',
      'templates/one.yaml.hbs': configMap('a: {{include "x.name"}}'),
      'templates/two.yaml.hbs': configMap('a: {{include "x.name"}}'),
    });
    const { objects } = await render(chart);
    const printed = objects.map(({ object }) => JSON.stringify(object && toPlain(object)));
    for (const name of ['go.yaml', 'one.yaml.hbs', 'two.yaml.hbs']) {
      expect(printed.filter((text) => text.includes(`web/templates/${name} in web/templates`))).toHaveLength(1);
    }
  });

  test('a name that neither kind has is an error', async () => {
    const error = await failure(
      chartOf({ 'templates/_h.tpl': HELPERS, 'templates/n.yaml.hbs': configMap('a: {{include "x.lables"}}') }),
    );
    expect(error.code).toBe('PKG_TEMPLATE_NAME_MISSING');
    expect(error.hints.join('\n')).toContain('x.labels');
  });

  test('integers of --set are int64 to Go templates, and plain numbers to native ones', async () => {
    const chart = chartOf({
      'templates/a.yaml':
        'kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\n  annotations:\n    n: {{ printf "%T %v" .Values.n .Values.n }}\n',
      'templates/b.yaml.hbs': configMap('number: "{{add values.n 1}}"'),
    });
    const { objects } = await render(chart, { userValues: new Map([['n', 3n]]) });
    expect(objects.map(({ text }) => text).join('\n')).toMatch(/n: int64 3[^]*number: "4"/);
  });
});
