/** What is said of Go templates that print no YAML: held against what comes of doing what it says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOrigins } from '../../../src/chart/origins.ts';
import { PkgError, formatPosition } from '../../../src/errors.ts';
import { printYaml } from '../../../src/yaml/print.ts';
import { fromPlain } from '../../../src/yaml/value.ts';
import type { JsonObject } from '../../../src/yaml/value.ts';
import { RUNS, SEED } from '../../support/generation.ts';
import { chartOf, render } from '../support.ts';

const NO_SOURCES = { valueFiles: [], setJson: [], set: [], setString: [], setFile: [], setLiteral: [] };

/** The error of a chart, undefined where it renders. */
async function failure(templates: Record<string, string>, values: JsonObject): Promise<PkgError | undefined> {
  const files = Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}`, text]));
  const valuesFile = { name: 'values.yaml', data: Buffer.from(printYaml(fromPlain(values))) };
  const chart = { ...chartOf(files, values), valuesFile };
  try {
    await render(chart, { origins: createOrigins(chart, NO_SOURCES, new Map()) });
    return undefined;
  } catch (error) {
    if (error instanceof PkgError) return error;
    throw error;
  }
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

describe.each(Object.entries(SHAPES))('a value that breaks the line that it is in: %s', (shape, templates) => {
  const written = (quote: string): Record<string, string> =>
    Object.fromEntries(Object.entries(templates).map(([name, text]) => [name, text.replace('QUOTE', quote)]));

  test('quoting is advised only where it helps, and nothing is named that is not there', async () => {
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

test('the line of the template and that of the value are named, through definitions', async () => {
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

test('text of the template itself is found too', async () => {
  const error = await failure({ 'a.yaml': '{{ if true -}}\n\nkind: A\n{{- end }}\na: b\n c: d\n' }, {});
  expect(at(error)).toBe('web/templates/a.yaml:6:3');
});

test('what is found at the end of a document is about its last line', async () => {
  const error = await failure({ 'a.yaml': 'a: b\n{{ .Values.w }}\n\n' }, { w: 'word' });
  expect(at(error)).toBe('web/templates/a.yaml:2:4');
  expect(error?.excerpts[0]).toMatchObject({ line: 2, column: 4 });
  expect(error?.notes).toEqual(['values.w comes from web/values.yaml:1:1']);
});

test('of a Secret no value is shown, but its names', async () => {
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

test('what differs from run to run does not lead to another place', async () => {
  const error = await failure({ 'a.yaml': 'a: {{ randAlphaNum 20 }}\nb: {{ .Values.w }}\n' }, { w: 'a: b' });
  expect(at(error)).toBe('web/templates/a.yaml:2:7');
});
