/** Random values are identified by their fields: no edit of a chart changes the value of another field. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PkgError } from '../../src/errors.ts';
import type { RandomInput } from '../../src/render/random-values.ts';
import { matchesKey, StoredValues } from '../../src/render/random-values.ts';
import type { RenderedChart } from '../../src/render/render-chart.ts';
import type { Json, JsonObject } from '../../src/yaml/value.ts';
import { toPlain } from '../../src/yaml/value.ts';
import { errorOf } from '../support/errors.ts';
import { RUNS } from '../support/generation.ts';
import { chartOf, configMap, nothingStored, render, storedBy } from './support.ts';

const secret = (name: string, data: string): string =>
  configMap(data)
    .replace('kind: ConfigMap', 'kind: Secret')
    .replace('name: x', `name: ${name}`)
    .replace('\ndata:', '\nstringData:');

/** The fields of all objects: `Secret/db stringData.password`. */
function fieldsOf({ objects }: Pick<RenderedChart, 'objects'>): Map<string, string> {
  const fields = new Map<string, string>();
  const visit = (value: Json | undefined, path: string): void => {
    if (typeof value === 'string') fields.set(path, value);
    else if (Array.isArray(value)) {
      for (const item of value) visit(item, `${path}[${String((item as JsonObject)['name'])}]`);
    } else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
  };
  for (const { object } of objects) {
    const plain = toPlain(object ?? new Map());
    visit(plain, `${String(plain['kind'])}/${String((plain['metadata'] as JsonObject)['name'])}`);
  }
  return fields;
}

const keysOf = ({ randomValues }: Pick<RenderedChart, 'randomValues'>): (readonly string[])[] =>
  randomValues.map(({ keys }) => keys);

async function renderFiles(
  files: Record<string, string>,
  random: RandomInput = nothingStored(),
  values: JsonObject = {},
) {
  return await render(chartOf(files, values), { random });
}

/** Ways of writing a field `NAME` that holds a random text of a length, `put` in a data map. */
const FORMS: Record<string, (name: string, length: number) => string> = {
  plain: (name, length) => `${name}: {{randAlphaNum ${length}}}`,
  quoted: (name, length) => `${name}: "{{randAlphaNum ${length}}}"`,
  within: (name, length) => `${name}: user:{{randAlphaNum ${length}}}@host`,
  encoded: (name, length) => `${name}: {{b64enc (randAlphaNum ${length})}}`,
  lower: (name, length) => `${name}: {{lower (randAlphaNum ${length})}}`,
  digest: (name, length) => `${name}: {{sha256sum (randAlphaNum ${length})}}`,
  bound: (name, length) =>
    `{{#with (randAlphaNum ${length}) as |p|}}\n${name}: {{p}}\n${name}-2: {{b64enc p}}\n{{/with}}`,
  boundLower: (name, length) => `{{#with (lower (randAlphaNum ${length})) as |p|}}\n${name}: {{p}}\n{{/with}}`,
  pair: (name, length) =>
    `{{#with (dict "a" (randAlphaNum ${length}) "b" (randAlphaNum ${length})) as |d|}}\n${name}: {{d.a}}\n${name}-b: {{d.b}}\n{{/with}}`,
  partial: (name, length) => `${name}: {{include "password" length=${length}}}`,
  value: (name, length) => `${name}: {{> password length=${length}}}`,
  part: (name, length) => `${name}: "x-{{> password length=${length}}}"`,
  document: (name, length) => `{{spread (partial "fields" name="${name}" length=${length})}}`,
  texts: (name, length) => `{{spread (tpl (dict "${name}" "{{randAlphaNum ${length}}}"))}}`,
  wrapped: (name, length) => `{{> entry name="${name}" value=(randAlphaNum ${length})}}`,
  tpl: (name, length) => `${name}: {{tpl "{{randAlphaNum ${length}}}"}}`,
  spread: (name, length) => `{{spread (dict "${name}" (randAlphaNum ${length}))}}`,
  config: (name, length) =>
    `${name}: |\n  {{#yaml}}\n  a: {{randAlphaNum ${length}}}\n  b: {{randAlphaNum ${length}}}\n  {{/yaml}}`,
  hashed: (name, length) =>
    `{{#with (randAlphaNum ${length}) as |p|}}\n${name}: {{p}}\n${name}-h: {{htpasswd "u" p}}\n{{/with}}`,
  keyed: (name, length) => `${name}: {{upper (sha1sum (randAlphaNum ${length} key="k-${name}"))}}`,
};
const PARTIALS = {
  'templates/_password.hbs': '{{randAlphaNum length}}',
  'templates/_fields.hbs': '{{name}}: {{randAlphaNum length}}\n{{name}}-f: {{b64enc (randAlphaNum length)}}\n',
  'templates/_entry.hbs': '{{name}}: {{value}}\n',
};

