/**
 * Where Kubernetes requires strings, numbers and booleans become the text as written, or are errors at their origin.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOrigins } from '../../src/chart/origins.ts';
import { NO_SOURCES } from '../../src/chart/user-values.ts';
import type { Chart } from '../../src/chart/chart.ts';
import type { PkgError } from '../../src/errors.ts';
import { parseYaml } from '../../src/yaml/read.ts';
import { isMap, toPlain } from '../../src/yaml/value.ts';
import type { Json, JsonObject, ValueMap } from '../../src/yaml/value.ts';
import { errorIfAny, errorOf } from '../support/errors.ts';
import { RUNS } from '../support/generation.ts';
import { anyObject, chartOf, configMap, render } from './support.ts';

/** A chart with a values file, of which errors can say where in it a value is. */
function chartWith(files: Record<string, string>, values: string): Chart {
  const parsed = parseYaml(values, 'values.yaml');
  const chart = chartOf(files, isMap(parsed) ? parsed : new Map());
  return { ...chart, valuesFile: { name: 'values.yaml', data: Buffer.from(values) } };
}

async function renderWith(files: Record<string, string>, values: string): Promise<JsonObject> {
  const chart = chartWith(files, values);
  const { objects } = await render(chart, { origins: createOrigins(chart, NO_SOURCES, new Map()) });
  const object = toPlain(objects[0]?.object ?? new Map());
  // The printed text is the same object.
  expect(toPlain(parseYaml(`${objects[0]?.text}\n`, 'x') as ValueMap)).toEqual(object);
  return object;
}

const failure = (files: Record<string, string>, values: string): Promise<PkgError> =>
  errorOf(() => renderWith(files, values));

