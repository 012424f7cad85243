/** Errors about the syntax of other languages suggest the native expression, which then works. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PkgError, formatPosition } from '../../src/errors.ts';
import { isMap } from '../../src/yaml/value.ts';
import { chartOf, configMap, render } from './support.ts';
import { RUNS } from '../support/generation.ts';

const VALUES = {
  a: 'Abc',
  b: 'b-c',
  n: 5,
  yes: true,
  no: false,
  list: ['p', 'q'],
  map: { k: 'v' },
  maps: [{ port: 1 }],
};
const PARTIALS = {
  'templates/_labels.hbs': 'app: {{release.name}}\n',
  'templates/_fullname.hbs': 'x-{{release.name}}\n',
};

async function dataOf(name: string, template: string): Promise<unknown> {
  const files = name.endsWith('.hbs') ? { ...PARTIALS, [name]: template } : { [name]: template };
  const { objects } = await render(chartOf(files, VALUES));
  const data = objects[0]?.object?.get('data') ?? null;
  return isMap(data) ? data.get('x') : undefined;
}

/** What is said of a native template: place, message and hint of each error. */
async function complaints(template: string): Promise<{ at: string; message: string; hint: string }[]> {
  try {
    await dataOf('templates/x.yaml.hbs', template);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return (error.errors.length > 0 ? error.errors : [error]).map(({ at, message, hints }) => ({
      at: formatPosition(at ?? { file: '' }).replace('web/templates/x.yaml.hbs:', ''),
      message,
      hint: hints[0] ?? '',
    }));
  }
  return [];
}

type Parts = { text: string; truth: string };

/** Expressions of Go templates, each fit to be an argument. */
const expressions = fc.letrec<Parts>((tie) => ({
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      '.Values.a',
      '$.Values.b',
      '.Release.Name',
      '.Chart.Name',
      '"lit"',
      '(index .Values.list 1)',
      '.Template.BasePath',
    ),
    fc
      .tuple(fc.constantFrom('upper', 'lower', 'trunc 2', 'default "d"', 'printf "<%s>"'), tie('text'))
      .map(([f, x]) => `(${f} ${x})`),
    fc
      .tuple(tie('text'), fc.constantFrom('upper', 'trunc 3', 'default "d"', 'trimSuffix "c"', 'replace "b" "z"'))
      .map(([x, f]) => `(${x} | ${f})`),
    fc.tuple(tie('text'), tie('text')).map(([x, y]) => `(printf "%s-%s" ${x} ${y})`),
    fc.tuple(tie('text'), tie('text'), tie('truth')).map(([x, y, c]) => `(ternary ${x} ${y} ${c})`),
  ),
  truth: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('.Values.yes', '.Values.no', '(.Capabilities.APIVersions.Has "batch/v1")', '.Release.IsInstall'),
    fc.tuple(fc.constantFrom('eq', 'ne'), tie('text'), tie('text')).map(([f, x, y]) => `(${f} ${x} ${y})`),
    tie('truth').map((x) => `(not ${x})`),
  ),
}));