type Field = { name: string; form: string; length: number };
type Layout = { file: string; object: string; fields: Field[] }[];

const field = (name: string): fc.Arbitrary<Field> =>
  fc.record({ name: fc.constant(name), form: fc.constantFrom(...Object.keys(FORMS)), length: fc.constantFrom(16, 20) });

/** Fields of objects of files, and what an edit makes of them: other files and orders, fewer and further fields. */
const edits = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 2, maxLength: 5 })
  .chain((names) =>
    fc.tuple(...names.map((name) => fc.record({ field: field(name), object: fc.constantFrom('one', 'two') }))),
  )
  .chain((all) => {
    const arranged = (ones: readonly { field: Field; object: string }[], file: string): Layout =>
      ['one', 'two'].flatMap((object) => {
        const fields = ones.filter((one) => one.object === object).map((one) => one.field);
        return fields.length === 0 ? [] : [{ file: `${file}-${object}`, object, fields }];
      });
    return fc.record({
      before: fc.constant(arranged(all, 'x')),
      after: fc
        .record({
          kept: fc.shuffledSubarray(all, { minLength: 1 }),
          more: fc.array(field('new'), { maxLength: 1 }),
          file: fc.constantFrom('x', 'y'),
          longer: fc.nat(4),
          isTwoInOne: fc.boolean(),
        })
        .map(({ kept, more, file, longer, isTwoInOne }) => {
          const ones = kept.map((one, index) =>
            index === longer ? { ...one, field: { ...one.field, length: one.field.length + 8 } } : one,
          );
          const layout = arranged([...more.map((one) => ({ field: one, object: 'one' })), ...ones], file);
          return {
            layout: isTwoInOne ? layout.toReversed().map((part) => ({ ...part, file })) : layout,
            changed: ones[longer]?.field.name,
          };
        }),
    });
  });

function chartFiles(layout: Layout): Record<string, string> {
  const files: Record<string, string> = { ...PARTIALS };
  for (const { file, object, fields } of layout) {
    const text = secret(object, fields.map(({ name, form, length }) => FORMS[form]?.(name, length)).join('\n'));
    const path = `templates/${file}.yaml.hbs`;
    files[path] = files[path] === undefined ? text : `${files[path]}---\n${text}`;
  }
  return files;
}

test('edits of a chart keep the values of all fields but those whose call they change', async () => {
  await fc.assert(
    fc.asyncProperty(edits, async ({ before, after: { layout, changed } }) => {
      const first = await renderFiles(chartFiles(before));
      const again = await renderFiles(chartFiles(before), storedBy(first));
      expect(fieldsOf(again)).toEqual(fieldsOf(first));
      const second = await renderFiles(chartFiles(layout), storedBy(first, again));
      const old = fieldsOf(first);
      const values = [...fieldsOf(second)].filter(([path]) => path.includes('.stringData.'));
      for (const [path, value] of values) {
        const name = path.replace(/.*\.(\w+)(?:-\w+)?$/, '$1');
        if (name === changed || name === 'new') expect(value, path).not.toBe(old.get(path));
        else expect(value, path).toBe(old.get(path));
      }
      // And back again: the values that the second render stored are enough.
      const third = await renderFiles(chartFiles(layout), storedBy(second));
      expect(fieldsOf(third)).toEqual(fieldsOf(second));
    }),
    { numRuns: 150 * RUNS },
  );
}, 120_000);

