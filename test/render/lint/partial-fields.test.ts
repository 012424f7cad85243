/** Names in partials that no call gives a value, and that are silently absent in conditions and as arguments. */
import { expect, test } from 'vitest';
import { lint } from './support.ts';

const VALUES = `web: {enabled: true, port: 80, image: {tag: "1"}}
worker: {enabled: false, queue: {size: 1}}
jobs:
  - {name: a, schedule: daily}
  - {name: b, suspend: true}
none: {}
`;

async function found(partial: string, calls: string, files: Record<string, string> = {}): Promise<string[]> {
  const messages = await lint({
    'values.yaml': VALUES,
    'templates/_p.hbs': partial,
    'templates/NOTES.txt.hbs': calls,
    ...files,
  });
  return messages
    .filter(({ rule }) => rule === 'value-undeclared')
    .map(({ severity, message, path }) => `${severity} ${path} ${message}`);
}

const UNDECLARED = (name: string, near?: string): string =>
  `warning templates/_p.hbs values.${name} is not declared in values.yaml${near === undefined ? '' : `; did you mean ${near}?`}`;

test.each([
  ['{{#if ctx.enabeld}}x{{/if}}', '{{> p ctx=values.web}}', UNDECLARED('web.enabeld', 'enabled')],
  [
    '{{#if ctx.enabeld}}x{{/if}}',
    '{{> p ctx=values.web}}{{> p ctx=values.worker}}',
    UNDECLARED('web.enabeld', 'enabled'),
  ],
  ['{{#if enabeld}}x{{/if}}', '{{> p values.web}}', UNDECLARED('web.enabeld', 'enabled')],
  ['{{#if this.enabeld}}x{{/if}}', '{{> p values.web a=1}}', UNDECLARED('web.enabeld', 'enabled')],
  ['{{#with ctx.image}}{{default 1 tga}}{{/with}}', '{{> p ctx=values.web}}', UNDECLARED('web.image.tga', 'tag')],
  [
    '{{#with ctx.image as |i|}}{{default 1 i.tga}}{{/with}}',
    '{{include "p" ctx=values.web}}',
    UNDECLARED('web.image.tga', 'tag'),
  ],
  [
    '{{#*inline "q"}}{{#if c.prot}}x{{/if}}{{/inline}}{{> q c=ctx}}',
    '{{> p ctx=values.web}}',
    UNDECLARED('web.prot', 'port'),
  ],
  ['{{#if ctx.c.prot}}x{{/if}}', '{{> p ctx=(dict "c" values.web)}}', UNDECLARED('web.prot', 'port')],
  ['{{#if ctx.prot}}x{{/if}}', '{{> p ctx=(merge values.worker values.web)}}', UNDECLARED('worker.prot')],
  ['{{#if (get ctx "prot")}}x{{/if}}', '{{> p ctx=values.web}}', UNDECLARED('web.prot', 'port')],
  ['{{dig "image" "tga" 1 ctx}}', '{{> p ctx=values.web}}', UNDECLARED('web.image.tga', 'tag')],
  ['{{toYaml (pick ctx "image" "prot")}}', '{{> p ctx=values.web}}', UNDECLARED('web.prot', 'port')],
  [
    '{{#if job.supsend}}x{{/if}}',
    '{{#each values.jobs as |j|}}{{> p job=j}}{{/each}}',
    'warning templates/_p.hbs no item of values.jobs in values.yaml has supsend; did you mean suspend?',
  ],
  [
    '{{#each (filter "supsend" list)}}x{{/each}}',
    '{{> p list=values.jobs}}',
    'warning templates/_p.hbs no item of values.jobs in values.yaml has supsend; did you mean suspend?',
  ],
  [
    '{{title}}{{#if tilte}}x{{/if}}',
    '{{> p title="a"}}{{> p title="b"}}',
    'warning templates/_p.hbs tilte is undefined: no call of this partial passes tilte; did you mean title?',
  ],
  [
    '{{#if ctx.tilte}}x{{/if}}',
    '{{> p ctx=(dict "title" 1)}}',
    'warning templates/_p.hbs ctx.tilte is undefined: no call of this partial passes tilte; did you mean title?',
  ],
])('%s, called by %s', async (partial, calls, message) => {
  expect(await found(partial, calls)).toEqual([message]);
});