const POD = (fields: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n${fields}`;

/** Where the value `x` may be put into a text of an object, and how it is read there. */
const PLACES: Record<string, { file: string; read: (object: JsonObject) => Json | undefined }> = {
  data: { file: configMap('a: {{values.x}}'), read: ({ data }) => (data as JsonObject)['a'] },
  optional: { file: configMap('a: {{optional values.x}}'), read: ({ data }) => (data as JsonObject)['a'] },
  spread: { file: configMap('{{spread values.map}}'), read: ({ data }) => (data as JsonObject)['a'] },
  whole: {
    file: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {{values.map}}\n',
    read: ({ data }) => (data as JsonObject)['a'],
  },
  document: { file: '{{values.object}}\n', read: ({ data }) => (data as JsonObject)['a'] },
  arg: {
    file: POD('    args:\n    - {{values.x}}\n'),
    read: ({ spec }) => (spec as { containers: { args: Json[] }[] }).containers[0]?.args[0],
  },
  list: {
    file: `apiVersion: v1\nkind: List\nitems:\n- ${configMap('a: {{values.x}}').trimEnd().replaceAll('\n', '\n  ')}\n`,
    read: ({ items }) => ((items as { data: JsonObject }[])[0]?.data ?? {})['a'],
  },
};

const valuesOf = (written: string): string =>
  `x: &x ${written}\nmap: {a: *x }\nobject: {apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: *x } }\n`;

const written = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.tuple(fc.nat(99), fc.nat(9)).map(([a, b]) => `${a}.${b}0`),
  fc.constantFrom('true', 'false', 'yes', 'no', 'on', 'off', 'True', 'y', 'n', 'TRUE'),
  fc.constantFrom(
    '0644',
    '0o17',
    '0x1F',
    '1_000',
    '1e3',
    '+5',
    '-0',
    '1.0',
    '.5',
    '5.',
    '1.10',
    '0b11',
    '12345678901234567890',
  ),
  fc.constantFrom('a', '1.2.3', '"1.10"', "'0644'", '1:30', '2020-01-01', '08', '1.1.'),
);

test('a number or boolean of values becomes the text as written, else an error at its origin', async () => {
  await fc.assert(
    fc.asyncProperty(written, fc.constantFrom(...Object.keys(PLACES)), async (text, name) => {
      const { file, read } = PLACES[name] ?? { file: '', read: () => undefined };
      const files = { 'templates/a.yaml.hbs': file };
      const values = valuesOf(text);
      const value = (parseYaml(values, 'x') as ValueMap).get('x') ?? null;
      const isFraction = typeof value === 'number' && !Number.isInteger(value);
      if (typeof value === 'string' || (!isFraction && String(value) === text)) {
        expect(read(await renderWith(files, values))).toBe(String(value));
        return;
      }
      const { code, hints, message } = await failure(files, values);
      expect(code).toBe('PKG_OBJECT_INVALID');
      expect(message).toContain('is a text in Kubernetes');
      expect(hints).toEqual([expect.stringMatching(/^quote it in web\/values\.yaml:[123]:/)]);
    }),
    { numRuns: 400 * RUNS },
  );
});

test('a literal of the template becomes the text as written, or an error', async () => {
  await fc.assert(
    fc.asyncProperty(written, fc.boolean(), async (text, isList) => {
      const literal = PLACES[isList ? 'list' : 'data'] ?? { file: '', read: () => undefined };
      const file = literal.file.replace('{{values.x}}', text);
      const value = (parseYaml(`x: ${text}`, 'x') as ValueMap).get('x') ?? null;
      const isFraction = typeof value === 'number' && !Number.isInteger(value);
      const files = { 'templates/a.yaml.hbs': file };
      if (typeof value === 'string' || (!isFraction && String(value) === text)) {
        expect(literal.read(await renderWith(files, 'a: b'))).toBe(String(value));
      } else {
        const { code, at } = await failure(files, 'a: b');
        expect(code).toMatch(/^PKG_(?:OBJECT_INVALID|TEMPLATE_YAML)$/);
        expect(at?.line).toBe(isList ? 9 : 6);
      }
    }),
    { numRuns: 200 * RUNS },
  );
});

test('a number within a string is printed as written', async () => {
  const files = (data: string): Record<string, string> => ({ 'templates/a.yaml.hbs': configMap(data) });
  const chosen = [
    'a: x:{{default "y" values.tag}}',
    'a: "{{coalesce values.none (ternary values.tag 1 (not values.none))}}"',
  ];
  for (const data of ['a: x:{{values.tag}}', 'a: "{{values.tag}}"', 'a: |\n  v{{values.tag}}', ...chosen]) {
    for (const text of ['1.10', '0644', '1e3', '1_0']) {
      const { message, hints } = await failure(files(data), `tag: ${text}\n`);
      expect(message).toContain(`${text} is read as a number`);
      expect(hints).toEqual(['quote it in web/values.yaml:1:1']);
    }
    for (const text of ['1.5', '7', '"1.10"', 'yes']) await renderWith(files(data), `tag: ${text}\n`);
  }
  // What a call computes has no spelling in a values file.
  await renderWith(files('a: x{{int values.tag}}{{addf values.tag 0}}'), 'tag: 0644\n');
});

test('a partial that is a value is checked like the document itself', async () => {
  const partial = (text: string): Record<string, string> => ({
    'templates/_p.hbs': `a: ${text}\n`,
    'templates/a.yaml.hbs': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {{> p}}\n',
  });
  expect(await renderWith(partial('8'), 'x: 1')).toMatchObject({ data: { a: '8' } });
  expect(await renderWith(partial('{{values.x}}'), 'x: 1')).toMatchObject({ data: { a: '1' } });
  const written = await failure(partial('1.0'), 'x: 1');
  expect([written.code, written.at?.file]).toEqual(['PKG_OBJECT_INVALID', 'web/templates/_p.hbs']);
  expect((await failure(partial('{{values.x}}'), 'x: 1.0')).hints).toEqual(['quote it in web/values.yaml:1:1']);
});

test.each([
  ['012345', 'quote it in web/values.yaml:1:1'],
  ['1.10', 'quote it in web/values.yaml:1:1'],
  ['0.5', 'Make it a text with toString'],
  ['8080', 'Make it a text with toString'],
  ['yes', 'quote it in web/values.yaml:1:1'],
  ['true', 'Make it a text with toString'],
])('a helper that takes a text gets %s from a values file: %s', async (written, hint) => {
  const { hints } = await failure({ 'templates/a.yaml.hbs': configMap('a: {{b64enc values.x}}') }, `x: ${written}`);
  expect(hints).toEqual([hint, 'Write it as (b64enc text)']);
});

test('nothing of a Secret is printed', async () => {
  const secret = (data: string): Record<string, string> => ({
    'templates/a.yaml.hbs': configMap(data).replace('ConfigMap', 'Secret').replace('\ndata:', '\nstringData:'),
  });
  for (const data of ['a: {{values.pin}}', 'a: x{{values.pin}}', 'a: 7.0']) {
    const { message, at } = await failure(secret(data), 'pin: 007\n');
    expect(message).not.toContain('7');
    expect(at?.isSecret).toBe(true);
  }
});

test('values in other fields and unknown kinds keep their types', async () => {
  const all = '{a: 1, b: 1.5, c: true, d: 0644}';
  expect(await renderWith({ 'templates/a.yaml.hbs': anyObject('a: {{values.x}}') }, `x: ${all}\n`)).toMatchObject({
    data: { a: { a: 1, b: 1.5, c: true, d: 420 } },
  });
  const fields =
    '    resources: {limits: {cpu: {{values.cpu}} } }\n    ports: [{containerPort: {{values.port}} }]\n    stdin: {{values.stdin}}\n';
  const pod = await renderWith({ 'templates/a.yaml.hbs': POD(fields) }, 'cpu: 0.5\nport: 80\nstdin: yes\n');
  expect(pod['spec']).toEqual({
    containers: [{ name: 'c', resources: { limits: { cpu: 0.5 } }, ports: [{ containerPort: 80 }], stdin: true }],
  });
  const named = await renderWith(
    {
      'templates/a.yaml.hbs':
        'apiVersion: example.test/v1\nkind: Thing\nmetadata: {name: {{values.num}}, labels: {a: 1} }\n',
    },
    'num: 5\n',
  );
  expect(named['metadata']).toEqual({ name: '5', labels: { a: '1' } });
});

const CRD = (isTemplate: boolean): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.test, ${isTemplate ? 'annotations: {a: b}' : ''}}
spec:
  group: example.test
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        properties:
          data:
            type: object
            properties:
              text: {type: string}
              count: {type: integer}
              either: {x-kubernetes-int-or-string: true}
              map: {type: object, additionalProperties: {type: string}}
              list: {type: array, items: {type: object, properties: {a: {type: string}}}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

test.each(['crds/things.yaml', 'templates/crd.yaml.hbs', 'a subchart'])(
  'kinds of CRDs in %s are known',
  async (where) => {
    const data = '{text: 1, count: 1, either: 1, map: {a: true}, list: [{a: 2, b: 3}], free: {a: 1}}';
    const files = { 'templates/a.yaml.hbs': anyObject('{{spread values.d}}') };
    const own = chartWith(where.startsWith('templates/') ? { ...files, [where]: CRD(true) } : files, `d: ${data}\n`);
    const crds = [{ name: 'crds/things.yaml', data: Buffer.from(CRD(false)) }];
    const child = { ...chartOf({}), metadata: { ...chartOf({}).metadata, name: 'sub' }, crds };
    const chart =
      where === 'a subchart'
        ? { ...own, dependencies: [child] }
        : { ...own, crds: where.startsWith('crds/') ? crds : [] };
    const { objects } = await render(chart);
    const thing = objects.map(({ object }) => toPlain(object ?? new Map())).find(({ kind }) => kind === 'Thing');
    expect(thing?.['data']).toEqual({
      text: '1',
      count: 1,
      either: 1,
      map: { a: 'true' },
      list: [{ a: '2', b: 3 }],
      free: { a: 1 },
    });
  },
);

/** Fields of built-in kinds, with what they hold. */
const HOLDING: readonly [wanted: string, object: (value: string) => string, path: string][] = [
  ['text', (value) => configMap(`a: ${value}`), 'data.a'],
  ['text', (value) => POD(`    image: ${value}\n`), 'spec.containers.0.image'],
  ['map', (value) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: ${value}\n`, 'data'],
  ['map', (value) => `apiVersion: v1\nkind: Service\nmetadata: {name: x, labels: ${value} }\n`, 'metadata.labels'],
  ['map', (value) => POD(`    securityContext: ${value}\n`), 'spec.containers.0.securityContext'],
  ['list', (value) => POD(`    args: ${value}\n`), 'spec.containers.0.args'],
  ['list', (value) => POD(`    command: ${value}\n`), 'spec.containers.0.command'],
];

