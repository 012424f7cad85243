/** Marks of word processors, files in wrong places, and hints for words between what they join. */
import { describe, expect, test } from 'vitest';
import { configMap } from '../support.ts';
import { lint } from './support.ts';

async function said(files: Record<string, string>, rule: string): Promise<string[]> {
  const messages = await lint(files);
  return messages.flatMap((one) =>
    one.rule === rule ? [`${one.path}:${one.at?.line ?? ''}:${one.at?.column ?? ''} ${one.message}`] : [],
  );
}

describe('quotes and dashes of word processors', () => {
  test.each([
    ['a: “x”', '6:6 “ is part of the text here: texts are put in the straight quotes " or \''],
    ['a: {b: ‘x’}', '6:10 ‘ is part'],
    ['a:\n  - –c', '7:7 –c begins with –, a dash of word processors; did you mean -c?'],
    ['a: [sh, –verbose]', '6:11 –verbose begins with –, a dash of word processors; did you mean --verbose?'],
    ['a: he said “x”', undefined],
    ['a: "“x”"', undefined],
    ['a: 1 – 2', undefined],
    ['# “x”\na: b', undefined],
    ['a: |\n  “x”', undefined],
  ])('%j', async (body, expected) => {
    const found = await said({ 'templates/x.yaml.hbs': configMap(body) }, 'typographic-mark');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(`templates/x.yaml.hbs:${expected}`)]);
  });

  test('in values and Chart.yaml', async () => {
    const chart = 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: “1”\nicon: https://example.com/i.png\n';
    const files = { 'values.yaml': 'a:\n  b: “x”\n  c: "“y”"\n', 'Chart.yaml': chart };
    expect(await said(files, 'typographic-mark')).toEqual([
      expect.stringContaining('Chart.yaml:4:13 “'),
      expect.stringContaining('values.yaml:2:6 “'),
    ]);
  });

  test.each([
    ['a: b\n—\nc: d', ':7:3: this line begins with —', 'write ---, with the hyphens of the keyboard'],
    ['l:\n  – a: b\n    c: d', ':7:5: this line begins with –', 'write - and a blank'],
    ['a:\u00a0b\nc: d', ':6:5: there is a no-break space here', 'write a plain blank'],
    ['a: {{#if (eq "a" “a”)}}b{{/if}}', ':6:20: “a” is not defined', 'put a text in straight quotes: "a"'],
    ['a: {{files.get “a/b”}}', ':6:18: “a/b” is not defined', 'put a text in straight quotes: "a/b"'],
  ])('that break the structure: %j', async (body, message, hint) => {
    const found = await lint({ 'templates/x.yaml.hbs': configMap(body) });
    const [first] = found.filter(({ rule }) => rule === 'template-invalid');
    expect(`:${first?.at?.line}:${first?.at?.column}: ${first?.message}`).toContain(message);
    expect(first?.message).toContain(`(${hint})`);
  });

  test.each([
    ['a:\u00a0b\nc: d\n', 'line 1 has a no-break space'],
    ['a:\n  – b: c\n    d: e\n', 'line 2 begins with –'],
  ])('that break values: %j', async (values, hint) => {
    const found = await lint({ 'values.yaml': values });
    expect(found[0]?.message).toContain(hint);
  });
});

describe('files that nothing reads', () => {
  const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n';
  const CRD = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n';
  test.each([
    ['tests/pod.yaml.hbs', POD, 'as in templates/tests/pod.yaml.hbs'],
    ['template/pod.yaml.hbs', POD, 'as in templates/pod.yaml.hbs'],
    ['template/pod.yaml', POD, 'as in templates/pod.yaml'],
    ['pod.yaml.hbs', POD, 'as in templates/pod.yaml.hbs'],
    ['NOTES.txt', 'hello', 'as in templates/NOTES.txt'],
    ['crd/x.yaml', CRD, 'the folder for CRDs is crds/'],
    ['crds/x.yaml.hbs', CRD, 'as in crds/x.yaml'],
    ['templates/names.hbs', '{{#*inline "a"}}x{{/inline}}', 'as in templates/_names.hbs'],
    ['conf/x.yaml', POD, undefined],
    ['conf/x.yaml.hbs', POD, undefined],
    ['templates/_names.hbs', '{{#*inline "a"}}x{{/inline}}', undefined],
  ])('%s', async (name, text, expected) => {
    const reader = configMap('a: {{tpl (files.get "conf/x.yaml.hbs")}}');
    const found = await said({ [name]: text, 'templates/x.yaml.hbs': reader }, 'file-misplaced');
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });

  test.each(['handlebars', 'mustache', 'hb', 'HBS'])('a template x.yaml.%s gets its native name', async (ending) => {
    const found = await said({ [`templates/x.yaml.${ending}`]: 'a: b' }, 'template-extension');
    expect(found).toEqual([expect.stringMatching(/this is a native template as templates\/x\.yaml\.hbs$/)]);
  });

  test('a file that files.get names and that is not there', async () => {
    const files = {
      'conf/a.conf': 'x',
      'templates/x.yaml.hbs': configMap('a: {{default "" (files.get "conf/b.conf")}}'),
    };
    expect(await said(files, 'file-pattern')).toEqual([
      'templates/x.yaml.hbs:6:30 the chart has no file conf/b.conf outside of templates/; did you mean conf/a.conf?',
    ]);
  });
});

describe('words between what they join, and calls without parentheses: one error, with the whole expression', () => {
  test.each([
    ['{{#if values.a and values.b}}', '{{#if (and values.a values.b)}}'],
    ['{{#if values.a or values.b == "x"}}', '{{#if (or values.a (eq values.b "x"))}}'],
    ['{{#if not values.a and values.b}}', '{{#if (and (not values.a) values.b)}}'],
    ['{{#if (and values.a eq values.b "x")}}', '{{#if (and values.a (eq values.b "x"))}}'],
    ['{{#if values.b = "x"}}', '(eq values.b "x")'],
    ['{{#ifvalues.a}}', '{{#if values.a}}'],
    ['{{#If values.a}}', '{{#if …}}'],
    ['{{#if values.a is true}}', 'several conditions: {{#if (and …)}}'],
  ])('%s', async (tag, hint) => {
    const files = {
      'values.yaml': 'a: true\nb: x\n',
      'templates/x.yaml.hbs': configMap(`a: x\n${tag}\nb: x\n{{/if}}`),
    };
    const found = (await lint(files)).filter(({ severity }) => severity !== 'info');
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(hint);
    expect(found[0]?.at?.line).toBe(7);
  });
});

test('a missing argument of a partial names the calls', async () => {
  const found = await lint({
    'templates/_p.hbs': '{{#*inline "q"}}{{name}}{{/inline}}\n{{> q}}\n',
    'templates/x.yaml.hbs': configMap('a: {{> p name="x"}}\nb: {{> p}}'),
  });
  expect(found.find(({ rule }) => rule === 'template-invalid')?.message).toMatch(
    /^name is not defined .*; in partial q, called at .*_p\.hbs:2:1; in partial p, called at .*x\.yaml\.hbs:7:6$/,
  );
});
