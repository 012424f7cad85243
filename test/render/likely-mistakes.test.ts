/** Likely mistakes that are valid syntax are errors with a position and a hint. */
import { expect, test } from 'vitest';
import { toPlain } from '../../src/yaml/value.ts';
import type { Value } from '../../src/yaml/value.ts';
import { errorOf } from '../support/errors.ts';
import { anyObject, chartOf, configMap, render } from './support.ts';

test.each([
  [
    '{{#if values.on}}\na: b\n{{ else values.text}}\na: c\n{{/if}}',
    '{{else values.text}} is not a condition',
    '{{else if values.text}}',
  ],
  ['{{#if values.on}}\na: b\n{{#else}}\na: c\n{{/if}}', 'the block {{#else}} is closed by {{/if}}', '{{else}}'],
  ['{{#each values.list}}\na: b\n{{/for}}', 'the block {{#each}} of line 6 is closed by {{/for}}', '{{/each}}'],
  ['{{#if values.on}}\na: b\n{{/}}', '}} is not expected here', '{{/if}}'],
  ['a: {{}}', '}} is not expected here', '{{values.x}}'],
  ['{{!-- never closed\na: b', '- is not expected here', '--}}'],
  ['a: {{upper `x`}}', '` is not expected here', 'in quotes'],
  ['a: {{upper “x”}}', '“x” is not defined', 'straight quotes: "x"'],
  ['a: {{upper x}}', 'x is not defined', 'put a text in quotes: "x"'],
  ['a: {{lowercase values.text}}', 'there is no helper lowercase', 'lower'],
  ['a: {{base64 values.text}}', 'there is no helper base64', 'b64enc'],
  ['a: {{mustToJson values.text}}', 'there is no helper mustToJson', 'toJson'],
  ['a: {{join "," (spread values.list)}}', 'spread must be in a mustache of its own', 'join "," values.list'],
  ['a: {{replace values.text "a" "b"}}', 'replace takes the text to look at last', '(replace "a" "b" values.text)'],
  ['a: {{contains values.text "a"}}', 'contains takes the text to look at last', '(contains "a" values.text)'],
  ['a: {{ternary values.on "a" "b"}}', 'ternary takes the condition last', '(ternary "a" "b" values.on)'],
  ['a: {{ternary values.on true false}}', 'ternary takes the condition last', '(ternary true false values.on)'],
  ['a: {{ternary values.text "a" true}}', 'ternary takes the condition last', '(ternary values.text "a" values.'],
  ['a: {{ .values.text }}', 'is written as in another template language', 'write {{values.text}}'],
  ['{{#each values.list as |one|}}\na: {{../one.x}}\n{{/each}}', '../one.x is not defined', 'write one.x'],
  [
    'a:\n  - {{values.map}}\n    b: c',
    'this key stands below an item that is a value',
    'leave the dash alone on its line',
  ],
  ['a: {{sha256sum "x.yaml"}}', 'this checksum is that of the name x.yaml', '(sha256sum (include "x.yaml"))'],
  ['a: {{sha256sum (include "x")}}', 'there is no partial x', 'did you mean x.yaml?'],
  ['a: {{include "x" name=}}', '}} is not expected here', 'a value follows name='],
  ['a: {{include "x.yml"}}', 'there is no partial x.yml', 'did you mean x.yaml?'],
  [
    '{{#each values.map as |key value|}}\n{{key}}: {{value}}\n{{/each}}',
    'the first name of a loop is the item',
    'as |value key|',
  ],
  [
    '{{#if "values.on"}}\na: b\n{{/if}}',
    '"values.on" is a text, and not the value of that name',
    'values.on without quotes',
  ],
  ['{{#if "on"}}\na: b\n{{/if}}', 'a text in quotes is the same in each run', '(eq values.x "text")'],
  ['a: {{default "values.text" values.none}}', '"values.text" is a text', 'values.text without quotes'],
  ['a: {{upper "{{values.text}}"}}', 'a mustache in a text that is an argument', 'values.text without quotes'],
  ['{{#if (eq values.number "2")}}\na: b\n{{/if}}', 'eq compares the number 2 with the text "2"', 'toString'],
  ['a: {{ne values.on "true"}}', 'ne compares true with the text "true"', 'without quotes'],
  ['a: {{date "YYYY-MM-DD" (now)}}', 'date does not know YYYY', '2006-01-02'],
  ['a: {{values.text or "x"}}', 'a helper comes before its arguments', '{{or values.text "x"}}'],
  ['a: <%= values.text %>', '<%= values.text %> is a text, not a value', '{{values.text}}'],
  [
    '{% if values.on %}\na: b\n{% endif %}',
    '{% if values.on %} is written as in another template language',
    '{{#if values.on}}',
  ],
  ['a: {{values.text}},', 'the , at the end becomes part of this text', 'join'],
  ['a: {{#each values.list}}{{this}},{{/each}}', 'the , at the end becomes part of this text', 'join'],
  ['a: {{values.text}}"', 'the quote at the end has none that opens it', 'quotes around'],
  ['a: ${{values.text}}', 'the $ becomes part of this text', '{{x}}'],
  ['a: [{{values.text}} {{values.text}}]', 'these values become one text', 'comma'],
  ['a:\n  b:{{values.text}}', 'this line is neither a key with its value nor an item of a list', 'colon'],
  ['a:\n  -{{values.text}}', 'this line is neither a key with its value nor an item of a list', 'dash'],
  ['a:\n  b = {{values.text}}', 'this line is neither a key with its value nor an item of a list', 'colon'],
  ['{{#each values.list}}\na: b\n{{/each}}', 'the key a is given twice in this map', '{{@key}}: {{this}}'],
  [
    '{% if values.on %}\na: b\n{{else}}\na: c\n{{/if}}',
    '{% if values.on %} is written as in another',
    '{{#if values.on}}',
  ],
  ['{{range values.list}}\na: b\n{{/each}}', '{{range values.list}} is written as', '{{#each values.list}}'],
  ['{{> keys}}\na: b\n{{/keys}}', '{{/ is not expected here', '{{#> keys}}'],
  ['a: {{max(values.number, 1)}}', 'there is no max( )', '{{max values.number 1}}'],
  ['a: {{max (values.number, 1)}}', 'there is no max( )', '{{max values.number 1}}'],
  ['a: {{values.text | upcase}}', 'is written as in another', '{{upper values.text}}'],
  ['a: {{length values.list}}', 'there is no helper length', 'did you mean len?'],
  ['a: {{nobodyKnowsIt values.list}}', 'there is no helper nobodyKnowsIt', 'docs/helpers.md'],
  ['a: {{values/text}}', 'values/text is not defined', 'did you mean values.text?'],
  ['a: {{files.get conf/a.toml}}', 'conf/a.toml is not defined', '"conf/a.toml"'],
  ['a: {{@values.text}}', '@values is not defined', 'write values.text without @'],
  ['{{#each values.list}}\na{{this}}: {{@this}}\n{{/each}}', '@ is not defined', '{{this}}'],
  ['a: {{values.text}}}', '}}} is not expected here', 'as many braces'],
  ['a: {{{values.text}}', '}} is not expected here', 'as many braces'],
  ['a: {values.text}}', 'the rendered text is not YAML', 'two braces'],
  ['a: {{values.text;}}', '; is not expected here', 'in brackets'],
  ['a: {{> keys\nb: {{values.text}}', 'this mustache is not closed', 'two braces'],
  ['a: {{"{{"}} x', '{{"{{"}} is the field', '{{{{raw}}}}'],
  ['a: "{{{{ $x }}}}"', '{{{{ $x }}}} cannot be read', '{{{{raw}}}}'],
  ['a: "{{{{raw}}}}{{ $x }}{{/raw}}"', '{{{{raw}}}} is not closed', '{{{{/raw}}}}'],
  ['a: \\{{ $x }} of \\{{ $y }}', 'the rendered text is not YAML', 'needs quotes'],
  ['{{! {{values.text}} }}\na: b', 'a comment ends at the first }}', '{{!-- … --}}'],
  ['{{// comment }}\na: b', '{{/ is not expected here', '{{! … }}'],
  ['// comment\na: b', 'this line is not a comment', 'begins with #'],
  ['a: @x', 'a text cannot begin with @', 'quotes'],
  ['a: * * * * *', 'a text cannot begin with *', 'quotes'],
  ["a: ['x', '{{values.text}}]", 'the quote that opens here is not closed', 'close it'],
  ['a: |\nsome {{values.text}}\n', 'this line is neither a key', 'after | or >'],
  ['a: {}\n  ---\nc: d', 'this line separates no documents', 'first column'],
  ['{{#each values.list as |a b c|}}\nk{{a}}: {{b}}\n{{/each}}', 'a loop gives two names', 'as |a b|'],
  ['a: {{tpl values.text port=80}}', 'tpl takes no named arguments, and here is port=', '(tpl values.x (dict'],
  ['a: {{optional values.text default="x"}}', 'optional takes no named arguments', ''],
  ['{{#each values.list from=1}}\na{{this}}: b\n{{/each}}', '#each takes no named arguments', ''],
  ['{{#if values.text foo=1}}\na: b\n{{/if}}', '#if takes no named arguments, and here is foo=', ''],
  ['a: {{typeIs values.text "string"}}', 'typeIs takes the type first', '(typeIs "string" values.text)'],
  ['a: {{kindIs values.text "map"}}', 'kindIs takes the type first', '(kindIs "map" values.text)'],
  ['a: {{date (now) "2006-01-02"}}', 'date takes the layout first', '(date "2006-01-02" (now))'],
  [
    'a: {{dateModify values.text "-1h30m"}}',
    'dateModify takes the duration first',
    '(dateModify "-1h30m" values.text)',
  ],
  [
    '{{#if (ge capabilities.kubeVersion "v1.30")}}\na: b\n{{/if}}',
    'ge compares texts by their characters',
    '(semverCompare ">=1.30-0" capabilities.kubeVersion)',
  ],
  ['a: {{lookup "v1" "secrets" "x" "y"}}', 'not the resource secrets', '"Secret"'],
  ['{{#if capabilities.has "v1"}}\na: b\n{{/if}}', '#if takes exactly one value', '{{#if (capabilities.has "v1")}}'],
  [
    '{{#if (and values.text capabilities.has)}}\na: b\n{{/if}}',
    'capabilities.has is not called here',
    '(capabilities.has …)',
  ],
  [
    '{{#each values.list}}\na{{this}}: {{toString (or ne @key "x")}}\n{{/each}}',
    'the call of ne needs parentheses',
    '(ne ',
  ],
  ['a: {{join "," (include "items")}}', 'join takes a list, and include gives the text of items', '(partial "items")'],
  ['a: {{default {} values.none}}', '{ is not expected here', '(dict)'],
  ['a: {{default [] values.none}}', '[] is the name without characters', '(list)'],
  ['{{#each values.list}}\na{{this}}: {{default [] values.none}}\n{{/each}}', '[] is the name without', '(list)'],
  ['a: {{values.map.length}}', 'values.map.length is not defined', '(len values.map) counts its keys'],
  ['a: {{optional}}', 'optional takes one value', '{{this.optional}} for a field of that name'],
  ['a:\n{{spread values.map}}', 'what {{spread}} adds is beside the key above', 'further than the key'],
  ['a:\n{{> outer}}', 'what this partial prints is beside the key above', 'further than the key'],
  ['a:\n{{> keys}}', 'what this partial prints is beside the key above', 'further than the key'],
])('the hint for %j: %s', async (body, message, hint) => {
  const values = new Map<string, Value>([
    ['on', true],
    ['text', 'some text'],
    ['number', 2],
    ['list', ['a', 'b']],
    ['map', new Map([['a', 'b']])],
  ]);
  const chart = chartOf(
    {
      'templates/x.yaml.hbs': anyObject(body),
      'templates/_keys.hbs': 'c: d\n',
      'templates/_outer.hbs': '{{> keys}}\n',
      'templates/_items.hbs': '{{#each values.list}}\n- {{this}}\n{{/each}}\n',
    },
    values,
  );
  const error = await errorOf(() => render(chart));
  expect(error.message).toContain(message);
  expect(error.hints.join('\n')).toContain(hint);
  expect(error.at).toMatchObject({ file: 'web/templates/x.yaml.hbs', line: expect.any(Number) });
});