test.each([
  // One call passes a value with this field.
  ['{{#if ctx.queue}}x{{/if}}', '{{> p ctx=values.web}}{{> p ctx=values.worker}}'],
  // The context of the call is not known.
  ['{{#if ctx.enabeld}}x{{/if}}', '{{> p ctx=values.web}}{{> p ctx=(fromYaml "a: 1")}}'],
  ['{{#if ctx.enabeld}}x{{/if}}', '{{> p ctx=values.none}}'],
  ['{{#if ctx.enabeld}}x{{/if}}', '{{> (print "p") ctx=values.none}}{{> p ctx=values.web}}'],
  ['{{#if title}}{{title}}{{/if}}', '{{> p title="a"}}{{> p}}'],
  ['{{#if this.block}}x{{/if}}', '{{> p title="a"}}'],
  ['{{#if ctx.extraThing}}x{{/if}}', '{{#each values.jobs as |j|}}{{> p ctx=j}}{{/each}}'],
  ['{{#if (hasKey ctx "extraThing")}}x{{/if}}', '{{> p ctx=values.web}}'],
  ['{{#each values.jobs}}{{../ctx.port}}{{name}}{{/each}}', '{{> p ctx=values.web}}'],
  ['{{#if ctx.prot}}x{{/if}}', '{{> p ctx=(merge values.none values.web)}}'],
  ['{{now}}', '{{> p row="a"}}'],
  ['{{dig "image" "digest" 1 ctx}}', '{{> p ctx=values.web}}'],
  ['{{#if ctx.children}}{{> p ctx=(first ctx.children)}}{{/if}}', '{{> p ctx=values.none}}'],
  ['{{> @partial-block}}', '{{#> p ctx=values.web}}{{#if ctx.prot}}x{{/if}}{{/p}}'],
])('no finding: %s, called by %s', async (partial, calls) => {
  expect(await found(partial, calls)).toEqual([]);
});

test('a printed name of an item that is a text, unless the template asks what items are', async () => {
  const list = '{{#each values.jobs as |job|}}{{#each (list "a")}}{{/each}}{{#each job.tags}}';
  const values = { 'values.yaml': 'jobs:\n  - tags: [a, b]\n' };
  expect(await found('', `${list}{{tag}}{{/each}}{{/each}}`, values)).toEqual([
    'warning templates/NOTES.txt.hbs an item of values.jobs.*.tags is not a map in values.yaml, and has no tag: the item itself is {{this}}',
  ]);
  expect(await found('', `${list}{{#if tag}}{{tag}}{{else}}{{this}}{{/if}}{{/each}}{{/each}}`, values)).toEqual([]);
  expect(await found('', `${list}{{#if (kindIs "map" this)}}{{tag}}{{/if}}{{/each}}{{/each}}`, values)).toEqual([]);
});

test.each([
  '{{#if ctx.more}}{{> p ctx=(dict "a" ctx "b" ctx)}}{{/if}}',
  '{{#if ctx.more}}{{> p ctx=(merge ctx ctx)}}{{/if}}',
  '{{#if ctx.more}}{{> p ctx=(first ctx.more) a=ctx b=ctx}}{{/if}}',
])('a partial that includes itself is followed up to a limit: %s', async (partial) => {
  expect(await found(partial, '{{> p ctx=values.none}}')).toEqual([]);
});

