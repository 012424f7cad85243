/** Errors about Go templates whose output is not YAML: following the advice gives what it says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOrigins } from '../../../src/chart/origins.ts';
import { NO_SOURCES } from '../../../src/chart/user-values.ts';
import { formatPosition } from '../../../src/errors.ts';
import type { PkgError } from '../../../src/errors.ts';
import { printYaml } from '../../../src/yaml/print.ts';
import { parseYaml } from '../../../src/yaml/read.ts';
import { fromPlain, toPlain } from '../../../src/yaml/value.ts';
import type { JsonObject } from '../../../src/yaml/value.ts';
import { errorIfAny } from '../../support/errors.ts';
import { RUNS, SEED } from '../../support/generation.ts';
import { chartOf, render } from '../support.ts';

/** The error of a chart, undefined where it renders. */
async function failure(templates: Record<string, string>, values: JsonObject): Promise<PkgError | undefined> {
  const files = Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text]));
  const valuesFile = { name: 'values.yaml', data: Buffer.from(printYaml(fromPlain(values))) };
  const chart = { ...chartOf(files, values), valuesFile };
  return await errorIfAny(() => render(chart, { origins: createOrigins(chart, NO_SOURCES, new Map()) }));
}

const at = (error: PkgError | undefined): string => formatPosition(error?.at ?? { file: 'none' });
const HEAD = 'kind: ConfigMap\ndata:\n  k: v\n';

