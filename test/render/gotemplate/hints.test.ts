/** Hints at errors of Go templates: given where they are true, and only there. */
import { describe, expect, test } from 'vitest';
import { PkgError } from '../../../src/errors.ts';
import type { JsonObject } from '../../../src/yaml/value.ts';
import { writeChart } from '../../chart/support.ts';
import { helm } from '../../support/helm.ts';
import { chartOf, render } from '../support.ts';

async function failure(text: string, values: JsonObject = {}, helpers = ''): Promise<PkgError> {
  const error = await render(chartOf({ 'templates/a.yaml': text, 'templates/_h.tpl': helpers }, values)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PkgError)) throw new Error('it rendered, or failed in another way', { cause: error });
  return error;
}

const VALUES = { env: { A: 'x' }, list: ['a'], map: { deep: { y: 1 } }, text: 't', 'a-b': { 'c-d': 1 } };
const ROOT = 'since $ is the root';

describe('the hint', () => {
  const cases: [name: string, text: string, hints: (string | RegExp)[], helpers?: string][] = [
    [
      '. in with',
      '{{ with .Values.map }}{{ .Release.Name }}{{ end }}',
      [`"." is .Values.map here, inside of "with" or "range": write $.Release.Name, ${ROOT}`],
    ],
    [
      '. in range',
      '{{ range .Values.env }}{{ .Values.text }}{{ end }}',
      [`"." is .Values.env.A here, inside of "with" or "range": write $.Values.text, ${ROOT}`],
    ],
    [
      '. that is no value',
      '{{ range list 1 }}{{ .Chart.Name }}{{ end }}',
      [`"." is a value of type int here, inside of "with" or "range": write $.Chart.Name, ${ROOT}`],
    ],
    [
      '. in with of the values',
      '{{ with .Values }}{{ .Values.text }}{{ end }}',
      [`"." is .Values here, inside of "with" or "range": write $.Values.text, ${ROOT}`],
    ],
    [
      '. of a template that got something else',
      '{{ include "x" .Values.map }}',
      [
        /^"." is \.Values\.map here, and so is \$, since the template was called with it: .*write \.root\.Release\.Name$/,
      ],
      '{{ define "x" }}{{ .Release.Name }}{{ end }}',
    ],
    [
      '. of a template action in a loop',
      '{{ range .Values.list }}{{ template "x" . }}{{ end }}',
      [/^"." is \.Values\.list\.0 here, and so is \$, since the template was called with it/],
      '{{ define "x" }}{{ .Release.Name }}{{ end }}',
    ],
    [
      'a name that is not of the root',
      '{{ with .Values.map }}{{ .nope.x }}{{ end }}',
      ['set map.nope to a map, or ask for it with "with" or "dig"'],
    ],
    [
      '. of a text that got a part of the root',
      '{{ tpl "{{ .Release.Name }}" (dict "Values" .Values) }}',
      [/^"\." is another map here, and so is \$, since the template was called with it/],
    ],
    ['a name that is nearly there', '{{ .Values.mpa.deep }}', ['did you mean .Values.map?']],
    ['a name of the release that is nearly there', '{{ $.Release.Nme.x }}', ['did you mean $.Release.Name?']],
    ['a field that the release does not have', '{{ .Release.nope.x }}', []],
    ['a name with -', '{{ .Values.a-b }}', ['a name with "-" is asked for by index: index .Values "a-b"']],
    [
      'names with -',
      '{{ $.Values.a-b.c-d | quote }}',
      ['a name with "-" is asked for by index: index $.Values "a-b" "c-d"'],
    ],
    [
      'a name with - in a text of tpl',
      '{{ tpl "{{ .Values.a-b }}" . }}',
      ['a name with "-" is asked for by index: index .Values "a-b"'],
    ],
    ['another character', '{{ .Values.a%b }}', []],
    [
      'an if without an end',
      'a: b\n{{ if true }}\n{{ if false }}\n{{ end }}\n',
      ['{{ if true }} in line 2 has no {{end}}'],
    ],
    ['an else if without an end', '{{ if true }}\n{{ else if false }}\n', ['{{ if true }} in line 1 has no {{end}}']],
    [
      'an end that another block takes',
      '{{ if true }}\n  {{- range list 1 }}\n{{ end }}\n',
      [
        '{{ if true }} in line 1 has no {{end}}',
        'the {{end}} in line 3 ends the {{- range list 1 }} in line 2, which has another indentation',
      ],
    ],
    ['a definition in a block', '{{ if true }}\n{{ define "x" }}{{ end }}', ['{{ if true }} in line 1 has no {{end}}']],
    [
      'words in comments and texts',
      '{{/* {{ if */}}{{ "{{ if }}" }}{{ with 1 }}',
      ['{{ with 1 }} in line 1 has no {{end}}'],
    ],
  ];
  test.each(cases)('%s', async (_, text, hints, helpers) => {
    const error = await failure(text, VALUES, helpers);
    expect(error.hints).toEqual(hints.map((hint) => (typeof hint === 'string' ? hint : expect.stringMatching(hint))));
  });

  test('what index is said to reach is there', async () => {
    const text = 'a: {{ index .Values "a-b" "c-d" }}';
    const { objects } = await render(chartOf({ 'templates/a.yaml': text }, VALUES));
    expect(objects[0]?.text).toBe('a: 1');
  });

  test('a key that YAML reads as a boolean, only where one is there', async () => {
    const said = 'there is a key true beside it, which is what YAML reads in a plain on: write it as "on":';
    expect((await failure('{{ .Values.on.tag }}', { true: { tag: 1 } })).hints).toEqual([said]);
    expect((await failure('{{ .Values.off.tag }}', { true: { tag: 1 } })).hints).not.toContain(said);
    expect((await failure('{{ .Values.on.tag }}', { yes: { tag: 1 } })).hints).not.toContain(said);
  });
});