const MISPLACED: readonly [found: string, literal: string, json: string][] = [
  ['text', 'some text', '"some text"'],
  ['text', '"{{release.name}}"', '"web"'],
  ['map', '{k: v}', '{"k": "v"}'],
  ['map', '{k: {{release.name}} }', '{"k": "web"}'],
  ['map', '{}', '{}'],
  ['list', '[v]', '["v"]'],
  ['list', '[{{release.name}}]', '["web"]'],
  ['list', '[]', '[]'],
];

test('a string, list or map of the wrong type is an error at its field, whatever its origin', async () => {
  for (const [wanted, object, path] of HOLDING) {
    for (const [found, literal, json] of MISPLACED) {
      const files: Record<string, string>[] = [
        { 'templates/x.yaml.hbs': object(literal) },
        { 'templates/x.yaml.hbs': object('{{values.x}}') },
        { 'templates/x.yaml.hbs': object('{{optional values.opt}}') },
        { 'templates/x.yaml.hbs': object('{{> p}}'), 'templates/_p.hbs': literal },
      ];
      for (const [index, one] of files.entries()) {
        const isEmpty = index === 2 && /^(?:\{\}|\[\])$/.test(json);
        const values = `x: ${json}\n${index === 2 ? `opt: ${json}` : 'other: 1'}\n`;
        const error = await errorIfAny(() => renderWith(one, values));
        const message = `${path} is a ${wanted} in Kubernetes, and this is a ${found}`;
        const about = `${JSON.stringify(one)} ${json}`;
        expect(error?.message, about).toBe(found === wanted || isEmpty ? undefined : message);
        if (error !== undefined)
          expect([error.at?.file, error.hints.length], about).toEqual(['web/templates/x.yaml.hbs', 1]);
      }
    }
  }
});

