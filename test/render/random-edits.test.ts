/**
 * Edits of charts with subcharts, libraries, Go templates and texts of `tpl`: a random value stays with the field of its
 * object, or with its key, in whatever way the templates get it there.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chart } from '../../src/chart/chart.ts';
import type { RandomInput } from '../../src/render/random-values.ts';
import type { JsonObject } from '../../src/yaml/value.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { RUNS } from '../support/generation.ts';
import { chartOf, nothingStored, render, storedBy } from './support.ts';

/** Ways of writing a field `name` whose value is random. All of them are the same call for the same field. */
const FORMS: Record<string, (name: string) => string> = {
  plain: (name) => `${name}: {{randAlphaNum 16}}`,
  quoted: (name) => `"${name}": '{{randAlphaNum 16}}'`,
  bound: (name) => `{{#with (randAlphaNum 16) as |p|}}\n${name}: {{p}}\n{{/with}}`,
  partial: (name) => `${name}: {{> password}}`,
  text: (name) => `${name}: {{include "password"}}`,
  library: (name) => `${name}: {{> lib/secret}}`,
  row: (name) => `{{> lib/row name="${name}"}}`,
  block: (name) => `{{#> lib/box}}\n${name}: {{randAlphaNum 16}}\n{{/lib/box}}`,
  fallback: (name) => `${name}: {{default (randAlphaNum 16) values.none}}`,
  branch: (name) => `{{#if values.yes}}\n${name}: {{randAlphaNum 16}}\n{{else}}\n${name}: x\n{{/if}}`,
  loop: (name) => `{{#each (list "${name}")}}\n{{this}}: {{randAlphaNum 16}}\n{{/each}}`,
  tpl: (name) => `${name}: {{tpl values.texts.plain}}`,
  structure: (name) => `{{spread (tpl (dict "${name}" values.texts.partial))}}`,
  global: (name) => `${name}: {{tpl values.global.text}}`,
  spread: (name) => `{{spread (dict "${name}" (randAlphaNum 16))}}`,
  keyed: (name) => `${name}: {{randAlphaNum 16 key="${name}"}}`,
};
const VALUES = {
  yes: true,
  global: { text: '{{randAlphaNum 16}}' },
  texts: { plain: '{{randAlphaNum 16}}', partial: '{{partial "lib/secret"}}' },
};
const PARTIALS = { 'templates/_password.hbs': '{{randAlphaNum 16}}' };
const LIBRARY = {
  'templates/_secret.hbs': '{{#*inline "inner"}}{{randAlphaNum 16}}{{/inline}}{{> inner}}',
  'templates/_row.hbs': '{{name}}: {{> secret}}\n',
  'templates/_box.hbs': '{{> @partial-block}}\n',
};

/** A Secret with fields, in a file of a chart of the tree: the chart itself, or a subchart under an alias. */
type Field = { name: string; form: string };
type Part = { chart: string; file: string; object: string; fields: Field[] };

/** What else stands in a chart: other uses of the same values, and calls that are nothing to the fields. */
const EXTRAS: Record<string, (files: readonly string[]) => Record<string, string>> = {
  none: () => ({}),
  'checksums in a native template': (files) => ({
    'templates/a-sums.yaml.hbs': object(
      'ConfigMap',
      'sums',
      files.map((file, at) => `s${at}: {{sha256sum (include "${file}")}}`),
    ),
  }),
  'one checksum of all files': (files) => ({
    'templates/z-sum.yaml.hbs': object('ConfigMap', 'sums', [
      `{{#with (cat ${files.map((file) => `(include "${file}")`).join(' ')}) as |all|}}\nsum: {{sha256sum all}}\n{{/with}}`,
    ]),
  }),
  'checksums in a Go template': (files) => ({
    'templates/sums.yaml': object(
      'ConfigMap',
      'sums',
      files.map((file, at) => `s${at}: {{ include (print $.Template.BasePath "/${file}") . | sha256sum }}`),
    ),
  }),
  'the text of the files': (files) => ({
    'templates/text.yaml.hbs': object(
      'ConfigMap',
      'text',
      files.map((file, at) => `s${at}: {{include "${file}"}}`),
    ),
  }),
  'another Secret': () => ({ 'templates/b.yaml.hbs': object('Secret', 'more', ['a: {{randAlphaNum 16}}']) }),
  notes: () => ({ 'templates/NOTES.txt.hbs': '{{randAlphaNum 16}} {{include "password"}}' }),
};