/** To Go what a loop gives is of the type of the list, and what a pipeline gives is of its own. */
describe('the type of a value that has no such field is the one that helm names', () => {
  const containers = [
    '.Values.list',
    '.Values.env',
    '(list "a")',
    '(dict "a" "b")',
    '(splitList "," "a")',
    '(until 2)',
    '(index .Values.deep 0)',
    '(keys .Values.env)',
    '(toStrings .Values.list)',
  ];
  const bodies = [
    '{{ .x }}',
    '{{ .x | quote }}',
    '{{ if true }}{{ .x }}{{ end }}',
    '{{ if .x }}{{ end }}',
    '{{ with . }}{{ .x }}{{ end }}',
    '{{ $y := . }}{{ $y.x }}',
    '{{ print (.x) }}',
    '{{ range (list 1) }}{{ .x }}{{ end }}',
    '{{ with false }}{{ else }}{{ .x }}{{ end }}',
    '{{ template "t" . }}',
    '{{ include "t" . }}',
    '{{ .x.y }}',
    '{{ .x "y" }}',
  ];
  const templates = containers.flatMap((container) => [
    ...bodies.map((body) => `{{ range ${container} }}${body}{{ end }}`),
    `{{ range $i, $v := ${container} }}{{ $v.x }}{{ end }}`,
    `{{ range $i, $v := ${container} }}{{ with 1 }}{{ $v.x }}{{ end }}{{ end }}`,
    `{{ range $i, $v := ${container} }}{{ $i.x }}{{ end }}`,
    `{{ $w := "" }}{{ range ${container} }}{{ $w = . }}{{ end }}{{ $w.x }}`,
  ]);
  const values = { ...VALUES, deep: [['a', 1]] };

  test.each(containers)('in a loop over %s', async (container) => {
    const own = templates.filter((template) => template.includes(container));
    for (const template of own) {
      const error = await failure(template, values, '{{ define "t" }}{{ .x }}{{ end }}');
      const chart = writeChart({
        'values.yaml': JSON.stringify(values),
        'templates/_h.tpl': '{{ define "t" }}{{ .x }}{{ end }}',
        'templates/a.yaml': template,
      });
      const { stderr } = helm(['template', chart]);
      const [theirs] = /can't evaluate field .*? in type \S.*$/m.exec(stderr) ?? [stderr];
      expect([template, error.message]).toEqual([template, theirs.trim()]);
    }
  });
});