test('invalid base64 in the data of a Secret is an error', async () => {
  const secret = (value: string): Record<string, string> => ({
    'templates/x.yaml.hbs': `apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  a: ${value}\n`,
  });
  for (const value of ['web', '{{values.x}}', 'a{{values.x}}', '5', 'true', '"5"', '====', '"a b="']) {
    const error = await failure(secret(value), 'x: not base64\n');
    expect(error?.message, value).toMatch(
      /^data\.a is a text in base64 in Kubernetes, and this is (?:none|a number|a boolean)$/,
    );
    expect(error.hints, value).toEqual([expect.stringContaining('{{b64enc x}}')]);
    expect(error.at, value).toMatchObject({ line: 5, column: 3, isSecret: true });
  }
  for (const value of ['d2Vi', '{{b64enc values.x}}', '""', '"d2Vi\\nd2Vi"', 'd2U=']) {
    expect(await renderWith(secret(value), 'x: not base64\n'), value).toBeDefined();
  }
});

test.each([
  [
    '{{values.map}}',
    'this selector is a plain map: write the labels themselves below it',
    'selector:\n    matchLabels',
  ],
  ['{{values.map}}', 'labels has texts only: {{spread x}}', 'labels:\n    app'],
  ['{a: b}', 'this selector is a plain map: write the labels themselves below it', 'selector:\n    matchLabels'],
])('a map within a map of strings, %s, has the hint: %s', async (value, hint, field) => {
  const [head, rest] = field.startsWith('labels') ? ['metadata', 'name: x\n'] : ['spec', 'type: NodePort\n'];
  const name = head === 'spec' ? 'metadata: {name: x}\n' : '';
  const file = `apiVersion: v1\nkind: Service\n${name}${head}:\n  ${rest}  ${field}: ${value}\n`;
  const error = await failure({ 'templates/x.yaml.hbs': file }, 'map: {a: b}\n');
  expect(error.hints).toEqual([expect.stringContaining(hint)]);
});

