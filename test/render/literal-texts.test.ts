/**
 * Block scalars behind `|` are printed unchanged in any language: configuration files, scripts and documents may look
 * like mistakes in templates.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chartOf, render } from './support.ts';

const root = join(import.meta.dirname, '../..');

/** Lines that trip readers of templates, by what they are in. */
const LINES = [
  ...["{% if is_state('light.a', 'on') %}", '{% for x in list %}{{ x }}{% endfor %}', '{%- raw -%}', '{# note #}'],
  ...['<% if a %><%= b %>', '${HOME:-/root} $(date) `id` $1 $$', '%{ for x in list ~}', '${{ github.sha }}', '#{name}'],
  ...[
    '- name: x',
    '  key: value',
    '---',
    '...',
    '# comment',
    '"quoted',
    "it's",
    '@at',
    '`back`',
    '*star',
    '&and',
    '!bang',
  ],
  ...['[section]', 'a = b', 'if [ -z "$x" ]; then', 'foo && bar || baz', 'a | b > c', '\t indented', '{ "a": [1, 2] }'],
  ...['rate(http_requests_total{code=~"5.."}[5m])', 'map $a $b { default 1; }', '<a href="x">y</a>', 'x := 1', '=>'],
];

/** A template line that prints the line as it is. */
function escaped(line: string): string {
  return line.replaceAll('{{', '\\{{');
}

async function textOf(lines: readonly string[]): Promise<unknown> {
  const body = lines.map((line) => (line === '' ? '' : `    ${escaped(line)}`)).join('\n');
  const template = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  text: |\n${body}\n`;
  const { objects } = await render(chartOf({ 'templates/a.yaml.hbs': template }));
  const data = objects[0]?.object?.get('data');
  return data instanceof Map ? data.get('text') : undefined;
}

test.each(LINES)('%s is an ordinary line', async (line) => {
  expect(await textOf(['first', line, 'last'])).toBe(`first\n${line}\nlast\n`);
});

test('documents and sources are printed unchanged', async () => {
  const files = globSync(['docs/**/*.md', 'charts/**/*.{yaml,hbs,tpl,txt}', 'scripts/*.ts'], { cwd: root });
  expect(files.length).toBeGreaterThan(50);
  for (const file of files) {
    // A backslash before braces is read as the escape, so it cannot be part of the text.
    const text = readFileSync(join(root, file), 'utf8').replaceAll(/\\+\{\{/g, '{{');
    const lines = text.trimEnd().split('\n');
    expect(await textOf(['first', ...lines]), file).toBe(`first\n${lines.join('\n')}\n`);
  }
});
