/** Charts of Go templates that nobody wrote, as people write them: blocks on lines of their own, cut either way. */
import fc from 'fast-check';

/** A chart's values, values to try it with, and its template. */
export type GoChart = { values: Record<string, unknown>; others: readonly Record<string, unknown>[]; template: string };

/** Definitions that the templates include. */
export const HELPERS = `{{- define "c.name" -}}
{{- if .Values.name }}
{{- .Values.name | trunc 20 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name .Chart.Name }}
{{- end }}
{{- end }}

{{- define "c.labels" -}}
name: {{ include "c.name" . }}
{{- if .Values.flag }}
flagged: {{ .Values.flag | quote }}
{{- end }}
{{- with .Values.map }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "c.item" -}}
item-{{ .value }}-{{ .context.Release.Name }}
{{- end }}
`;

const word = fc.constantFrom('alpha', 'beta', 'a-b', 'x.y', 'Some words');

const values = fc.record({
  flag: fc.boolean(),
  other: fc.boolean(),
  count: fc.integer({ min: 1, max: 50 }),
  name: fc.oneof(fc.constant(''), word),
  note: word,
  list: fc.array(word, { maxLength: 3 }),
  map: fc.dictionary(fc.constantFrom('k1', 'k2', 'k3'), word, { maxKeys: 2 }),
  items: fc.array(fc.record({ name: word, size: fc.integer({ min: 1, max: 9 }) }), { maxLength: 2 }),
  nested: fc.record({ on: fc.boolean(), text: word, deep: fc.dictionary(word, fc.integer({ min: 1, max: 5 })) }),
});

const text = fc.constantFrom('.Values.note', '.Values.nested.text', '.Release.Name', '.Chart.Version');
const test = fc.constantFrom(
  '.Values.flag',
  'not .Values.other',
  'and .Values.flag .Values.nested.on',
  'eq .Values.note "alpha"',
  'gt (int .Values.count) 7',
  '.Values.list',
  '.Values.name',
);
const structure = fc.constantFrom('.Values.map', '.Values.list', '.Values.items', '.Values.nested');

/** A value of one line. */
const scalar: fc.Arbitrary<string> = fc.oneof(
  text.map((value) => `{{ ${value} }}`),
  text.map((value) => `{{ ${value} | quote }}`),
  text.map((value) => `"{{ ${value} }}-x"`),
  fc.tuple(text, text).map(([a, b]) => `{{ ${a} }}/{{ ${b} }}`),
  fc.constantFrom(
    '{{ .Values.count }}',
    '{{ add .Values.count 2 }}',
    '{{ .Values.name | default "none" }}',
    '{{ .Values.flag }}',
    '{{ include "c.name" . }}',
    '{{ .Values.note | upper | quote }}',
    '{{ ternary "yes-x" "no-x" .Values.flag }}',
    '{{ if .Values.flag }}one{{ else }}two{{ end }}',
    '{{ include "c.item" (dict "value" .Values.note "context" .) }}',
    '{{ .Values.missing | default 7 }}',
    'plain',
  ),
);

/** Lines, without their indentation; each key is there once, whatever the values are. */
type Lines = readonly { readonly indent: number; readonly text: string }[];

const { entries } = fc.letrec<{ entries: Lines[]; entry: Lines }>((tie) => ({
  entries: fc.array(tie('entry'), { minLength: 1, maxLength: 3 }),
  entry: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar.map((value) => [{ indent: 0, text: `KEY: ${value}` }]),
    structure.map((value) => [
      { indent: 0, text: 'KEY:' },
      { indent: 2, text: `{{- toYaml ${value} | nindent INDENT }}` },
    ]),
    fc.constant([
      { indent: 0, text: 'KEY:' },
      { indent: 2, text: '{{- include "c.labels" . | nindent INDENT }}' },
      { indent: 2, text: 'beside: x' },
    ]),
    fc.constant([
      { indent: 0, text: 'KEY:' },
      { indent: 2, text: '- first' },
      { indent: 2, text: '{{- range .Values.list }}' },
      { indent: 2, text: '- {{ . | quote }}' },
      { indent: 2, text: '{{- end }}' },
    ]),
    fc.constant([
      { indent: 0, text: 'KEY:' },
      { indent: 2, text: 'first: x' },
      { indent: 2, text: '{{- range $key, $value := .Values.map }}' },
      { indent: 2, text: '{{ $key }}: {{ $value | quote }}' },
      { indent: 2, text: '{{- end }}' },
    ]),
    fc.constant([
      { indent: 0, text: 'KEY:' },
      { indent: 2, text: '{{- range .Values.items }}' },
      { indent: 2, text: '- name: {{ .name }}' },
      { indent: 2, text: '  size: {{ .size }}' },
      { indent: 2, text: '  of: {{ include "c.name" $ }}' },
      { indent: 2, text: '{{- else }}' },
      { indent: 2, text: '- none' },
      { indent: 2, text: '{{- end }}' },
    ]),
    fc.tuple(text, test).map(([value, condition]) => [
      { indent: 0, text: 'KEY: |' },
      { indent: 2, text: `a = {{ ${value} }}` },
      { indent: 2, text: `{{- if ${condition} }}` },
      { indent: 2, text: 'more' },
      { indent: 2, text: '{{- end }}' },
      { indent: 2, text: 'end' },
    ]),
    fc
      .tuple(test, tie('entries'), tie('entries'), fc.boolean())
      .map(([condition, then, otherwise, hasElse]) => [
        { indent: 0, text: `{{- if ${condition} }}` },
        ...then.flat(),
        ...(hasElse ? [{ indent: 0, text: '{{- else }}' }, ...otherwise.flat()] : []),
        { indent: 0, text: '{{- end }}' },
      ]),
    fc
      .tuple(test, tie('entries'))
      .map(([condition, then]) => [
        { indent: 0, text: `{{ if ${condition} -}}` },
        ...then.flat(),
        { indent: 0, text: '{{ end -}}' },
      ]),
    fc
      .tuple(tie('entries'))
      .map(([inside]) => [
        { indent: 0, text: 'KEY:' },
        { indent: 2, text: 'beside: x' },
        ...inside.flat().map((line) => ({ ...line, indent: line.indent + 2 })),
      ]),
    structure.map((value) => [
      { indent: 0, text: `{{- with ${value} }}` },
      { indent: 0, text: 'KEY:' },
      { indent: 2, text: '{{- toYaml . | nindent INDENT }}' },
      { indent: 0, text: '{{- end }}' },
    ]),
  ),
})) as unknown as { entries: fc.Arbitrary<Lines[]> };

/** Charts. */
export const goCharts: fc.Arbitrary<GoChart> = fc
  .tuple(values, fc.array(values, { minLength: 3, maxLength: 3 }), entries)
  .map(([own, others, body]) => {
    let count = 0;
    const lines = body.flat().map(({ indent, text: line }) => {
      const width = indent + 2;
      // What cuts the space behind it stands at the beginning of its line, and so does what follows.
      return `${' '.repeat(width)}${line.replace('KEY', () => `key${count++}`).replace('INDENT', String(width))}`;
    });
    return {
      values: own,
      others,
      template: `apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: {{ include "c.name" . | lower | replace " " "-" }}\nspec:\n  first: x\n${lines.join('\n')}\n`,
    };
  });