test('a partial that Go templates or users of a library include may get other names', async () => {
  const [partial, calls] = ['{{#if ctx.enabeld}}x{{/if}}', '{{> p ctx=values.web}}'];
  const go = { 'templates/a.yaml': '{{ include "p" (dict "ctx" .Values.other) }}' };
  expect(await found(partial, calls, go)).toEqual([]);
  const library = { 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n' };
  expect(await found(`${partial}{{#*inline "q"}}${calls}{{/inline}}`, '', library)).toEqual([]);
});

test.each([
  [
    '{{release.name}}-x',
    '{{values.text}}',
    ['{{release.name}} in this value is printed as it is written; {{tpl values.text}} runs it'],
  ],
  [
    '{{ .Values.a }}',
    '{{values.text}}',
    ['{{ .Values.a }} in this value is printed as it is written; {{goTpl values.text}} runs it'],
  ],
  ['{{ $labels.job }} of {{ $value }}', '{{values.text}}', []],
  ['{{release.name}}-x', '{{tpl values.text}}', []],
])('a text of values with a mustache, %s, printed by %s', async (text, template, expected) => {
  const messages = await lint({ 'values.yaml': `text: '${text}'\n`, 'templates/NOTES.txt.hbs': template });
  expect(messages.map(({ message }) => message)).toEqual(expected);
});

test('a name in an inline partial that a block gives to a partial', async () => {
  const calls = '{{#> p}}{{#*inline "title"}}{{#if values.web.prot}}x{{/if}}{{#if ctx.any}}x{{/if}}{{/inline}}{{/p}}';
  expect(await found('{{> title}}', calls)).toEqual([
    'error templates/NOTES.txt.hbs values.web.prot is not declared in values.yaml; did you mean port?',
  ]);
});

test.each([
  ['{{#each values.jobs}}{{#if label}}x{{/if}}{{/each}}', 'label', '../label'],
  ['{{#each (until 2) as |n|}}{{#unless label}}{{n}}{{/unless}}{{/each}}', 'label', '../label'],
  ['{{#with values.web}}{{#each (list "a")}}{{default "x" label}}{{/each}}{{/with}}', 'label', '../../label'],
  ['{{#each values.jobs}}{{#if ../label}}x{{/if}}{{/each}}', undefined, ''],
  ['{{#each values.jobs as |job|}}{{#if label}}x{{/if}}{{/each}}', 'label', '../label'],
  ['{{#each values.none}}{{#if label}}x{{/if}}{{/each}}', undefined, ''],
  ['{{#each values.labeled}}{{#if label}}x{{/if}}{{/each}}', undefined, ''],
  ['{{#if label}}x{{/if}}', undefined, ''],
])('the name of an argument in a loop, where it is a field of the item: %s', async (partial, name, meant) => {
  const values = 'jobs: [{name: a}]\nnone: []\nlabeled: [{label: a}]\nweb: {port: 80}\n';
  expect(await found(partial, '{{> p label="x"}}', { 'values.yaml': values })).toEqual(
    name === undefined
      ? []
      : [
          `warning templates/_p.hbs ${name} is a field of the item here, which has none of this name: write ${meant} for what the call of the partial passes`,
        ],
  );
});

test.each([
  ['{{#each values.jobs as |job|}}{{optional Job.name}}{{/each}}', 'Job', 'job.name'],
  ['{{#each values.jobs as |job|}}{{#if jbo.suspend}}x{{/if}}{{/each}}', 'jbo', 'job.suspend'],
  ['{{#each values.jobs as |names|}}{{name}}{{/each}}', undefined, ''],
  ['{{#each values.none as |job|}}{{#if jobs.suspend}}x{{/if}}{{/each}}', undefined, ''],
])('a misspelt name of a loop: %s', async (text, name, meant) => {
  expect(await found('', text)).toEqual(
    name === undefined
      ? []
      : [
          `warning templates/NOTES.txt.hbs ${name} is a field of the item here, which has none of this name: did you mean ${meant}?`,
        ],
  );
});