/** Loops over `values.users` that give each user values of their own; `row` is the name of a partial. */
const LOOPS: Record<string, (row: string, length: number) => string> = {
  keys: (_, length) => `{{#each values.users}}\n{{this}}: {{randAlphaNum ${length}}}\n{{/each}}`,
  encoded: (_, length) => `{{#each values.users}}\n{{this}}: {{b64enc (randAlphaNum ${length})}}\n{{/each}}`,
  within: (_, length) =>
    `{{#each values.users as |user i|}}\n{{user}}: "{{user}}:{{randAlphaNum ${length}}}"\n{{/each}}`,
  map: (_, length) => `{{#each values.teams}}\n{{@key}}: {{randAlphaNum ${length}}}\n{{/each}}`,
  nested: (_, length) =>
    `{{#each values.users as |user|}}\n{{#each values.sides as |side|}}\n{{user}}{{side}}: {{randAlphaNum ${length}}}\n{{/each}}\n{{/each}}`,
  partial: (row, length) => `{{#each values.users}}\n{{> ${row} name=this length=${length}}}\n{{/each}}`,
  value: (row, length) =>
    `{{#each values.users}}\n{{this}}: {{get (partial "${row}" name=this length=${length}) this}}\n{{/each}}`,
  spread: (row, length) =>
    `{{#each values.users}}\n{{spread (partial "${row}" name=this length=${length})}}\n{{/each}}`,
  block: (_, length) =>
    `{{#each values.users as |user|}}\n{{#> wrap}}\n{{user}}: {{randAlphaNum ${length}}}\n{{/wrap}}\n{{/each}}`,
  config: (_, length) =>
    `conf: |\n  {{#yaml}}\n  {{#each values.users}}\n  - name: {{this}}\n    token: {{randAlphaNum ${length}}}\n  {{/each}}\n  {{/yaml}}`,
  text: (_, length) =>
    `conf: |\n  {{#each values.users}}\n  - name: {{this}}\n    token: {{randAlphaNum ${length} key=(printf "user-%s" this)}}\n  {{/each}}`,
};

type Loops = {
  loop: string;
  users: string[];
  sides: string[];
  isAbove: boolean;
  file: string;
  row: string;
  isFirst: boolean;
};

/** Objects of a loop. */
const objects = (length: number): string =>
  `---\n{{#each values.users}}\n---\n${secret('of-{{this}}', `x: {{randAlphaNum ${length}}}\ny: {{randAlphaNum ${length}}}`)}{{/each}}\n`;

const USERS = ['ann', 'bob', 'cid', 'dan'];

/** A loop before an edit and after it: other orders, fewer and further items, a call above, other names of files. */
const loops = fc
  .record({ loop: fc.constantFrom(...Object.keys(LOOPS)), length: fc.constantFrom(12, 20) })
  .chain(({ loop, length }) => {
    const layout: fc.Arbitrary<Loops> = fc.record({
      loop: fc.constant(loop),
      users: fc.shuffledSubarray(USERS, { minLength: 1 }),
      sides: fc.shuffledSubarray(['l', 'r'], { minLength: 1 }),
      isAbove: fc.boolean(),
      file: fc.constantFrom('a', 'm', 'z/a'),
      row: fc.constantFrom('row', 'x/row', 'inside'),
      isFirst: fc.boolean(),
    });
    return fc.record({ length: fc.constant(length), before: layout, after: layout });
  });

function loopFiles({ loop, isAbove, file, row, isFirst }: Loops, length: number): Record<string, string> {
  const body = LOOPS[loop]?.(row, length) ?? '';
  const text = '{{name}}: {{randAlphaNum length}}\n';
  const above = isAbove ? `above: {{randAlphaNum ${length}}}\n` : '';
  const own = secret('own', above + body);
  const other = secret('other', `x: {{randAlphaNum ${length}}}`);
  const slash = row.lastIndexOf('/') + 1;
  return {
    'templates/_wrap.hbs': '{{> @partial-block}}\n',
    [`templates/${row.slice(0, slash)}_${row.slice(slash)}.hbs`]: text,
    [`templates/${file}.yaml.hbs`]: (isFirst ? `${other}---\n${own}` : `${own}---\n${other}`) + objects(length),
  };
}

