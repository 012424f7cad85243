/** Hints in errors of Go templates appear where they are true, and only there. */
import { describe, expect, test } from 'vitest';
import type { PkgError } from '../../../src/errors.ts';
import type { JsonObject } from '../../../src/yaml/value.ts';
import { writeChart } from '../../chart/support.ts';
import { errorOf } from '../../support/errors.ts';
import { helm } from '../../support/helm.ts';
import { pkg } from '../../support/pkg.ts';
import { chartOf, render } from '../support.ts';

async function failure(text: string, values: JsonObject = {}, helpers = ''): Promise<PkgError> {
  return await errorOf(() => render(chartOf({ 'templates/a.yaml': text, 'templates/_h.tpl': helpers }, values)));
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
      '. that is not a value',
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
      [/^"." is index \.Values\.list 0 here, and so is \$, since the template was called with it/],
      '{{ define "x" }}{{ .Release.Name }}{{ end }}',
    ],
    ['a variable that is set before it is declared', '{{ $x = 1 }}', ['declare it by := before: {{ $x := … }}']],
    ['a text where an integer is', '{{ trunc "5" .Values.text }}', ['write 5 without quotes']],
    ['a text that is not an integer', '{{ trunc "a" .Values.text }}', []],
    [
      'the arguments of ternary',
      '{{ ternary .Values.text "a" "b" }}',
      ['the condition comes last: ternary "if it is true" "if it is false" CONDITION'],
    ],
    [
      'a field of what lookup does not find',
      '{{ (lookup "v1" "Secret" "a" "b").data.c }}',
      [/^lookup gives an empty map where there is no such object or no cluster is asked/],
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
    ['a name with -', '{{ .Values.a-b }}', ['get a name with "-" by index: index .Values "a-b"']],
    ['names with -', '{{ $.Values.a-b.c-d | quote }}', ['get a name with "-" by index: index $.Values "a-b" "c-d"']],
    [
      'a name with - in a text of tpl',
      '{{ tpl "{{ .Values.a-b }}" . }}',
      ['get a name with "-" by index: index .Values "a-b"'],
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
  const mistakes: [text: string, hint: string][] = [
    ['{{ Values.text }}', 'write .Values'],
    ['{{ include web.name . }}', 'the name of a template is in quotes: include "web.name"'],
    ['{{ template web.name . }}', 'the name of a template is in quotes: template "web.name"'],
    ['{{ if 1 }}{{ elseif 2 }}{{ end }}', 'write {{ else if … }}'],
    ['{{ if 1 }}{{ endif }}', 'every block ends with {{ end }}'],
    ['{{ for .Values.list }}', 'a loop is {{ range … }}'],
    ['{{ range $x in .Values.list }}{{ end }}', 'write range $x := …'],
    ['{{ x = 1 }}', 'a variable begins with $: $x'],
    ['{{ $x }}', 'declare it before: {{ $x := … }}'],
    ['{{ $one := 1 }}{{ $on }}', 'did you mean $one?'],
    [
      '{{ if true }}\n{{ $r := 1 }}\n{{ end }}\n{{ $r }}',
      'the $r of line 2 ends with its block: declare it before the block, and set it in there by $r = …',
    ],
    ['{{ end }}', 'every block before it has its {{end}} already'],
    [
      '{{ if 1 }}{{ else }}{{ else }}{{ end }}',
      'the block has an {{else}} already: is the {{end}} of a block in it missing?',
    ],
    ['{{ # no }}', 'a comment is {{/* … */}}, with nothing between it and the braces'],
    [
      '{{#if .Values.text}}',
      'a block is {{ if … }} … {{ end }}; {{#if}} is for native templates, whose names end in .hbs',
    ],
    [
      '{{#each .Values.list}}',
      'a block is {{ range … }} … {{ end }}; {{#each}} is for native templates, whose names end in .hbs',
    ],
    ['{{ .Values."a-b" }}', 'get a name in quotes by index: index .Values "a-b"'],
    ['{{ $.Values.map."a b".c }}', 'get a name in quotes by index: index $.Values.map "a b"'],
    ['{{ /* no */ }}', 'a comment is {{/* … */}}, with nothing between it and the braces'],
    ['{{-if true }}{{ end }}', 'leave a blank behind the dash: {{- …'],
    ['{{ .Values.text-}}', 'leave a blank before the dash: … -}}'],
    ['{{ .Values.text }', 'an action ends with }}'],
    ["{{ upper 'abc' }}", 'texts are in double quotes: "abc"'],
    ['{{ upper “abc” }}', 'texts are in straight double quotes: "…"'],
    ['{{ upper\u00a0"abc" }}', 'this is a no-break space: write a plain one'],
    [
      '{{ regexMatch "\\d" "1" }}',
      '\\d is not an escape sequence: write it as \\\\d, or put the text between backquotes',
    ],
    ['{{ upper(.Values.text) }}', 'what a function is given follows it after a blank: upper …'],
    ['{{ .Values.list[0] }}', 'get an item by index: index .Values.list 0'],
    ['{{ .Values.list.0 }}', 'get an item by index: index .Values.list 0'],
    ['{{ list 1, 2 }}', 'what a function is given is separated by blanks'],
    ['{{ [1] }}', 'a list is made by a function: list 1 2'],
    ['{{ {"a": 1} }}', 'a map is made by a function: dict "key" value'],
    ['{{ if .Values.text == "t" }}{{ end }}', '"==" is the function eq: eq .Values.text "t"'],
    ['{{ if .Values.a || .Values.b }}{{ end }}', '"||" is the function or: or .Values.a .Values.b'],
    ['{{ "a" + "b" }}', '"+" is the function print: print "a" "b"'],
    ['{{ .Values.n - 1 }}', '"-" is the function sub: sub .Values.n 1'],
    ['{{ !.Values.n }}', '"!" is the function not: not VALUE'],
  ];
  test.each(mistakes)('%s', async (text, hint) => {
    expect((await failure(text, VALUES)).hints).toEqual([hint]);
    expect((await failure(`{{ tpl ${JSON.stringify(text)} . }}`, VALUES)).hints).toEqual([hint]);
  });

  const types: [text: string, hint: string, corrected: string][] = [
    [
      '{{ eq .Values.n 1 }}',
      'a number of the values is a float, and one without a point in a template an int: eq (int .Values.n) 1',
      '{{ eq (int .Values.n) 1 }}',
    ],
    [
      '{{ gt 1 .Values.n }}',
      'a number of the values is a float, and one without a point in a template an int: gt 1 (int .Values.n)',
      '{{ gt 1 (int .Values.n) }}',
    ],
    [
      '{{ eq .Values.n "1" }}',
      'one of them is a text: eq (toString .Values.n) "1"',
      '{{ eq (toString .Values.n) "1" }}',
    ],
    ['{{ upper .Values.n }}', 'convert it by toString: toString .Values.n', '{{ upper (toString .Values.n) }}'],
    ['{{ .Values.n | upper }}', 'convert it by toString: … | toString | upper', '{{ .Values.n | toString | upper }}'],
    ['{{ indent .Values.n "" }}', 'convert it by int: int .Values.n', '{{ indent (int .Values.n) "" }}'],
    ['{{ b64enc .Values.env }}', 'convert it by toYaml: toYaml .Values.env', '{{ b64enc (toYaml .Values.env) }}'],
    ['{{ .Values.env | b64enc }}', 'convert it by toYaml: … | toYaml | b64enc', '{{ .Values.env | toYaml | b64enc }}'],
    ['{{ include "x" }}', 'give it the values too: include "x" .', '{{ include "x" . }}'],
    [
      '{{ if .Values.n and .Values.text }}{{ end }}',
      'a function comes before its arguments: and .Values.n .Values.text',
      '{{ if and .Values.n .Values.text }}{{ end }}',
    ],
    ['{{ .Values.n 1 }}', 'a function comes before its arguments, or after "|"', '{{ .Values.n }}'],
    [
      '{{ template "y" . | quote }}',
      '{{template}} is called with the result of the whole pipeline: to change what it prints, write {{ include "y" . | … }}',
      '{{ include "y" . | quote }}',
    ],
  ];
  test.each(types)('%s, and the advice works', async (text, hint, corrected) => {
    const [values, helpers] = [
      { ...VALUES, n: 1 },
      '{{ define "x" }}x{{ end }}{{ define "y" }}{{ .Values.text }}{{ end }}',
    ];
    expect((await failure(text, values, helpers)).hints).toEqual([hint]);
    await render(chartOf({ 'templates/a.yaml': `a: ${corrected}`, 'templates/_h.tpl': helpers }, values));
  });

  test('for a string, a number or a list instead of a map', async () => {
    const notes = async (text: string): Promise<string | undefined> =>
      (await failure(text, { ...VALUES, n: 1 })).notes[0];
    expect(await notes('{{ .Values.text.x }}')).toBe('.Values.text is a text, not a map');
    expect(await notes('{{ $.Values.n.x }}')).toBe('$.Values.n is a number, not a map');
    expect(await notes('{{ .Values.list.x }}')).toBe('.Values.list is a list, not a map');
    expect(await notes('{{ range .Values.list }}{{ .x }}{{ end }}')).toBe('"." is a text, not a map');
    expect(await notes('{{ range $one := .Values.list }}{{ $one.x }}{{ end }}')).toBe('$one is a text, not a map');
  });

  const unfit: [text: string, note: string | undefined, origin?: string][] = [
    ['{{ upper .Values.n }}', '.Values.n is a number, not a text', 'values.n comes from'],
    ['{{ .Values.n | trunc 3 }}', '.Values.n is a number, not a text', 'values.n comes from'],
    ['{{ $x := .Values.n }}{{ $x | trunc 3 }}', '$x is a number, not a text'],
    [
      '{{ .Values.n | default "x" | trunc 3 }}',
      '(.Values.n | default "x") is a number, not a text',
      'values.n comes from',
    ],
    ['{{ trunc 3 (.Values.yes) }}', '.Values.yes is a boolean, not a text', 'values.yes comes from'],
    ['{{ trunc 3 (index .Values.list 0 | len) }}', '(index .Values.list 0 | len) is a number, not a text'],
    ['{{ keys .Values.text }}', '.Values.text is a text, not a map', 'values.text comes from'],
    ['{{ with .Values.map }}{{ tpl . $ }}{{ end }}', '"." is a map, not a text', 'values.map comes from'],
    ['{{ range .Values.n }}{{ end }}', '.Values.n is a number, not a list or a map', 'values.n comes from'],
    ['{{ range $k, $v := .Values.text }}{{ end }}', '.Values.text is a text, not a list or a map', 'values.text comes'],
    ['{{ upper .Values.none }}', undefined, 'values.none has no value'],
    ['{{ .Values.map.none | upper }}', undefined, 'values.map.none has no value'],
    ['{{ include "u" .Values.map }}', '.none has no value'],
    ['{{ include "u" (dict "none" .Values.n) }}', '.none is a number, not a text'],
    ['{{ tpl "{{ upper .Values.n }}" . }}', '.Values.n is a number, not a text', 'values.n comes from'],
    ['{{ semverCompare ">1" .Values.text }}', undefined, 'values.text comes from'],
    ['{{ .Values.text | semverCompare ">1" }}', undefined, 'values.text comes from'],
    ['{{ semverCompare .Values.text .Values.text }}', undefined],
    // The same number in two values: which of them it is cannot be known.
    ['{{ or .Values.n .Values.m | upper }}', '(or .Values.n .Values.m) is a number, not a text'],
  ];
  test.each(unfit)('%s names the type and the origin of the value', async (text, note, origin) => {
    const values = { ...VALUES, n: 1, m: 1, yes: true };
    const chart = writeChart({
      'values.yaml': JSON.stringify(values),
      'templates/_h.tpl': '{{ define "u" }}{{ upper .none }}{{ end }}',
      'templates/a.yaml': text,
    });
    const { stderr, status } = pkg(['template', chart]);
    expect(status).toBe(1);
    const notes = stderr.split('\n').flatMap((line) => /^ *note: (.*)$/.exec(line)?.[1] ?? []);
    const said = notes.filter((one) => /^\S.* (?:is (?:a|an) .*, not a|has no value$)/.test(one));
    const origins = notes.filter((one) => one.startsWith('values.'));
    expect(said).toEqual(note === undefined ? [] : [note]);
    expect(origins).toEqual(origin === undefined ? [] : [expect.stringContaining(origin)]);
  });

  test.each(['y', 'n', 'on', 'No'])('for a value that is missing, since its key %s is a boolean', (key) => {
    for (const [values, path] of [
      [`${key}: "3"\n`, key],
      [`a:\n  ${key}: "3"\n`, `a.${key}`],
    ]) {
      const chart = writeChart({ 'values.yaml': values as string, 'templates/a.yaml': `{{ until .Values.${path} }}` });
      expect(pkg(['template', chart]).stderr).toContain(`  hint: put quotes around the key ${key}: without them YAML`);
    }
    const other = writeChart({ 'values.yaml': 'a: 1\n', 'templates/a.yaml': `{{ until .Values.${key} }}` });
    expect(pkg(['template', other]).stderr).not.toContain('put quotes around the key');
  });

  test.each(['{{ upper .Values.env }}', '{{ .Values.list | trunc 63 }}', '{{ print (trimSuffix "-" .Values.env) }}'])(
    '%s does not advise YAML where a name is required',
    async (text) => expect((await failure(text, VALUES)).hints).toEqual([]),
  );

  test('for tpl of a map says how to make a string of it', async () => {
    const error = await failure('{{ range list .Values.map }}{{ tpl . $ }}{{ end }}', VALUES);
    expect(error.hints).toEqual(['convert it by toYaml: toYaml .']);
  });

  test.each(cases)('%s', async (_, text, hints, helpers) => {
    const error = await failure(text, VALUES, helpers);
    expect(error.hints).toEqual(hints.map((hint) => (typeof hint === 'string' ? hint : expect.stringMatching(hint))));
  });

  test('for index names an existing value', async () => {
    const text = 'a: {{ index .Values "a-b" "c-d" }}';
    const { objects } = await render(chartOf({ 'templates/a.yaml': text }, VALUES));
    expect(objects[0]?.text).toBe('a: 1');
  });

  test('for a key that YAML reads as a boolean appears only if there is one', async () => {
    const said = 'put quotes around the key on: without them YAML reads it as true';
    expect((await failure('{{ .Values.on.tag }}', { true: { tag: 1 } })).hints).toEqual([said]);
    expect((await failure('{{ .Values.off.tag }}', { true: { tag: 1 } })).hints).not.toContain(said);
    expect((await failure('{{ .Values.on.tag }}', { yes: { tag: 1 } })).hints).not.toContain(said);
  });
});

/** To Go what a loop gives is of the type of the list, and what a pipeline gives is of its own. */
describe('the type of a value without the field is the one that helm names', () => {
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