test('a partial is not given a name that another call gives', async () => {
  const files = {
    'templates/x.yaml.hbs': anyObject('a: {{> p port=80}}\n{{#each values.list}}\nb: {{> p}}\n{{/each}}'),
    'templates/_p.hbs': '{{port}}',
  };
  const error = await errorOf(() => render(chartOf(files, { list: [{ name: 'a' }] })));
  expect(error).toMatchObject({ message: 'port is not defined', notes: [expect.stringContaining('in partial p')] });
  expect(error.hints[0]).toBe('add port=… to the call of this partial');
});

test.each(['- {{values.list}}', '[{{values.list}}]'])('a list as an item of texts: %s', async (args) => {
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n    - name: c\n      args:\n        ${args}\n`;
  const values = new Map([['list', ['a', 'b']]]);
  const hint = '{{spread x}} instead of {{x}} adds the items of the list to the list around it';
  await expect(render(chartOf({ 'templates/x.yaml.hbs': pod }, values))).rejects.toMatchObject({ hints: [hint] });
  const { objects } = await render(chartOf({ 'templates/x.yaml.hbs': pod.replace('values', 'spread values') }, values));
  expect(toPlain(objects[0]?.object?.get('spec') ?? null)).toEqual({ containers: [{ name: 'c', args: ['a', 'b'] }] });
});

test('similar texts that are correct are accepted', async () => {
  const values = new Map<string, Value>([
    ['text', 'some text'],
    ['list', ['a', 'b']],
  ]);
  const body = [
    'a: {{values.text}},{{values.text}}',
    'b: "{{values.text}},"',
    'c: [{{values.text}}, {{values.text}},]',
    'd: {{#each values.list}}{{this}}={{@index}};{{/each}}',
    'e: |\n  {{values.text}},\n  ${{values.text}}',
    'f: "${{values.text}}"',
    'g:\n  http://example.com/{{values.text}}',
    'h:\n  -5',
    'i: {{tpl (print "{{values.text}}" "!")}}',
    '{{#if values.none includeZero=true}}\nkk: l\n{{/if}}',
    'mm: {{#if (semverCompare ">=1.30-0" capabilities.kubeVersion)}}z{{/if}}',
    'j: {{default "values" values.none}}',
    'k:\n- {{values.text}}',
    'l:\n{{> items}}',
    'm: {{#each values.list as |item index|}}{{index}}{{item}}{{/each}}',
    'n: {{values.text}} "quoted"',
    'o: {{eq values.text "2"}}{{eq 2 "two"}}',
    'p: {{hasPrefix values.text values.text}}',
    'q: {{date "2006-01-02" "2026-11-23"}}',
    'r: "{% if is_on() %}on{% else %}off{% endif %}"',
    's: |\n  {% for x in list %}\n  <% if x %>{% raw %}\n  {% endfor %}',
  ].join('\n');
  const chart = chartOf({ 'templates/x.yaml.hbs': anyObject(body), 'templates/_items.hbs': '- a\n' }, values);
  expect((await render(chart)).objects).toHaveLength(1);
});

test('tags of another language in a text are not part of the error for something else', async () => {
  const body = 'a: |\n  {% if x %}\n  y\n  {% endif %}\nb: {{upper values.text';
  await expect(render(chartOf({ 'templates/x.yaml.hbs': anyObject(body) }))).rejects.toMatchObject({
    message: 'the template ends inside an open block or mustache',
  });
});

test.each([
  ['{{files.asConfig "conf"}}', '"conf" is a folder: write "conf/*"'],
  ['{{files.asSecrets "conf/"}}', '"conf/" is a folder: write "conf/*"'],
  ['{{files.asConfig "conf/b.toml"}}', '"conf/b.toml" is not a file of the chart'],
])('%s of a missing file is reported', async (call, message) => {
  const chart = chartOf({
    'templates/x.yaml.hbs': configMap('').replace('\ndata:', `\ndata: ${call}`),
    'conf/a.toml': 'a',
  });
  await expect(render(chart)).rejects.toMatchObject({ message, at: { line: 5 } });
});

test('a pattern may match no file', async () => {
  const template = anyObject('a: {{files.asConfig "conf/*.toml"}}\nb: {{files.asConfig "conf/a.conf"}}');
  const chart = chartOf({ 'templates/x.yaml.hbs': template, 'conf/a.conf': 'x' });
  const data = (await render(chart)).objects[0]?.object?.get('data');
  expect(data).toEqual(
    new Map([
      ['a', new Map()],
      ['b', new Map([['a.conf', 'x']])],
    ]),
  );
});

test('a partial that is defined twice is an error with both positions', async () => {
  const inline = '{{#*inline "q"}}\na: b\n{{/inline}}\n';
  const files = {
    'templates/_a.hbs': inline,
    'templates/_b.hbs': `\n${inline}`,
    'templates/x.yaml.hbs': anyObject('{{> q}}'),
  };
  await expect(render(chartOf(files))).rejects.toMatchObject({
    message: 'the partial q is defined twice',
    at: { file: 'web/templates/_b.hbs', line: 2 },
    notes: ['the other one is in web/templates/_a.hbs'],
  });
  const named = { 'templates/_q.hbs': inline, 'templates/x.yaml.hbs': anyObject('{{> q}}') };
  expect((await render(chartOf(named))).objects[0]?.object?.get('data')).toEqual(new Map([['a', 'b']]));
});
