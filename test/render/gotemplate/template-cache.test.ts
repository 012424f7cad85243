/** The cache of templates between runs does not change the output. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../../src/render/gotemplate/value.ts';
import { isFunction } from '../../../src/render/gotemplate/functions/index.ts';
import { findBuiltin } from '../../../src/render/gotemplate/builtins.ts';
import { BlockTrees, statementsOf } from '../../../src/render/gotemplate/block-trees.ts';
import { parseTemplate } from '../../../src/render/gotemplate/parse.ts';
import { NameTable } from '../../../src/render/template-cache.ts';
import type { Block } from '../../../src/render/gotemplate/node.ts';
import type { Source } from '../../../src/render/gotemplate/template.ts';
import type { Template } from '../../../src/render/gotemplate/template.ts';
import { temporaryFolder, writeFiles } from '../../chart/support.ts';
import { program } from '../../conformance/generator.ts';
import { pkg } from '../../support/pkg.ts';
import { RUNS } from '../../support/generation.ts';

const known = (name: string): boolean => findBuiltin(name) !== undefined || isFunction(name);

/** A tree in which everything that is unread was read. */
function whole(value: unknown, source: Source): unknown {
  if (Array.isArray(value)) return value.map((item) => whole(item, source));
  if (typeof value !== 'object' || value === null) return value;
  if ('start' in value) return whole(statementsOf(value as Block, source), source);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, whole(item, source)]));
}

function lists(templates: readonly Template[], source: Source): unknown {
  return templates.map(({ name, isEmpty, body }) => [name, isEmpty, whole(body, source)]);
}

function unread(templates: readonly Template[]): Template[] {
  return templates.map((template) => ({ ...template, body: { ...template.body, list: undefined } }));
}

describe('a text whose block index is known', () => {
  test('is parsed to the same syntax trees', () => {
    const more = fc.constantFrom(
      '',
      '{{ block "b" . }}{{ if $ }}x{{ else }}y{{ end }}{{ end }}',
      '{{- "{{" -}} a {{ `}}` }}',
    );
    fc.assert(
      fc.property(program, more, more, fc.boolean(), ({ file }, before, behind, isPart) => {
        const text = encodeText(`${before}${file} text {{/* }} */}}${behind.replace('"b"', '"c"')}`);
        const source: Source = { name: 'text', file: 'text', text };
        const { templates, blockIndex } = parseTemplate(source, known);
        const parsed = lists(templates, source);
        expect(lists(unread(templates), { ...source, blockIndex })).toEqual(parsed);
        // And as an earlier run read it, which may have read a part only.
        const names = new NameTable();
        const blocks = new BlockTrees(names);
        const [first] = templates;
        if (first !== undefined && isPart) whole(first.body, { ...source, blocks });
        else whole(unread(templates), { ...source, blockIndex, blocks });
        const cached = new BlockTrees(new NameTable(names.all), blocks.encode(names));
        expect(lists(unread(templates), { ...source, blockIndex, blocks: cached })).toEqual(parsed);
        if (!isPart) expect(cached.fresh).toBe(0);
      }),
      { numRuns: 200 * RUNS },
    );
  });
});