/** Ways in which a value comes into a line, with `QUOTE` where `| quote` may be put. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'as it is': { 'a.yaml': `${HEAD}  a: {{ .Values.w QUOTE }}\n  b: c\n` },
  'in a definition that is indented': {
    '_h.tpl': '{{ define "x" }}\n\n- one\n- {{ .w | trim QUOTE }}\n- two{{ end }}',
    'a.yaml': `${HEAD}  a:{{ include "x" .Values | nindent 6 }}\n  b: c\n`,
  },
  'by a template action': {
    '_h.tpl': '{{ define "x" }}\n{{ with .Values.w }}a: {{ . QUOTE }}{{ end }}\n{{ end }}',
    'a.yaml': `kind: X\n---\nkind: Y\n{{ template "x" . }}b: c\n`,
  },
  'in a loop': { 'a.yaml': `${HEAD}  l:\n{{- range $k, $v := .Values }}\n    - {{ $v QUOTE }}\n{{- end }}\n` },
  'from a variable': {
    '_h.tpl': '{{ define "x" }}{{ printf "%s" .v QUOTE }}{{ end }}',
    'a.yaml': `${HEAD}{{ $w := .Values.w }}  é: {{ include "x" (dict "v" $w) }}\n`,
  },
  'within a text': { 'a.yaml': `${HEAD}  a: b {{ .Values.w QUOTE }} c\n` },
  'between quotes': { 'a.yaml': `${HEAD}  a: "{{ .Values.w }}"\n` },
  'in a flow': { 'a.yaml': `${HEAD}  a: [{{ .Values.w QUOTE }}, b]\n` },
};

const odd = fc.string({ unit: fc.constantFrom(...': #-"\'{}[]&*!|>%@`,?ab1\né'), minLength: 1, maxLength: 8 });

describe.each(Object.entries(SHAPES))('a value that breaks its line: %s', (shape, templates) => {
  const written = (quote: string): Record<string, string> =>
    Object.fromEntries(Object.entries(templates).map(([name, text]) => [name, text.replace('QUOTE', quote)]));

  test('quoting is advised only if it helps, and only existing values are named', async () => {
    let failed = 0;
    let advised = 0;
    await fc.assert(
      fc.asyncProperty(odd, async (w) => {
        const error = await failure(written(''), { w });
        if (error === undefined) return;
        failed++;
        expect(error.code).toBe('PKG_TEMPLATE_YAML');
        const [printed] = error.excerpts;
        expect(printed?.lines[(printed?.line ?? 0) - (printed?.first ?? 0)]).toBeDefined();
        for (const note of error.notes) {
          expect(note).toMatch(
            /^values\.w comes from web\/values\.yaml:1:1$|^in \{\{.*, called at web\/templates\/a\.yaml:\d+:\d+$/s,
          );
        }
        const quoting = error.hints.find((hint) => hint.startsWith('quote it: '));
        if (quoting === undefined) return;
        advised++;
        expect(quoting).toMatch(/ \| quote \}\}$/);
        expect(await failure(written('| quote'), { w })).toBeUndefined();
      }),
      { numRuns: 200 * RUNS, seed: SEED },
    );
    expect(failed).toBeGreaterThan(5);
    if (shape === 'within a text' || shape === 'between quotes') return;
    expect(advised).toBeGreaterThan(failed / 2);
  });
});

test('the lines of the template and of the value are named, also through definitions', async () => {
  const { hints, notes, ...error } = (await failure(
    {
      '_h.tpl': '{{ define "x" }}\n# é\né: {{ .Values.deep.w }}\n{{ end }}',
      'a.yaml': 'a:\n  {{ include "x" . | indent 2 }}\n',
    },
    { deep: { other: 1, w: 'a: b' } },
  )) as PkgError;
  expect(formatPosition(error.at ?? { file: '' })).toBe('web/templates/_h.tpl:3:7');
  expect(notes).toEqual([
    'values.deep.w comes from web/values.yaml:3:3',
    'in {{include "x" . | indent 2}}, called at web/templates/a.yaml:2:6',
  ]);
  expect(hints[0]).toBe('quote it: {{ .Values.deep.w | quote }}');
  const [excerpt] = error.excerpts;
  expect(excerpt).toMatchObject({ title: 'what web/templates/a.yaml prints:', line: 4 });
  expect(excerpt?.lines).toContain('  é: a: b');
});

test('a mistake in the text of the template is found too', async () => {
  const error = await failure({ 'a.yaml': '{{ if true -}}\n\nkind: A\n{{- end }}\na: b\n c: d\n' }, {});
  expect(at(error)).toBe('web/templates/a.yaml:6:3');
});

test('an error at the end of a document is reported at its last line', async () => {
  const error = await failure({ 'a.yaml': 'a: b\n{{ .Values.w }}\n\n' }, { w: 'word' });
  expect(at(error)).toBe('web/templates/a.yaml:2:4');
  expect(error?.excerpts[0]).toMatchObject({ line: 2, column: 4 });
  expect(error?.notes).toEqual(['values.w comes from web/values.yaml:1:1']);
});

test('the error for a Secret shows names, but no values', async () => {
  const values = { pw: 'hunter2: x', other: 'topsecret' };
  const body =
    'metadata:\n  name: x\nstringData:\n  other: {{ .Values.other }}\n  pw: {{ .Values.pw }}\n  lines: |\n    deep';
  for (const kind of ['kind: Secret', '"kind": "Secret"', 'apiVersion: v1\nkind:  Secret # really']) {
    const error = await failure({ 'a.yaml': `${kind}\n${body}` }, values);
    const shown = JSON.stringify([error?.message, error?.notes, error?.hints, error?.excerpts]);
    expect(shown).toContain('other: …');
    expect(shown).toContain('values.pw comes from web/values.yaml:1:1');
    for (const secret of ['hunter2', 'topsecret', 'deep']) expect(shown).not.toContain(secret);
  }
});

test('output that differs between runs does not change the position', async () => {
  const error = await failure({ 'a.yaml': 'a: {{ randAlphaNum 20 }}\nb: {{ .Values.w }}\n' }, { w: 'a: b' });
  expect(at(error)).toBe('web/templates/a.yaml:2:7');
});

describe('a value that occurs elsewhere too', () => {
  const values = { same: 'a: b', w: 'a: b', number: 5, map: { k: 'v', l: ['a'] }, list: ['a: b', { d: 'a: b' }] };
  const called = (inside: string, data: string): Record<string, string> => ({
    '_h.tpl': `{{ define "y" }}z: {{ . }}{{ end }}{{ define "x" }}${inside}{{ end }}`,
    'a.yaml': `{{ include "x" ${data} }}\n`,
  });

  test.each<[string, string, string | undefined]>([
    ['a: {{ .v }}', '(dict "v" .Values.w)', 'w'],
    ['a: {{ $.v | trim }}', '(dict "o" . "v" $.Values.w)', 'w'],
    ['a: {{ .v.w }}', '(dict "v" .Values)', 'w'],
    ['a: {{ .Values.w }}', '.', 'w'],
    ['a: {{ .v.k }}', '(dict "v" (dict "k" .Values.w))', 'w'],
    ['a: {{ index . 1 }}', '(list $ .Values.w)', 'w'],
    ['a: {{ get .v "d" }}', '(dict "v" (index .Values.list 1))', 'list.1.d'],
    ['a: {{ .v }}', '(dict "v" (index .Values "list" 0))', 'list.0'],
    ['{{ with .v }}a: {{ . }}{{ end }}', '(dict "v" .Values.w)', 'w'],
    ['{{ with $v := .v }}{{ if true }}a: {{ $v }}{{ end }}{{ end }}', '(dict "v" .Values.w)', 'w'],
    ['{{ $v := .v | toString }}{{ range .l }}a: {{ $v }}{{ end }}', '(dict "l" (list 1) "v" .Values.w)', 'w'],
    ['{{ $v := .v }}{{ template "y" $v }}', '(dict "v" .Values.w)', 'w'],
    ['{{ include "y" .v }}', '(dict "v" .Values.w)', 'w'],
    ['a: {{ .v }}: {{ 1 }}', '(dict "v" .Values.number)', 'number'],
    ['a: {{ toYaml .v }}', '(dict "v" .Values.map)', 'map'],
    ['a: {{ toYaml .v }}', '(dict "v" (merge (dict) .Values.map))', 'map'],
    ['{{ $v := typeIs "string" .v | ternary .v (toYaml .v) }}a: {{ $v }}', '(dict "v" .Values.w)', 'w'],
    ['a: {{ .v }}', '(dict "v" (.Values.none | default .Values.w))', 'w'],
    ['a: {{ .v }}', '(dict "v" "a: b")', undefined],
    ['a: {{ .v }}', '(dict "v" .Values.w "v" "a: b")', undefined],
    ['{{ $v := .v }}{{ if .v }}{{ $v = .o }}{{ end }}a: {{ $v }}', '(dict "v" .Values.w "o" .Values.same)', undefined],
    ['{{ range .l }}a: {{ . }}{{ end }}', '(dict "l" (list .Values.w))', undefined],
    ['a: {{ .v | default .o }}', '(dict "v" .Values.w "o" .Values.same)', undefined],
  ])('%s called with %s', async (inside, data, path) => {
    const error = await failure(called(inside, data), values);
    const origins = error?.notes.filter((note) => note.includes('comes from')) ?? ['rendered'];
    if (path === undefined) expect(origins).toEqual([]);
    else expect(origins).toEqual([expect.stringContaining(`values.${path} comes from web/values.yaml:`)]);
  });

  // Go prints a map or a list that is put into a text as map[a:b] or [a b], and quotes would only keep that.
  test.each([
    ['{{ .Values.l | default .Values.t }}/x:1', 'l', 'list'],
    ['{{ printf "%s/x:%s" (toString .Values.l) .Values.t }}', 'l', 'list'],
    ['{{ .Values.l }} {{ .Values.t }}', 'l', 'list'],
    ['[{{ .Values.m }}/x', 'm', 'map'],
    ['{{ include "x" (dict "v" .Values.l) }}/y', 'l', 'list'],
  ])('is named if %s prints a map or a list', async (text, path, kind) => {
    const values = { l: [{ a: 1 }, 'b'], m: { a: 'b' }, t: 'text' };
    const error = await failure(
      { '_h.tpl': '{{ define "x" }}{{ .v }}{{ end }}', 'a.yaml': `${HEAD}  a: ${text}\n` },
      values,
    );
    expect(error?.hints[0]).toBe(`.Values.${path} is a ${kind}: give a text, or print it by toYaml`);
    expect(error?.notes).toContainEqual(expect.stringContaining(`values.${path} comes from web/values.yaml:`));
  });

  test('is not blamed for the text of the template', async () => {
    const error = await failure(called('a: {{ .v }}', '(dict "v" "x: y")'), { s: 'x: y' });
    expect(error?.notes).toEqual([expect.stringMatching(/^in /)]);
  });
});

describe('a map or a list that needs lines of its own', () => {
  test.each<[string, string]>([
    ['a: {{ toYaml .Values.map APART }}\n', 'toYaml .Values.map | nindent 2'],
    ['m:\n  - l: {{ toYaml .Values.list APART }}\n  - x\n', 'toYaml .Values.list | nindent 6'],
    ['m:\n  l:\n    {{ toYaml .Values.map APART }}\n  b: c\n', 'toYaml .Values.map | nindent 4'],
    ['m:\n  - {{ toYaml .Values.map APART }}\n    b: c\n', 'toYaml .Values.map | nindent 4'],
    ['m:\n  l: {{ include "x" . APART }}\n  b: c\n', 'include "x" . | nindent 4'],
    ['m:\n{{ include "z" . | indent 4 }}\n', 'toYaml .Values.map | nindent 2'],
  ])('%s', async (text, advised) => {
    const values = { map: { k: 'v', l: ['a', 'b'] }, list: [{ a: 1, b: 2 }, 'c'] };
    const written = (apart: string): Record<string, string> => ({
      '_h.tpl': `{{ define "x" }}q: r\n{{ toYaml .Values.map }}{{ end }}{{ define "z" }}l: {{ toYaml .Values.map ${apart} }}{{ end }}`,
      'a.yaml': `kind: X\n${text.replace('APART', apart)}`,
    });
    const error = await failure(written(''), values);
    expect(error?.hints[0]).toBe(`put it on lines of its own: {{ ${advised} }}`);
    const [, apart] = /(\| nindent .*)$/.exec(advised) ?? [];
    expect(await failure(written(apart ?? ''), values)).toBeUndefined();
  });

  test.each(['a: b', '? x', '- x'])('are not advised for the text %s of a definition', async (text) => {
    const written = (more: string): Record<string, string> => ({
      '_h.tpl': `{{ define "name" }}{{ .Values.name | trunc 63${more} }}{{ end }}`,
      'a.yaml': `${HEAD}  m: {{ include "name" . }}\n  n: 1\n`,
    });
    const error = await failure(written(''), { name: text });
    expect(error?.hints[0]).toBe('quote it: {{ .Values.name | trunc 63 | quote }}');
    expect(await failure(written(' | quote'), { name: text })).toBeUndefined();
  });

  const nested = ['', '  ', '    '].flatMap((margin) => {
    return ['', '  ', '    ', '      '].flatMap((tag) => [undefined, 0, 2, 4, 6, 8].map((by) => ({ margin, tag, by })));
  });
  test.each(['map', 'list'])('put a %s below its key', async (value) => {
    const values = { map: { k: 'v', l: 'w' }, list: [{ a: 1, b: 2 }, 'c'] };
    let advised = 0;
    for (const { margin, tag, by } of nested) {
      const above = ['m:', '  m:', '    m:'].slice(0, margin.length / 2 + 1);
      const written = (action: string): Record<string, string> => ({
        'a.yaml': [...above, `${tag}{{ ${action} }}`, `${margin}z: 1`, ''].join('\n'),
      });
      const printed = `toYaml .Values.${value}`;
      const error = await failure(written(by === undefined ? printed : `${printed} | indent ${by}`), values);
      const [, action] = /^put it on lines of its own: \{\{ (.*) \}\}$/.exec(error?.hints[0] ?? '') ?? [];
      if (action === undefined) continue;
      advised++;
      const chart = chartOf({ 'templates/a.yaml': written(action)['a.yaml'] ?? '' }, values);
      const { objects } = await render(chart);
      const read = toPlain(parseYaml(objects[0]?.text ?? '', '')) as JsonObject;
      const parent = above.slice(1).reduce((map) => map['m'] as JsonObject, read);
      expect([margin, tag, by, parent['m']]).toEqual([margin, tag, by, values[value as 'map' | 'list']]);
    }
    expect(advised).toBeGreaterThan(20);
  });

  test('are not advised if they do not help', async () => {
    const error = await failure({ 'a.yaml': 'a: b\n {{ toYaml .Values.map }}\n' }, { map: { k: 'v' } });
    expect(error?.hints).toEqual([
      'it is indented more than the line before, which has a value already',
      'see all that it prints: pkg template --debug',
    ]);
  });
});

describe('other broken lines', () => {
  const labels = '{{ define "x" }}a: b\nc: d{{ end }}';
  const cases: [name: string, text: string, hint: string, place: string, corrected: string][] = [
    [
      'indent behind a key',
      `${HEAD}  m:\n    {{- include "x" . | indent 4 }}\n`,
      'put it on lines of its own: {{ include "x" . | nindent 4 }}',
      'web/templates/a.yaml:5:9',
      `${HEAD}  m:\n    {{- include "x" . | nindent 4 }}\n`,
    ],
    [
      'a text that is not indented',
      `${HEAD}  m:\n    {{ include "x" . }}\n  n: 1\n`,
      'put it on lines of its own: {{ include "x" . | nindent 4 }}',
      'web/templates/a.yaml:5:8',
      `${HEAD}  m:\n    {{- include "x" . | nindent 4 }}\n  n: 1\n`,
    ],
    [
      'a tab',
      `${HEAD}  {{ .Values.n }}: 1\n\tb: {{ .Values.n }}\n`,
      'indent the line with spaces: YAML has no tabs',
      'web/templates/a.yaml:5:1',
      `${HEAD}  {{ .Values.n }}: 1\n  b: {{ .Values.n }}\n`,
    ],
    [
      'a no-break space',
      `${HEAD}  b: |-\n    x\n\u00a0\u00a0c: {{ .Values.n }}\n  d: 1\n`,
      'indent the line with plain spaces: this is a no-break space',
      'web/templates/a.yaml:6:1',
      `${HEAD}  b: |-\n    x\n  c: {{ .Values.n }}\n  d: 1\n`,
    ],
    [
      'a line break that is removed',
      'kind: ConfigMap\ndata:\n  {{- if true -}}\n  k: v\n  {{- end }}\n  l: m\n',
      '"data:" and "k:" are in one line: "-}}" removes the line break behind it',
      'web/templates/a.yaml:6:4',
      'kind: ConfigMap\ndata:\n  {{- if true }}\n  k: v\n  {{- end }}\n  l: m\n',
    ],
    [
      'a line break that is removed behind a value',
      `${HEAD}  b: v\n  {{- if true -}}\n  c: w\n  {{- end }}\n  l: m\n`,
      'the "-}}" in line 5 of the template removes the line break behind it: write "}}"',
      'web/templates/a.yaml:6:4',
      `${HEAD}  b: v\n  {{- if true }}\n  c: w\n  {{- end }}\n  l: m\n`,
    ],
    [
      'a line that is indented more than the one before',
      `${HEAD}  b: v\n      c: {{ .Values.n }}\n  l: m\n`,
      'it is indented more than the line before, which has a value already',
      'web/templates/a.yaml:5:13',
      `${HEAD}  b: v\n  c: {{ .Values.n }}\n  l: m\n`,
    ],
    [
      'an item that is indented more than its first field',
      `${HEAD}  b: |\n    x\nitems:\n  {{- range list 1 }}\n  - a: {{ . }}\n      b: {{ . }}\n  {{- end }}\n`,
      'it is indented more than the line before, which has a value already',
      'web/templates/a.yaml:9:13',
      `${HEAD}  b: |\n    x\nitems:\n  {{- range list 1 }}\n  - a: {{ . }}\n    b: {{ . }}\n  {{- end }}\n`,
    ],
    [
      'a brace that is missing',
      `${HEAD}  b: { .Values.n }}\n`,
      'an action has two braces on both sides: {{ … }}',
      'web/templates/a.yaml:4:19',
      `${HEAD}  b: {{ .Values.n }}\n`,
    ],
    [
      'tags of another language',
      `${HEAD}{% if x %}\n  b: 1\n{% endif %}\n`,
      '{% … %} is not of Go templates: a block is {{ if … }} … {{ end }}',
      'web/templates/a.yaml:4:2',
      `${HEAD}{{ if 1 }}\n  b: 1\n{{ end }}\n`,
    ],
    [
      'a verb of whole numbers',
      `${HEAD}  b: {{ printf "%d" .Values.n }}\n`,
      '%d prints whole numbers, and a number of the values is a float: give printf the value as (int …)',
      'web/templates/a.yaml:4:9',
      `${HEAD}  b: {{ printf "%d" (int .Values.n) }}\n`,
    ],
  ];
  test.each(cases)('%s', async (_, text, hint, place, corrected) => {
    const error = await failure({ 'a.yaml': text, '_h.tpl': labels }, { n: 1 });
    expect(error?.hints[0]).toBe(hint);
    expect(at(error)).toBe(place);
    expect(error?.notes.filter((note) => note.startsWith('in '))).toEqual([]);
    expect(await failure({ 'a.yaml': corrected, '_h.tpl': labels }, { n: 1 })).toBeUndefined();
  });

  test('a tab in a block scalar is not blamed for another error', async () => {
    const error = await failure({ 'a.yaml': `${HEAD}  b: |\n    y\n    \tx\n  c: d: e\n` }, {});
    expect(error?.hints.join()).not.toMatch(/tab/);
  });
});