test('a value in a loop stays with its item through edits', async () => {
  await fc.assert(
    fc.asyncProperty(loops, async ({ length, before, after }) => {
      const valuesOf = ({ users, sides }: Loops): JsonObject => ({
        users,
        sides,
        teams: Object.fromEntries(users.map((user) => [user, { of: user }])),
      });
      const first = await renderFiles(loopFiles(before, length), nothingStored(), valuesOf(before));
      const second = await renderFiles(loopFiles(after, length), storedBy(first), valuesOf(after));
      const [old, found] = [secretsOf(first), secretsOf(second)];
      expect(found.size).toBeGreaterThan(after.users.length);
      expect(new Set(found.values()).size).toBe(found.size);
      for (const [path, value] of found) expect(value, path).toBe(old.get(path) ?? value);
      // New fields have new values.
      for (const [path, value] of found) if (!old.has(path)) expect([...old.values()]).not.toContain(value);
    }),
    { numRuns: 150 * RUNS },
  );
});

/** The fields of all Secrets; of a text of YAML each of its items by its name. */
function secretsOf(rendered: Pick<RenderedChart, 'objects'>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [path, value] of fieldsOf(rendered)) {
    if (!path.includes('.stringData.')) continue;
    if (!path.endsWith('.conf')) found.set(path, value);
    else
      for (const [, name = '', token = ''] of value.matchAll(/- name: (\w+)\n {2}token: (\w+)/g))
        found.set(path + name, token);
  }
  return found;
}

test('a key consists of the object and the field, whatever templates lead there', async () => {
  const rendered = await renderFiles(
    {
      ...PARTIALS,
      'templates/a.yaml.hbs': [
        secret('a', 'plain: {{randAlphaNum 16}}\ntls.key: {{b64enc (randAlphaNum 16)}}'),
        secret('a-{{lower (randAlpha 5)}}', 'two: "{{randAlphaNum 8}}:{{randAlphaNum 8}}"'),
        secret('other', 'x: {{randAlphaNum 16 key="admin"}}').replace('name: other', 'name: other\n  namespace: far'),
        secret('own', 'x: {{uuidv4}}').replace('name: own', 'name: own\n  namespace: {{release.namespace}}'),
      ].join('---\n'),
      'templates/b.yaml.hbs': [
        'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    env:\n',
        '    {{#each (list "A" "B")}}\n    - name: {{this}}\n      value: {{randAlpha 9}}\n    {{/each}}\n',
        '    args:\n    - {{randInt 1000 9999}}\n',
      ].join(''),
      'templates/c.yaml.hbs': configMap(
        '{{#with (genCA "ca" 9) as |ca|}}\nca: {{ca.Cert}}\n{{/with}}\n' +
          'cert: {{get (genSignedCert "x" null null 9 (genCA "hidden" 9)) "Cert"}}\n' +
          'config: |\n  {{#yaml}}\n  users:\n  - user: u\n    token: {{randBytes 12}}\n  {{/yaml}}',
      ),
      'templates/NOTES.txt.hbs': '{{randAlphaNum 7}}',
    },
    nothingStored(),
  );
  expect(keysOf(rendered)).toEqual([
    ['Secret/a:data.plain'],
    ['Secret/a:data["tls.key"]'],
    ['Secret/a-*:metadata.name'],
    ['Secret/a-*:data.two'],
    ['Secret/a-*:data.two#2'],
    ['admin', 'Secret/far/other:data.x'],
    ['Secret/own:data.x'],
    ['Pod/p:spec.containers[name=c].env[name=A].value'],
    ['Pod/p:spec.containers[name=c].env[name=B].value'],
    ['Pod/p:spec.containers[name=c].args[0]'],
    ['ConfigMap/x:data.ca'],
    ['ConfigMap/x:data.cert'],
    ['ConfigMap/x:data.cert'],
    ['ConfigMap/x:data.config|users[user=u].token'],
    ['web/templates/NOTES.txt.hbs>randAlphaNum'],
  ]);
});