function object(kind: string, name: string, lines: readonly string[]): string {
  const body = lines.join('\n').replaceAll(/^(?=.)/gm, '  ');
  const field = kind === 'Secret' ? 'stringData' : 'data';
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: {{chart.name}}-${name}\n${field}:\n${body}\n`.replaceAll(
    '{{chart.name}}',
    lines.some((line) => line.includes('$.Template')) ? '{{ .Chart.Name }}' : '{{chart.name}}',
  );
}

function withChildren(chart: Chart, children: Record<string, Chart>): Chart {
  const dependencies = Object.entries(children).map(([name, child]) => ({
    ...child,
    metadata: {
      ...child.metadata,
      name,
      type: name === 'lib' ? ('library' as const) : child.metadata.type,
      all: new Map([...child.metadata.all, ['name', name]]),
    },
    location: `${chart.location}/charts/${name}`,
  }));
  return { ...chart, dependencies };
}

function treeOf(parts: readonly Part[], extras: string): Chart {
  const chartNamed = (name: string): Chart => {
    const files: Record<string, string> = { ...PARTIALS };
    for (const part of parts.filter(({ chart }) => chart === name)) {
      const path = `templates/${part.file}.yaml.hbs`;
      const text = object(
        'Secret',
        part.object,
        part.fields.map(({ name: field, form }) => FORMS[form]?.(field) ?? ''),
      );
      files[path] = files[path] === undefined ? text : `${files[path]}---\n${text}`;
    }
    const written = Object.keys(files).filter((path) => !path.includes('/_'));
    const more = EXTRAS[extras]?.(written.map((path) => path.slice('templates/'.length))) ?? {};
    const isEmpty = written.length === 0;
    return chartOf({ ...files, ...(isEmpty ? {} : more) }, VALUES);
  };
  const lib = chartOf(LIBRARY);
  const subcharts = Object.fromEntries(['one', 'two'].map((name) => [name, withChildren(chartNamed(name), { lib })]));
  return withChildren(chartNamed('web'), { lib, ...subcharts });
}

async function secretsOf(chart: Chart, random: RandomInput) {
  const rendered = await render(chart, { random });
  const fields = new Map<string, string>();
  for (const { object: one } of rendered.objects) {
    const { kind, metadata, stringData } = toPlain(one ?? new Map()) as JsonObject & { metadata: JsonObject };
    if (kind !== 'Secret') continue;
    for (const [name, value] of Object.entries(stringData as JsonObject))
      fields.set(`${String(metadata['name'])}.${name}`, String(value));
  }
  return { fields, randomValues: rendered.randomValues };
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
/** The chart and the object of each field, which stay, and a layout: its form, file and order, which edits change. */
const trees = fc
  .uniqueArray(fc.constantFrom(...NAMES), { minLength: 2, maxLength: 6 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          chart: fc.constantFrom('web', 'one', 'two'),
          object: fc.constantFrom('x', 'y'),
          isKeyed: fc.boolean(),
        }),
      ),
    ),
  )
  .chain((all) => {
    const form = fc.constantFrom(...Object.keys(FORMS).filter((name) => name !== 'keyed'));
    const layout = (min: number) =>
      fc
        .record({
          kept: fc.shuffledSubarray(all, { minLength: min }),
          forms: fc.array(form, { minLength: all.length, maxLength: all.length }),
          file: fc.constantFrom('m', 'secret', 'sub/z'),
          isOneFile: fc.boolean(),
          extras: fc.constantFrom(...Object.keys(EXTRAS)),
        })
        .map(({ kept, forms, file, isOneFile, extras }) => {
          const parts = new Map<string, Part>();
          for (const [at, { name, chart, object: own, isKeyed }] of kept.entries()) {
            const id = `${chart} ${own}`;
            const part = parts.get(id) ?? { chart, object: own, file: isOneFile ? file : `${file}-${own}`, fields: [] };
            part.fields.push({ name, form: isKeyed ? 'keyed' : (forms[at] ?? '') });
            parts.set(id, part);
          }
          return { parts: [...parts.values()], extras };
        });
    return fc.record({ before: layout(1), after: layout(1), last: layout(all.length) });
  });

test('no edit of a tree of charts changes a random value that is not concerned', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async ({ before, after, last }) => {
      const known = new Map<string, string>();
      const renders: Awaited<ReturnType<typeof secretsOf>>[] = [];
      for (const { parts, extras } of [before, after, last]) {
        const random = renders.length === 0 ? nothingStored() : storedBy(...renders);
        const rendered = await secretsOf(treeOf(parts, extras), random);
        renders.push(rendered);
        const { fields } = rendered;
        for (const [path, value] of fields) {
          // A new field has a value that no other one has or had.
          if (known.has(path)) expect(value, path).toBe(known.get(path));
          else expect([...known.values()], path).not.toContain(value);
          known.set(path, value);
        }
        expect(new Set(fields.values()).size).toBe(fields.size);
      }
    }),
    { numRuns: 120 * RUNS },
  );
}, 120_000);