test("the suggested native expression gives the same as Go's", async () => {
  await fc.assert(
    fc.asyncProperty(expressions.text, async (expression) => {
      const bare = expression.replace(/^\(([^]*)\)$/, '$1');
      fc.pre(/[.$|]/.test(bare.replaceAll(/"[^"]*"/g, '')));
      const wanted = await dataOf('templates/x.yaml', configMap(`x: {{ ${bare} | quote }}`));
      const [complaint, ...more] = await complaints(configMap(`x: "{{ ${bare} }}"`));
      expect(more).toEqual([]);
      const native = /^write (\{\{[^]*\}\})/.exec(complaint?.hint ?? '')?.[1] ?? '';
      expect(await dataOf('templates/x.yaml.hbs', configMap(`x: "${native}"`)), `${bare} as ${native}`).toBe(wanted);
    }),
    { numRuns: 200 * RUNS },
  );
});

test('the suggested condition decides like the one of Go, or with operators', async () => {
  const operators: readonly (readonly [string, string])[] = [
    ['.Values.a == "Abc"', 'eq .Values.a "Abc"'],
    ['values.n > 3 && !values.no', 'and (gt .Values.n 3.0) (not .Values.no)'],
    ['values.n <= 3 || values.yes', 'or (le .Values.n 3.0) .Values.yes'],
    ['(values.a != "x") && (values.b == "b-c")', 'and (ne .Values.a "x") (eq .Values.b "b-c")'],
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        expressions.truth.map((x) => [x.replace(/^\(([^]*)\)$/, '$1'), undefined] as const),
        fc.constantFrom(...operators),
      ),
      async ([written, go]) => {
        const body = (open: string): string => configMap(`${open}\nx: "1"\n{{else}}\nx: "2"\n{{/if}}`);
        const wanted = await dataOf(
          'templates/x.yaml',
          configMap(`{{ if ${go ?? written} }}\nx: "1"\n{{ else }}\nx: "2"\n{{ end }}`),
        );
        const [complaint] = await complaints(body(`{{#if ${written}}}`));
        const native = /^write (\{\{#if [^]*\}\})/.exec(complaint?.hint ?? '')?.[1] ?? '';
        expect(await dataOf('templates/x.yaml.hbs', body(native)), `${written} as ${native}`).toBe(wanted);
      },
    ),
    { numRuns: 80 * RUNS },
  );
});

test.each([
  ['x: {{- values.a }}', 'write {{values.a}}'],
  ['{{/* note */}}', 'write {{!-- note --}} for a comment'],
  ['{{if values.a}}\n{{end}}', 'write {{#if values.a}} … {{/if}}'],
  ['{{if values.a}}\n{{end}}', 'a block is closed by its name: {{/if}}', 1],
  ['{{#if eq values.a "A"}}\n{{/if}}', 'write {{#if (eq values.a "A")}}'],
  ['{{#unless values.a == "A"}}\n{{/unless}}', 'write {{#unless (eq values.a "A")}}'],
  ['{{#if values.a}}\n{{else if values.n < 3}}\n{{/if}}', 'write {{else if (lt values.n 3)}}'],
  ['{{#if values.a}}\n{{elseif values.b}}\n{{/if}}', 'write {{else if values.b}}'],
  ['{{range .Values.list}}\n{{end}}', 'write {{#each values.list}} … {{/each}}'],
  ['{{- range $i, $x := .Values.list }}\n{{end}}', 'write {{#each values.list as |x i|}} … {{/each}}'],
  ['{{#for x in values.list}}\n{{/for}}', 'write {{#each values.list as |x|}} … {{/each}}'],
  ['{{with $x := .Values.map}}\n{{end}}', 'write {{#with values.map as |x|}} … {{/with}}'],
  ['{{$x := .Values.a}}', 'give the value a name where it is used: {{#with values.a as |x|}} … {{/with}}'],
  ['x: {{values.a | quote}}', 'write {{values.a}}: a text stays a text without quotes'],
  [
    'x: {{toYaml .Values.map | nindent 4}}',
    'write {{values.map}} behind its key: maps and lists are put in at the right depth',
  ],
  ['x: {{include "labels" . | nindent 4}}', 'write {{> labels}} on a line of its own, or behind the key'],
  ['{{template "labels" .}}', 'write {{> labels}}'],
  [
    '{{define "y"}}\n{{end}}',
    'write {{#*inline "y"}} … {{/inline}} in a file such as templates/_names.hbs, or a file templates/_y.hbs',
  ],
  ['x: {{ upper("a") }}', 'write {{upper "a"}}'],
  ['x: {{ values.list[0] }}', 'write {{values.list.[0]}}'],
  ['x: {{ values.map["k"] }}', 'write {{values.map.k}}'],
  ['x: {{ values.a ?? "x" }}', 'write {{default "x" values.a}}'],
  ['x: {{ values.yes ? "x" : "y" }}', 'write {{ternary "x" "y" values.yes}}'],
  ['x: {{ values.a + "-x" }}', 'write {{print values.a "-x"}}'],
  [
    'x: {{ (.Files.Glob "c/*").AsConfig | nindent 2 }}',
    'write {{files.asConfig "c/*"}} behind its key: maps and lists are put in at the right depth',
  ],
  ['x: {{ .Capabilities.KubeVersion.Minor }}', 'write {{get (semver capabilities.kubeVersion) "Minor"}}'],
  ['x: {{ Values.a }}', 'write {{values.a}}'],
  [
    'a: "1"\n{{values.map}}\nb: "2"',
    '{{spread x}} adds the keys of a map, - {{spread x}} the items of a list, - {{x}} one item',
  ],
  [
    'l:\n  - a\n  {{spread values.list}}',
    '{{spread x}} adds the keys of a map, - {{spread x}} the items of a list, - {{x}} one item',
  ],
  ['l:\n  {{spread values.list}}', 'write - {{spread x}} to add the items of a list'],
  [
    'x: {{values.map.app.kubernetes.io/name}}',
    'put a name with points or slashes in brackets: values.map.[app.kubernetes.io/name]',
  ],
  [
    '{{#each values.maps}}\n{{#each values.list}}\nx: {{../values.a}}\n{{/each}}\n{{/each}}',
    'values means the same at every depth: write values.a',
  ],
  ['x: {{trunc values.a}}', 'Write it as (trunc length text)'],
  ['x: {{default values.a "d"}}', 'write (default "d" values.a)'],
  ['x: {{include labels}}', 'write (include "labels")'],
  [
    'l:\n- {{#each values.list}}{{this}}{{/each}}',
    'write the loop on lines of its own around - {{this}}, or - {{spread …}} for a list as it is',
  ],
  ['{{#each 3}}\n{{/each}}', 'so many times: {{#each (until 3)}}'],
  [
    '{{#each values.a}}\n{{/each}}',
    'a text of several parts: {{#each (splitList "," values.a)}}; one text as a list: {{#each (list values.a)}}',
  ],
  ['x: {values.a}', 'a mustache needs two braces: {{values.a}}'],
  ['x: {{values.a}', 'a mustache is closed by two braces: {{x}}'],
  [
    'x: {{ $labels.pod }}',
    'braces that are meant literally are written \\{{ … }}, or between {{{{raw}}}} and {{{{/raw}}}}',
  ],
  ['x: {{capabilities.apiVersions.has "v1"}}', 'did you mean capabilities.has?'],
  ['x: {{#if vals.a}}y{{/if}}', 'did you mean values.a?'],
  ['x: {{default "d" value.a}}', 'did you mean values.a?'],
  ['x: {{#if release.isInstal}}y{{/if}}', 'did you mean release.isInstall?'],
  ['x: {{optional chart.appVersio}}', 'did you mean chart.appVersion?'],
])('the hint for %j: %s', async (body, hint, index = 0) => {
  const found = await complaints(configMap(body));
  expect(found[index as number]?.hint).toBe(hint);
});

test('all mistakes are reported together, each at its position', async () => {
  const body = 'a: {{ .Values.a }}\nb: {{ .Values.b | quote }}\n{{- if .Values.n }}\nc: {{ trunc }}\n{{- end }}';
  expect((await complaints(configMap(body))).map(({ at }) => at)).toEqual(['6:6', '7:6', '8:3', '10:3']);
  const native =
    '{{#if values.no}}\na: {{nohelper values.a}}\n{{else if vals.a}}\nb: {{trunc values.a}}\n{{> nothing}}\n{{/if}}';
  expect((await complaints(configMap(native))).map(({ at }) => at)).toEqual(['7:6', '8:13', '9:6', '10:3']);
});

test('native syntax gives no such hint', async () => {
  for (const body of [
    'x: {{values.a}}-{{trunc 3 (default "x" values.b)}}',
    '{{#if (and values.yes (eq values.n 5))}}\nx: "1"\n{{else if values.no}}\nx: "2"\n{{/if}}',
    '{{#each values.map as |v k|}}\n{{k}}: {{v}}\n{{/each}}',
    '{{#with values.map as |end|}}\nx: {{end.k}}\n{{/with}}',
    'x: "{{> labels end="x" range=values.n}}"',
    'x: {{lookup values.map "k"}}',
    'x: \\{{ .Values.a }}\ny: {{{{raw}}}}{{ .Values.a | quote }}{{{{/raw}}}}',
  ]) {
    const broken = configMap(
      `${body}\n{{.}}{{> labels this}}{{set values.map "k" 1}}{{template.name}}{{#each .}}{{/each}}{{upper}`,
    );
    expect((await complaints(broken)).map(({ message }) => message)).toEqual(['} is not expected here']);
    const quoted = body.replace('\\{{ .Values.a }}', '"\\{{ .Values.a }}"').replace(/y: (\{{4}.*)$/, 'y: "$1"');
    expect(await complaints(configMap(quoted)), body).toEqual([]);
  }
});

test('templates that are made to be slow are refused in a short time', async () => {
  const started = process.cpuUsage();
  for (const piece of ['{{', '{{{{a}}}}', '{{!--', '{{!', '{{ .a }}\n', '{{$a', '{{#each a as |b, c|}}']) {
    expect(await complaints(piece.repeat(60_000 / piece.length))).not.toEqual([]);
  }
  expect(process.cpuUsage(started).user).toBeLessThan(30_000_000);
}, 60_000);