test('a key identifies one value through changes of fields and files', async () => {
  const first = await renderFiles({
    'templates/a.yaml.hbs': secret('a', 'x: {{randAlphaNum 16 key="k"}}\ny: {{randAlphaNum 16 key="k"}}'),
    'templates/b.yaml.hbs': configMap('sum: {{sha256sum (randAlphaNum 16 key="k")}}'),
  });
  const old = fieldsOf(first);
  expect(old.get('Secret/a.stringData.x')).toBe(old.get('Secret/a.stringData.y'));
  expect(first.randomValues).toHaveLength(1);
  const second = await renderFiles(
    { 'templates/z.yaml.hbs': secret('elsewhere', 'n: {{randAlphaNum 16}}\nz: {{randAlphaNum 16 key="k"}}') },
    storedBy(first),
  );
  const moved = fieldsOf(second);
  expect(moved.get('Secret/elsewhere.stringData.z')).toBe(old.get('Secret/a.stringData.x'));
  expect(moved.get('Secret/elsewhere.stringData.n')).not.toBe(old.get('Secret/a.stringData.x'));
  // Without its key it is identified by its field.
  const third = await renderFiles(
    { 'templates/z.yaml.hbs': secret('elsewhere', 'z: {{randAlphaNum 16}}') },
    storedBy(second),
  );
  expect(fieldsOf(third).get('Secret/elsewhere.stringData.z')).toBe(old.get('Secret/a.stringData.x'));
});

test('a value with a key of its own is given to another call in its field only if the key was removed', async () => {
  const stored = async (data: string): Promise<Map<string, string>> => {
    const first = await renderFiles({ 'templates/a.yaml.hbs': secret('a', 'x: {{randAlphaNum 16 key="k"}}') });
    const file = { 'templates/a.yaml.hbs': secret('a', data) };
    const second = await renderFiles(file, storedBy(first));
    expect(fieldsOf(await renderFiles(file, storedBy(second)))).toEqual(fieldsOf(second));
    const old = String(fieldsOf(first).get('Secret/a.stringData.x'));
    return new Map([...fieldsOf(second)].flatMap(([path, value]) => (value === old ? [[path.slice(-1), 'old']] : [])));
  };
  expect([...(await stored('x: {{randAlphaNum 16 key="other"}}\ny: {{randAlphaNum 16 key="k"}}'))]).toEqual([
    ['y', 'old'],
  ]);
  expect([...(await stored('x: {{randAlphaNum 16}}\ny: {{randAlphaNum 16 key="k"}}'))]).toEqual([['y', 'old']]);
  expect([...(await stored('x: {{randAlphaNum 16}}'))]).toEqual([['x', 'old']]);
  expect([...(await stored('x: {{randAlphaNum 16 key="other"}}'))]).toEqual([]);
});

test('a value with a field of its own is known by that, whatever comes before it in another field', async () => {
  const file = (names: string): Record<string, string> => ({
    'templates/a.yaml.hbs': secret(
      'a',
      `{{#with (dict ${names}) as |all|}}\n{{spread all}}\n{{/with}}\nall: {{join ":" (values (dict ${names}))}}`,
    ),
  });
  const pair = (name: string): string => `"${name}" (randAlphaNum 16 key="${name}")`;
  const bound = (names: readonly string[]): Record<string, string> => ({
    'templates/a.yaml.hbs': secret(
      'a',
      names.reduceRight(
        (inner, name) => `{{#with (randAlphaNum 16) as |${name}|}}\n${name}: {{${name}}}\n${inner}{{/with}}\n`,
        `all: ${names.map((name) => `{{${name}}}`).join(':')}\n`,
      ),
    ),
  });
  const cases = [
    [file(['p', 'q'].map((name) => pair(name)).join(' ')), file(['n', 'q', 'p'].map((name) => pair(name)).join(' '))],
    [bound(['p', 'q']), bound(['n', 'q', 'p'])],
  ] as const;
  for (const [before, after] of cases) {
    const first = await renderFiles(before);
    const second = await renderFiles(after, storedBy(first));
    for (const name of ['p', 'q']) {
      const path = `Secret/a.stringData.${name}`;
      expect(fieldsOf(second).get(path), path).toBe(fieldsOf(first).get(path));
    }
    expect(second.randomValues.filter(({ reason }) => reason !== undefined)).toMatchObject([{ reason: 'missing' }]);
    expect(new Set(second.randomValues.map(({ value }) => value)).size).toBe(3);
    // A field with several of them is no key, but --rotate finds it.
    const third = await renderFiles(after, { ...storedBy(second), rotate: ['Secret/a:data.all'] });
    expect(third.randomValues.filter(({ reason }) => reason === 'rotated')).toHaveLength(1);
    const all = await renderFiles(after, { ...storedBy(second), rotate: ['Secret/a:data.all*'] });
    expect(all.randomValues.filter(({ reason }) => reason === 'rotated')).toHaveLength(3);
  }
});