describe('a chart that is rendered again', () => {
  const folder = temporaryFolder();
  const chart = join(folder, 'again');
  const cache = join(folder, 'cache');
  const filler = `{{/* ${'x'.repeat(30_000)} */}}`;
  const template = (word: string): string =>
    `{{ if .Values.enabled }}a: {{ include "again.b" . }}{{ else }}a: ${word}{{ range .Values.list }}{{ . }}{{ end }}{{ end }}\n`;
  writeFiles(chart, {
    'Chart.yaml': 'apiVersion: v2\nname: again\nversion: 1.0.0\n',
    'values.yaml': 'enabled: true\nlist: [1, 2]\n',
    'templates/_b.tpl': `${filler}{{ define "again.b" }}{{ with .Values.list }}{{ len . }}{{ end }}{{ end }}`,
    'templates/a.yaml': template('off'),
  });
  const render = (...args: string[]): string => {
    const { stdout, stderr } = pkg(['template', 'x', chart, ...args], { env: { XDG_CACHE_HOME: cache } });
    return stdout + stderr;
  };
  const kept = (): string[] => {
    const code = join(cache, 'kubepkg/code');
    const [build = ''] = readdirSync(code);
    return readdirSync(join(code, build))
      .filter((name) => name.endsWith('.cache'))
      .map((name) => join(code, build, name));
  };

  test('prints the same, also from blocks that no earlier run used', () => {
    const first = render();
    expect(first).toContain('a: 2');
    // The first run of a build only creates the cache folder.
    expect(kept()).toEqual([]);
    expect(render()).toBe(first);
    expect(kept()).toHaveLength(1);
    if (process.platform !== 'win32') expect(statSync(kept()[0] ?? '').mode & 0o077).toBe(0);
    expect(render()).toBe(first);
    expect(render('--set', 'enabled=false')).toContain('a: off12');
  });

  test('is parsed again if it has changed', () => {
    writeFiles(chart, { 'templates/a.yaml': template('out') });
    expect(render('--set', 'enabled=false')).toContain('a: out12');
    expect(render('--set', 'enabled=false')).toContain('a: out12');
    writeFiles(chart, { 'templates/a.yaml': `${template('out')}{{ if }}` });
    expect(render()).toContain('missing value for if');
    writeFiles(chart, { 'templates/a.yaml': template('off') });
    expect(render('--set', 'enabled=false')).toContain('a: off12');
  });

  test('does not cache ever more names', () => {
    const uses = (letter: string): string =>
      Array.from({ length: 15_000 }, (_, index) => `{{ .Values.${letter}${index} }}`).join('');
    const sizes: number[] = [];
    for (const letter of 'abcdef') {
      writeFiles(chart, { 'templates/a.yaml': `${template('off')}# ${uses(letter)}\n` });
      for (let run = 0; run < 2; run++) expect(render('--set', 'enabled=false')).toContain('a: off12');
      sizes.push(statSync(kept()[0] ?? '').size);
    }
    expect(Math.max(...sizes)).toBeLessThan(3 * Math.min(...sizes));
    writeFiles(chart, { 'templates/a.yaml': template('off') });
  });

  test('does not depend on damaged files', () => {
    render();
    const [file = ''] = kept();
    const good = readFileSync(file);
    fc.assert(
      fc.property(
        fc.record({ length: fc.nat(good.length), at: fc.nat(1000), change: fc.nat(255) }),
        ({ length, at, change }) => {
          const damaged = Buffer.from(change === 0 ? good.subarray(0, length) : good);
          if (at < damaged.length) damaged[at] = (damaged[at] ?? 0) ^ change;
          writeFileSync(file, damaged);
          expect(render()).toContain('a: 2');
        },
      ),
      { numRuns: 12 },
    );
  });

  test('replaces files with other content', () => {
    render();
    const [file = ''] = kept();
    const good = readFileSync(file);
    // The head stands there twice: this damages both copies alike.
    const twice = (index: string): Buffer => {
      const size = 8 + 4 * Math.ceil(index.length / 4);
      const head = Buffer.alloc(size);
      head.writeInt32LE(size, 0);
      head.writeInt32LE(index.length, 4);
      head.write(index, 8, 'latin1');
      return Buffer.concat([head, head]);
    };
    const texts = [
      'null',
      '[]',
      '{"names":[],"texts":[null]}',
      '{"names":[],"texts":[{"name":"a","size":9e9,"lengths":[],"known":{"functions":[],"templates":[]}}]}',
      '{',
    ];
    for (const bytes of [Buffer.alloc(good.length, Buffer.from([8, 0, 0, 0])), Buffer.alloc(0), ...texts.map(twice)]) {
      writeFileSync(file, bytes);
      expect(render()).toContain('a: 2');
      expect(readFileSync(file).length).toBeGreaterThan(30_000);
    }
  });
});

test('the cache of a library is used by all charts that contain it', () => {
  const folder = temporaryFolder();
  const cache = join(folder, 'cache');
  const filler = `{{/* ${'x'.repeat(30_000)} */}}`;
  const library = {
    'Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
    'templates/_a.tpl': `${filler}{{ define "lib.a" }}{{ if .Values.on }}on{{ else }}{{ template "lib.b" . }}{{ end }}{{ end }}`,
    'templates/_b.tpl': '{{ define "lib.b" }}{{ with .Chart }}{{ .Name }}{{ end }}{{ end }}',
  };
  const render = (name: string, ...args: string[]): string =>
    pkg(['template', 'x', join(folder, name), ...args], { env: { XDG_CACHE_HOME: cache } }).stdout;
  const kept = (): string[] =>
    readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.cache'));
  for (const name of ['one', 'two']) {
    writeFiles(join(folder, name), {
      'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 1.0.0\ndependencies:\n- name: lib\n  version: 1.0.0\n`,
      'templates/a.yaml': 'a: {{ include "lib.a" . }}\n',
    });
    for (const [file, text] of Object.entries(library)) writeFiles(join(folder, name, 'charts/lib'), { [file]: text });
  }
  render('one');
  expect(render('one')).toContain('a: one');
  const after = kept();
  expect(after).toHaveLength(1);
  expect(render('two')).toContain('a: two');
  expect(render('two', '--set', 'on=true')).toContain('a: on');
  expect(kept()).toEqual(after);
});