describe('numbers in strings that helpers make', () => {
  const VALUES = `x: 1.10
mode: 0644
list: [a, 1.20]
ok: 5
text: t
none: null
map: { tag: 2.0 }
tpl: "v{{values.x}}"
goTpl: "v{{ .Values.x }}"
`;
  const PARTIALS = {
    'templates/_name.hbs': 'web-{{values.x}}\n',
    'templates/_row.hbs': 'tag-{{tag}}\n',
    'templates/_map.hbs': 'v: a{{values.x}}\n',
  };

  test.each([
    ['{{printf "%s:%v" values.text values.x}}', '1.10', 'values.yaml:1:1'],
    ['{{print "v" values.mode}}', '0644', 'values.yaml:2:1'],
    ['{{join "," values.list}}', '1.20', 'values.yaml:3:11'],
    ['{{join "-" (list "a" values.x)}}', '1.10', 'values.yaml:1:1'],
    ['{{quote values.x}}', '1.10', 'values.yaml:1:1'],
    ['{{cat "a" values.x}}', '1.10', 'values.yaml:1:1'],
    ['a{{toString values.x}}', '1.10', 'values.yaml:1:1'],
    ['{{trunc 63 (printf "%v" (default 2 values.x))}}', '1.10', 'values.yaml:1:1'],
    ['{{#each values.list}}{{print "x" this}}{{/each}}', '1.20', 'values.yaml:3:11'],
    ['{{optional (print values.x)}}', '1.10', 'values.yaml:1:1'],
    ['a-{{first (rest values.list)}}', '1.20', 'values.yaml:3:11'],
    ['a-{{last values.list}}', '1.20', 'values.yaml:3:11'],
    ['a-{{index values.list 1}}', '1.20', 'values.yaml:3:11'],
    ['a-{{get values.map "tag"}}', '2.0', 'values.yaml:7:8'],
    ['a-{{dig "map" "tag" "" values}}', '2.0', 'values.yaml:7:8'],
    ['a-{{first (pluck "tag" values.map)}}', '2.0', 'values.yaml:7:8'],
    ['{{print "v" (coalesce values.none (ternary values.x 1 values.ok))}}', '1.10', 'values.yaml:1:1'],
    ['{{replace "." "-" (toString values.x)}}', '1.10', 'values.yaml:1:1'],
    ['{{upper (trimSuffix "/" (printf "v%v/" values.x))}}', '1.10', 'values.yaml:1:1'],
    ['{{join "," (concat (list "a") (reverse values.list))}}', '1.20', 'values.yaml:3:11'],
    ['{{include "name"}}', '1.10', 'values.yaml:1:1'],
    ['{{> name}}', '1.10', 'values.yaml:1:1'],
    ['{{> row tag=values.x}}', '1.10', 'values.yaml:1:1'],
    ['{{trunc 20 (include "row" tag=(default 1 values.x))}}', '1.10', 'values.yaml:1:1'],
    ['{{get (partial "map") "v"}}', '1.10', 'values.yaml:1:1'],
    ['{{tpl values.tpl}}', '1.10', 'values.yaml:1:1'],
    ['{{goTpl values.goTpl}}', '1.10', 'values.yaml:1:1'],
    ['"{{{values.x}}}:a"', '1.10', 'values.yaml:1:1'],
    ['|\n    {{#yaml}}\n    image: web:{{values.x}}\n    {{/yaml}}', '1.10', 'values.yaml:1:1'],
    ['|\n    {{#with values.map}}v{{this.tag}}{{/with}}', '2.0', 'values.yaml:7:8'],
    ['b\nv{{print values.x}}: c', '1.10', 'values.yaml:1:1'],
  ])('%s', async (text, written, place) => {
    const files = { ...PARTIALS, 'templates/x.yaml.hbs': configMap(`a: ${text}`) };
    const { code, message, hints } = await failure(files, VALUES);
    expect({ code, message, hint: hints[0] }).toEqual({
      code: 'PKG_OBJECT_INVALID',
      message: expect.stringContaining(`${written} is read as a number, and its text here would be`),
      hint: expect.stringContaining(place),
    });
  });

  test.each([
    ['{{printf "%.2f:%03d" values.x values.ok}}', '1.10:005'],
    ['{{print values.ok}}', '5'],
    ['{{print (default values.x values.ok)}}', '5'],
    ['{{#if (eq (print values.x) "1.1")}}yes{{/if}} it is', 'yes it is'],
    ['{{trunc 6 (sha256sum (print values.x))}}', 'b05e24'],
    ['{{toYaml (dict "x" values.x)}}', 'x: 1.1'],
    ['{{toJson (list values.x)}}', '[1.1]'],
    ['v{{#if (eq values.x 1.1)}}1.10{{/if}}', 'v1.10'],
    ['{{add values.mode 1}}{{mulf values.x 2}}', '4212.2'],
  ])('%s has the number as written', async (text, result) => {
    const { data } = await renderWith({ 'templates/x.yaml.hbs': configMap(`a: ${text}`) }, VALUES);
    expect((data as JsonObject)['a']).toBe(result);
  });
});