test('a hash among others in one text stays with its password', async () => {
  const users = 'all: |\n  {{#each values.users}}\n  {{this}}: {{bcrypt this}}\n  {{/each}}';
  const file = { 'templates/a.yaml.hbs': secret('a', users) };
  const lines = (rendered: Pick<RenderedChart, 'objects'>): string[] =>
    fieldsOf(rendered).get('Secret/a.stringData.all')?.trim().split('\n') ?? [];
  const first = await renderFiles(file, nothingStored(), { users: ['a', 'b'] });
  const second = await renderFiles(file, storedBy(first), { users: ['c', 'b', 'a'] });
  expect(lines(second).slice(1).toReversed()).toEqual(lines(first));
});

test('a key belongs to one call with its arguments, in one chart', async () => {
  const failure = (data: string): Promise<PkgError> =>
    errorOf(() => renderFiles({ 'templates/a.yaml.hbs': secret('a', data) }));
  const twice = await failure('x: {{randAlphaNum 16 key="k"}}\ny: {{randAlphaNum 17 key="k"}}');
  expect(twice).toMatchObject({ code: 'PKG_TEMPLATE_HELPER', at: { line: 7 } });
  expect(twice.message).toContain('the key k is that of another call');
  const other = await failure('x: {{randAlphaNum 16 key="k"}}\ny: {{randAlpha 16 key="k"}}');
  expect(other.message).toContain('the key k is that of another call');
  expect((await failure('x: {{randAlphaNum 16 key="a b"}}')).message).toContain('the key of randAlphaNum is a text');
  expect((await failure('x: {{upper "a" key="k"}}')).message).toContain('takes no named arguments');

  const file = { 'templates/a.yaml.hbs': secret('{{chart.name}}', 'x: {{randAlphaNum 16 key="k"}}') };
  const chart = chartOf(file);
  const child = chartOf(file);
  const both = { ...chart, dependencies: [{ ...child, metadata: { ...child.metadata, name: 'sub' } }] };
  const rendered = await render(both, { random: nothingStored() });
  expect(keysOf(rendered).map(([key]) => key)).toEqual(['k', 'sub/k']);
});

test('a shared value stays in both fields when the call is split, and one value is used when calls are joined', async () => {
  const joined = {
    'templates/a.yaml.hbs': secret('a', '{{#with (randAlphaNum 16) as |p|}}\nx: {{p}}\ny: {{p}}\n{{/with}}'),
  };
  const split = {
    'templates/a.yaml.hbs': secret('a', 'w: {{randAlphaNum 16}}\ny: {{randAlphaNum 16}}\nx: {{randAlphaNum 16}}'),
  };
  const first = await renderFiles(joined);
  const value = fieldsOf(first).get('Secret/a.stringData.x');
  const second = await renderFiles(split, storedBy(first));
  expect(fieldsOf(second).get('Secret/a.stringData.x')).toBe(value);
  expect(fieldsOf(second).get('Secret/a.stringData.y')).toBe(value);
  expect(fieldsOf(second).get('Secret/a.stringData.w')).not.toBe(value);
  expect(fieldsOf(await renderFiles(joined, storedBy(second))).get('Secret/a.stringData.y')).toBe(value);
});

test('a template that another one includes has the text of its output, in loops and blocks too', async () => {
  const own = '{{#each (list "p" "q")}}\n{{this}}: {{randAlphaNum 16}}\n{{/each}}\nx: {{values.x}}';
  const include = 's-{{n}}: {{include "a.yaml"}}';
  const files = {
    'templates/a.yaml.hbs': secret('a', own),
    'templates/_p.hbs': `${include}\n`,
    'templates/b.yaml.hbs': configMap(
      [
        `{{#each (list (dict "n" "1" "name" "y") (dict "n" "2" "name" "z"))}}\n${include}\n{{/each}}`,
        `{{#with (dict "n" "3" "name" "y" "x" "z")}}\n${include}\n{{/with}}`,
        '{{> p n="4" name="y"}}',
        '{{#*inline "q"}}\n{{> p n="5"}}\n{{/inline}}\n{{> q}}',
      ].join('\n'),
    ),
  };
  const first = await renderFiles(files, nothingStored(), { x: 'v' });
  const [{ text } = { text: '' }] = first.objects.filter(({ source }) => source === 'web/templates/a.yaml.hbs');
  const sums = [...fieldsOf(first)].filter(([path]) => path.includes('.s-')).map(([, value]) => value);
  expect(sums).toEqual(Array.from({ length: 5 }, () => `${text}\n`));
  expect(first.randomValues).toHaveLength(2);
});

