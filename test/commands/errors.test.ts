/** Errors of templates and values as a user sees them, in both engines. */
import { describe, expect, test } from 'vitest';
import { writeChart } from '../chart/support.ts';
import { pkg } from '../support/pkg.ts';

const OBJECT = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';

/** What `pkg template` says of a chart, whose folder is called `web`. */
function stderrOf(files: Record<string, string>, args: readonly string[] = []): string {
  const chart = writeChart(files);
  const { status, stderr } = pkg(['template', 'web', ...args], { cwd: `${chart}/..` });
  expect(status).toBe(1);
  return stderr;
}

describe('messages of several lines', () => {
  const message = 'VALUES VALIDATION:\n\nweb: password\n    is too short: é';
  const shown = `Error: ${message}\n  at web/templates/`;
  const files: [how: string, files: Record<string, string>][] = [
    ['fail', { 'templates/a.yaml': '{{ fail .Values.m }}' }],
    ['required', { 'templates/a.yaml': 'a: {{ required .Values.m .Values.nope }}' }],
    [
      'fail in a definition',
      {
        'templates/_h.tpl': '{{ define "x" }}{{ fail .Values.m }}{{ end }}',
        'templates/a.yaml': '{{ include "x" . }}',
      },
    ],
    ['fail in a text', { 'templates/a.yaml': '{{ tpl "{{ fail .Values.m }}" . }}' }],
    ['native fail', { 'templates/a.yaml.hbs': `${OBJECT}data:\n  a: {{fail values.m}}\n` }],
    ['native required', { 'templates/a.yaml.hbs': `${OBJECT}data:\n  a: {{required values.m values.nope}}\n` }],
    [
      'native fail in a partial',
      { 'templates/_p.hbs': '{{fail values.m}}', 'templates/a.yaml.hbs': `${OBJECT}data:\n  a: {{include "p"}}\n` },
    ],
    ['native fail in a text', { 'templates/a.yaml.hbs': `${OBJECT}data:\n  a: {{tpl "{{fail values.m}}"}}\n` }],
  ];
  test.each(files)('%s', (_, templates) => {
    const values = `m: ${JSON.stringify(message)}\n`;
    expect(stderrOf({ 'values.yaml': values, ...templates })).toContain(shown);
  });
});

describe('an error in a text of tpl shows the text and its origin', () => {
  const text = 'one\ntwö 😀: CALL\nthree\n';
  const go = 'kind: ConfigMap\ndata:\n  a: |\n    {{- tpl .Values.deep.cfg . | nindent 4 }}\n';
  const native = `${OBJECT}data:\n  a: {{tpl values.deep.cfg}}\n`;
  const cases: [name: string, file: string, template: string, call: string][] = [
    ['Go, while it runs', 'a.yaml', go, '{{ .Values.nope.x }}'],
    ['Go, while it is read', 'a.yaml', go, '{{ if }}'],
    ['Go, in what it includes', 'a.yaml', go, '{{ include "nope" . }}'],
    ['native, while it runs', 'a.yaml.hbs', native, '{{values.nope.x}}'],
    ['native, while it is read', 'a.yaml.hbs', native, '{{if}}}'],
    ['native, in what it includes', 'a.yaml.hbs', native, '{{include "nope"}}'],
  ];
  test.each(cases)('%s', (_, file, template, call) => {
    const values = `deep:\n  a: 1\n  cfg: ${JSON.stringify(text.replace('CALL', call))}\n`;
    const stderr = stderrOf({ 'values.yaml': values, [`templates/${file}`]: template });
    expect(stderr).toContain(`  at web/templates/${file}:`);
    expect(stderr).toContain('  the text that tpl runs:\n');
    expect(stderr).toContain(`\n  > 2 | twö 😀: ${call}\n`);
    expect(stderr).toContain('  note: values.deep.cfg comes from web/values.yaml:3:3\n');
    expect(stderr).not.toMatch(/\\ud[89a-f]|\ufffd/);
  });

  test.each([
    ['a.yaml', 'kind: Secret\nstringData:\n  a: {{ tpl .Values.cfg . }}\n', '{{ .Values.nope.x }}'],
    [
      'a.yaml.hbs',
      'kind: Secret\napiVersion: v1\nmetadata:\n  name: x\nstringData:\n  a: {{tpl values.cfg}}\n',
      '{{values.nope.x}}',
    ],
  ])('for a Secret only the action: %s', (file, template, call) => {
    for (const written of [call, call.replace(/\.?values.*x/i, 'if')]) {
      const values = `cfg: ${JSON.stringify(`topsecret\nhunter2 ${written} hunter2`)}\n`;
      const stderr = stderrOf({ 'values.yaml': values, [`templates/${file}`]: template });
      expect(stderr).toContain('the text that tpl runs, for a Secret:');
      expect(stderr).not.toMatch(/topsecret|hunter2/);
      if (written === call) expect(stderr).toContain(`…${call}…`);
    }
  });
});

test('a value that a template requires is reported as missing, without an origin', () => {
  const template = `${OBJECT}data:\n  a: {{required "give a tag" values.image.tag}}\n`;
  const stderr = stderrOf({ 'values.yaml': 'image: {}\n', 'templates/a.yaml.hbs': template });
  expect(stderr).toContain('values.image.tag has no value; its place is web/values.yaml:1:1');
  expect(stderr).not.toContain('values.image.tag comes from');
  const schema = JSON.stringify({ required: ['image'], dependentRequired: { b: ['c'] } });
  const missing = stderrOf({ 'values.yaml': 'b: 1\n', 'values.schema.json': schema });
  expect(missing).toContain('- values.image is not set, and the schema requires it\n');
  expect(missing).toContain('- values.c is not set, and the schema requires it beside b\n');
});