test.each([
  ['kind: Service', 'spec: {type: {{values.text}}, ports: [{port: 80}]}', 'clusterIp', 'did you mean ClusterIP?'],
  ['kind: Service', 'spec: {ports: [{port: "{{values.text}}"}]}', '80', 'Kubernetes expects a whole number'],
  [
    'kind: PersistentVolumeClaim',
    'spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: {{values.text}} } } }',
    '2GB',
    'is not a quantity',
  ],
  [
    'kind: Service',
    'spec: {selector: {a: b}, ports: [{port: 80}], unknown: 1}\nmetadata: {name: x, labels: {a: {{values.text}} } }',
    'a b',
    'a label consists of',
  ],
  // Required fields that are missing.
  ['kind: Service', 'spec: {type: {{values.text}} }', 'ClusterIP', 'there are no ports'],
  ['kind: Pod', 'spec: {containers: [{name: {{values.text}} }]}', 'a', 'the container "a" has no image'],
])('a folder of manifests refuses what an API server refuses: %s, %s', async (kind, fields, text, message) => {
  const name = fields.includes('metadata') ? '' : 'metadata: {name: x}\n';
  const files = (extension: string, written: string): Record<string, string> => ({
    [`templates/x.yaml${extension}`]: `apiVersion: v1\n${kind}\n${name}${written}\n`,
  });
  for (const chart of [
    chartWith(files('.hbs', fields), `text: '${text}'\n`),
    chartWith(files('', fields.replace('{{values.text}}', '{{ .Values.text }}')), `text: '${text}'\n`),
  ]) {
    await expect(render(chart, { checkTexts: true })).rejects.toMatchObject({
      code: 'PKG_OBJECT_INVALID',
      message: expect.stringContaining(message),
      at: { file: expect.stringContaining('x.yaml') },
    });
    await render(chart);
  }
});