test('a hash changes with its password only', async () => {
  const users = '{{#each values.users}}\n{{this}}: {{htpasswd this (randAlphaNum 16)}}\n{{/each}}';
  const file = { 'templates/a.yaml.hbs': secret('a', users) };
  const first = await renderFiles(file, nothingStored(), { users: ['a', 'b'] });
  const second = await renderFiles(file, storedBy(first), { users: ['c', 'b', 'a'] });
  expect(Object.fromEntries(fieldsOf(second))).toMatchObject(Object.fromEntries(fieldsOf(first)));
});

test('values that depend on other random values become stable', async () => {
  const data =
    '{{#if (gt (randInt 0 2) 0)}}\na: {{randAlphaNum 16}}\n{{else}}\nb: {{randAlphaNum 16}}\n{{/if}}\n' +
    '{{sha256sum (randAlphaNum 3)}}: {{randAlphaNum 16}}';
  const file = { 'templates/a.yaml.hbs': secret('a', data) };
  const first = await renderFiles(file);
  const second = await renderFiles(file, storedBy(first));
  expect(fieldsOf(second)).toEqual(fieldsOf(first));
  expect(fieldsOf(await renderFiles(file, storedBy(first, second)))).toEqual(fieldsOf(first));
});

test('rotating generates the values with a matching key again, and what depends on them', async () => {
  const file = {
    'templates/a.yaml.hbs': secret(
      'a',
      '{{#with (randAlphaNum 16 key="db") as |p|}}\np: {{p}}\nh: {{bcrypt p}}\n{{/with}}\nq: {{randAlphaNum 16}}',
    ),
  };
  const first = await renderFiles(file);
  const second = await renderFiles(file, { ...storedBy(first), rotate: ['d?'] });
  expect(second.randomValues.map(({ keys: [key], reason }) => [key, reason])).toEqual([
    ['db', 'rotated'],
    ['Secret/a:data.h', 'arguments'],
    ['Secret/a:data.q', undefined],
  ]);
  expect(fieldsOf(second).get('Secret/a.stringData.p')).not.toBe(fieldsOf(first).get('Secret/a.stringData.p'));
  expect(fieldsOf(await renderFiles(file, storedBy(first, second)))).toEqual(fieldsOf(second));
  const third = await renderFiles(file, { ...storedBy(first, second), rotate: ['Secret/a:data.*'] });
  expect(third.randomValues.map(({ reason }) => reason)).toEqual(['rotated', 'rotated', 'rotated']);
});

test('patterns of keys have * and ? only', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }).map((all) => all.join(''));
  fc.assert(
    fc.property(letters, letters, (pattern, key) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(key);
      expect(matchesKey([pattern], [key])).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test('a value that an earlier version of pkg stored is used once, and does not come back for another call', async () => {
  const file = (data: string): Record<string, string> => ({ 'templates/a.yaml.hbs': secret('a', data) });
  const earlier = {
    revision: 1,
    values: [],
    earlier: new Map([
      ['web/templates/a.yaml.hbs>randAlphaNum(16)', 'earlier-value'],
      ['web/templates/a.yaml.hbs>randAlphaNum(8)', 'too-early'],
    ]),
  };
  const first = await renderFiles(file('x: {{randAlphaNum 16}}'), { stored: new StoredValues([earlier]) });
  expect(fieldsOf(first).get('Secret/a.stringData.x')).toBe('earlier-value');
  const { stored } = {
    stored: new StoredValues([earlier, { revision: 2, values: first.randomValues, earlier: new Map() }]),
  };
  const second = await renderFiles(file('w: {{randAlphaNum 16}}\nx: {{randAlphaNum 16}}\ny: {{randAlphaNum 8}}'), {
    stored,
  });
  expect(fieldsOf(second).get('Secret/a.stringData.x')).toBe('earlier-value');
  expect(fieldsOf(second).get('Secret/a.stringData.w')).toHaveLength(16);
  expect(fieldsOf(second).get('Secret/a.stringData.y')).toHaveLength(8);
});
