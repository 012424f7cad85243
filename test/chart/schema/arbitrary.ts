/** Generators of schemas of every draft, mostly valid, and of values that may match them. */
import fc from 'fast-check';
import type { Case } from './support.ts';

type Json = unknown;

/** A number whose spelling counts: `1.0` is not `1`. */
const raw = (JSON as unknown as { rawJSON: (text: string) => Json }).rawJSON;

const DRAFTS = [
  ['http://json-schema.org/draft-04/schema#', 4],
  ['http://json-schema.org/draft-06/schema#', 6],
  ['http://json-schema.org/draft-07/schema#', 7],
  ['https://json-schema.org/draft/2019-09/schema', 2019],
  ['https://json-schema.org/draft/2020-12/schema', 2020],
  [undefined, 2020],
] as const;

const NUMBERS = ['0', '1', '1.0', '-1', '1.5', '0.1', '0.3', '0.01', '3', '1e2', '100', '9007199254740993'].map(raw);
const HUGE = ['1e20', '100000000000000000000', '-9007199254740993', '18446744073709551616', '1e-7'].map(raw);
const NAMES = ['a', 'b', 'c', 'aa', 'x-y', 'é', '__proto__', 'a/b~'];
const TEXTS = [
  '',
  'a',
  'ab',
  'aab',
  'A1',
  'é',
  '😀',
  'e\u0301',
  '1',
  'true',
  '10.0.0.1',
  'a@b.cd',
  '2024-02-29',
  'http://x/y',
];
const PATTERNS = [
  '^a',
  'b$',
  '^[a-z]+$',
  '^a{1,2}$',
  '(a|b)+',
  '^$',
  '\\d',
  '\\p{L}',
  '.',
  '[^a]',
  '^(?:a+)+$',
  '\\.',
  '^\\S+$',
  '(?i)a',
  'a|',
];
const WRONG_PATTERNS = [
  '(?=a)',
  '(?<!a)b',
  '\\1',
  '(',
  '[',
  'a**',
  '\\c',
  '(?<n>a)',
  '(?P<n>a)',
  'a{1001}',
  '\\u0061',
  '[[:alpha:]]',
  '\\h',
  '\\pZ',
];
const FORMATS = ['ipv4', 'email', 'date', 'uri', 'hostname', 'regex', 'nonsense', 'semver', 'date-time'];
const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

const number = fc.constantFrom<Json>(...NUMBERS, ...NUMBERS, ...HUGE);
const name = fc.constantFrom(...NAMES);
const scalar = fc.oneof(number, number, fc.constantFrom<Json>(...TEXTS), fc.constantFrom<Json>(null, true, false));

/** Small values, so that the keywords of a schema apply to them. */
const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

// Helm fetches what it does not find, so what is not there is on a port of this machine where nothing listens.
const REFERENCES = [
  ...[
    '#',
    '#/definitions/a',
    '#/definitions/b',
    '#/$defs/a',
    '#/$defs/b',
    '#here',
    '#there',
    'inner',
    'inner#/definitions/a',
  ],
  ...[
    '#/properties/v',
    '#/definitions/a/items',
    '#/nothing',
    '#nothing',
    'http://127.0.0.1:9/s.json',
    '#/%24defs/a',
    'other.json',
  ],
  ...['#/unknown/x', '#/definitions', 'urn:x:y', 'values.schema.json', 'values.schema.json#/$defs/a', '#/required/0'],
];

function schemaOf(draft: number): fc.Arbitrary<Json> {
  const since = (first: number, entries: Record<string, fc.Arbitrary<Json>>): Record<string, fc.Arbitrary<Json>> =>
    draft >= first ? entries : {};
  const count = fc.constantFrom<Json>(0, 1, 2, 3, raw('1.0'));
  const names = fc.uniqueArray(name, { minLength: draft === 4 ? 1 : 0, maxLength: 2 });
  return fc.letrec<{ schema: Json }>((tie) => {
    const schema = tie('schema');
    const schemas = fc.array(schema, { minLength: 1, maxLength: 3 });
    const map = (keys: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
      fc.array(fc.tuple(keys, schema), { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries));
    const namesMap = fc.array(fc.tuple(name, names), { maxLength: 2 }).map((entries) => Object.fromEntries(entries));
    const scalars: Record<string, fc.Arbitrary<Json>> = {
      type: fc.oneof(
        fc.constantFrom<Json>(...TYPES),
        fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 3 }),
      ),
      enum: fc.uniqueArray(value, { minLength: 1, maxLength: 4, selector: (item) => JSON.stringify(item) }),
      multipleOf: fc.constantFrom<Json>(...['1', '0.1', '0.01', '2', '1.5', '1e-7', '3'].map(raw)),
      minimum: number,
      maximum: number,
      minLength: count,
      maxLength: count,
      pattern: fc.constantFrom<Json>(...PATTERNS),
      format: fc.constantFrom<Json>(...FORMATS),
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
      minProperties: count,
      maxProperties: count,
      required: names,
      ...since(6, { const: value }),
      ...since(2019, { minContains: count, maxContains: count, dependentRequired: namesMap }),
    };
    const strict = draft === 4 ? fc.boolean() : number;
    const nested: Record<string, fc.Arbitrary<Json>> = {
      items: draft < 2020 ? fc.oneof(schema, schemas) : schema,
      additionalItems: schema,
      properties: map(name),
      patternProperties: map(fc.constantFrom(...PATTERNS)),
      additionalProperties: fc.oneof(schema, fc.boolean()),
      dependencies: fc.oneof(map(name), namesMap),
      allOf: schemas,
      anyOf: schemas,
      oneOf: schemas,
      not: schema,
      ...since(6, { contains: schema, propertyNames: schema }),
      ...since(7, { if: schema, then: schema, else: schema }),
      ...since(2019, {
        unevaluatedProperties: fc.oneof(schema, fc.constant(false)),
        unevaluatedItems: fc.oneof(schema, fc.constant(false)),
        dependentSchemas: map(name),
        $recursiveRef: fc.constant('#'),
      }),
      ...since(2020, { prefixItems: schemas, $dynamicRef: fc.constantFrom('#here', '#there', '#', '#/$defs/a') }),
    };
    const some = (keywords: Record<string, fc.Arbitrary<Json>>, maxLength: number): fc.Arbitrary<[string, Json][]> =>
      fc.array(fc.oneof(...Object.entries(keywords).map(([key, arbitrary]) => fc.tuple(fc.constant(key), arbitrary))), {
        maxLength,
      });
    const rare: Record<string, fc.Arbitrary<Json>> = {
      exclusiveMinimum: strict,
      exclusiveMaximum: strict,
      $ref: fc.constantFrom(...REFERENCES),
    };
    const named: Record<string, fc.Arbitrary<Json>> = {
      $anchor: fc.constantFrom('here', 'there', '1x'),
      $dynamicAnchor: fc.constantFrom('here', 'there'),
      $recursiveAnchor: draft === 2020 ? fc.constant('here') : fc.boolean(),
      $id: fc.constantFrom('inner', '#here', 'http://127.0.0.1:9/s.json', 'inner#'),
      id: fc.constantFrom('inner', '#here', 'http://127.0.0.1:9/s.json'),
    };
    // What is sound for no draft, or for another one.
    const wrong: Record<string, fc.Arbitrary<Json>> = {
      ...Object.fromEntries(
        [...Object.keys(scalars), ...Object.keys(nested), '$id', '$defs'].map((key) => [key, value]),
      ),
      pattern: fc.constantFrom(...WRONG_PATTERNS),
      patternProperties: map(fc.constantFrom(...WRONG_PATTERNS)),
      const: value,
      if: schema,
      then: schema,
      minContains: count,
      prefixItems: schemas,
      exclusiveMinimum: fc.constantFrom<Json>(true, 1),
      $defs: map(name),
    };
    const object = fc
      .tuple(
        some(scalars, 2),
        some(nested, 2),
        fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: some(rare, 1) }),
        fc.oneof({ weight: 12, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(named, 1) }),
        fc.oneof({ weight: 60, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(wrong, 1) }),
      )
      .map((groups) => Object.fromEntries(groups.flat()));
    const leaf = some(scalars, 2).map((entries) => Object.fromEntries(entries));
    return {
      schema: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        draft === 4 ? leaf : fc.oneof({ weight: 5, arbitrary: leaf }, { weight: 1, arbitrary: fc.boolean() }),
        object,
        object,
      ),
    };
  }).schema;
}

/** A schema and values for it. */
export const cases: fc.Arbitrary<Case> = fc.constantFrom(...DRAFTS).chain(([$schema, draft]) => {
  const schema = schemaOf(draft);
  const root = fc.record({ v: schema, w: schema, a: schema, b: schema, rest: schema });
  const extra = fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant(true) });
  return fc
    .tuple(root, extra, value, value, fc.boolean())
    .map(([{ v, w, a, b, rest }, isWhole, first, second, both]) => {
      const whole = isWhole === true && typeof rest === 'object' ? (rest as object) : {};
      const document = {
        ...($schema !== undefined && { $schema }),
        ...(draft === 2019 && both && { $recursiveAnchor: true }),
        definitions: { a, b },
        ...(draft >= 2019 && { $defs: { a: b, b: a } }),
        ...whole,
        properties: { v, w },
      };
      return {
        schema: JSON.stringify(document),
        values: JSON.stringify(both ? { v: first, w: second } : { v: first }),
      };
    });
});

/** Texts that have each format, or nearly so. */
const FORMATTED: Readonly<Record<string, readonly string[]>> = {
  'json-pointer': ['/a/b', '', '/a~0~1', '/~'],
  'relative-json-pointer': ['0#', '1/a', '01', '0', '+1/a', '-0#'],
  uuid: ['2eb8aa08-aa98-11ea-b4aa-73b441d16380', '2eb8aa08aa9811eab4aa73b441d16380'],
  duration: ['P1Y2M3DT4H5M6S', 'P4W', 'PT1S', 'P1Y1W', 'P1.5D', 'P', 'P٢Y'],
  period: ['2020-01-01T00:00:00Z/P1D', 'P1D/2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z/2020-01-01T00:00:00Z'],
  ipv4: ['10.0.0.1', '1.2.3.256', '1.2.3', '01.2.3.4', '+1.2.3.4', '1.2.3.-0'],
  ipv6: [
    '::1',
    '1:2:3:4:5:6:7:8',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    '1::2::3',
    '::1.2.3.04',
    '12345::',
    '1:2:3:4:5:6:1.2.3.4',
  ],
  hostname: ['a.b', 'a-.b', 'xn--a', 'a_b', '', '.', 'a..b', 'é.b', 'a.'],
  email: ['a@b.c', '"a b"@c', 'a@[1.2.3.4]', 'a@[IPv6:::1]', 'a..b@c', '@c', 'é@c', '"@c', '""@c', 'a@'],
  date: ['2024-02-29', '2023-02-29', '0000-01-01', '2024-2-9', '+024-01-01', '2024-13-01'],
  time: [
    '23:59:60Z',
    '12:00:00+01:30',
    '12:00:00.5z',
    '12:00:00',
    '24:00:00Z',
    '+1:00:00Z',
    '00:59:60+01:00',
    '12:00:00.Z',
  ],
  'date-time': [
    '2024-02-29T12:00:00Z',
    '2024-02-29t12:00:00.123+00:00',
    '2024-02-29 12:00:00Z',
    '2016-12-31T23:59:60Z',
  ],
  uri: [
    'http://x/y?z#w',
    'a:b',
    'http://[::1]/',
    '//x',
    'http://x:80a/',
    'http://x/%zz',
    'http://é/',
    'mailto:a@b',
    'http://x y/',
    '1a:b',
    ':x',
    'http://[::1%25a]/',
    'http://a\\b',
    'http://x/{a}',
    'http://[1.2.3.4]/',
    'http://u:p@x/',
    'http://u p@x/',
    'a:',
    'http://x/ y',
    'http://[]/',
    'http://[::1',
    'http://x:/',
  ],
  iri: ['http://é/ß'],
  'uri-reference': ['/a', '?a', '#a', '#%zz', '', 'a b', '\\', 'a\\b', ':a', 'a/b:c', '//[::1]:a', 'é'],
  'iri-reference': ['é'],
  'uri-template': ['http://x/{a}', '{a', '{a}/{b', '/a}', '{{a}}', '{a}{b}'],
  semver: ['1.2.3', '1.2.3-a.1+b', '01.2.3', '1.2', 'v1.2.3', '1.2.3-01', '1.2.3-', '1.2.3+'],
  regex: [
    '^a',
    '(',
    'a**',
    '\\d',
    '[a-',
    '(?=a)',
    '\\p{L}',
    '\\pN',
    '[[:alpha:]]',
    'a{2,1}',
    '\\Q\\E',
    '(?P<a>b)',
    '(?i)a',
    '\\z',
    '\\Z',
    '\\x{10FFFF}',
    '\\x{110000}',
    '[\\d-z]',
    '(?<a>b)(?<a>c)',
    'a{1001}',
    '(((a{10}){10}){10}){10}',
    '\\C',
    '\\8',
    '(?U)a',
    '[z-a]',
    '\\_',
    '\\é',
    '(?s-i:a)',
    '(?)',
    '(?-)',
    '(?i-)',
    '\\pL{2}',
    '[^]',
    '[]a]',
    '{',
    'a{,2}',
    'a{1',
    'x{2}{3}',
    '\\p{Greek}',
    '\\p{^Greek}',
    '\\P{Foo}',
    '[[:foo:]]',
    '[[:^word:]]',
    '\\b\\B\\A',
    '(?m)^$',
    '\\07',
    '\\1',
    '(a)\\1',
    '+',
    '|',
    '(|)',
    '()*',
    'a*?',
    'a+?',
    'a??',
    'a*+',
  ],
  'idn-email': ['x'],
};

const piece = fc.constantFrom(
  ...'aZ09.:-/+@%[]{}"\\ #?T_~^$()*|é😀٢\n\t',
  '00',
  '::',
  '..',
  '25',
  '60',
  'P',
  '%7B',
  '',
);

/** One of some texts, with pieces of it replaced. */
function edited(texts: readonly string[]): fc.Arbitrary<string> {
  const edits = fc.array(fc.tuple(fc.nat(30), fc.nat(2), piece), { maxLength: 3 });
  return fc.tuple(fc.constantFrom(...texts), edits).map(([start, all]) =>
    all
      .reduce((text, [at, length, replacement]) => {
        const from = at % (text.length + 1);
        return text.slice(0, from) + replacement + text.slice(from + length);
      }, start)
      .toWellFormed(),
  );
}

/** A schema with a format or a pattern, and a text for it. */
export const formatCases: fc.Arbitrary<Case> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(...Object.entries(FORMATTED))
        .chain(([format, texts]) => fc.tuple(fc.constant<object>({ format }), edited(texts))),
    },
    fc.tuple(
      edited(FORMATTED['regex'] ?? []).map((pattern) => ({ pattern })),
      fc.string({ unit: piece, maxLength: 4 }),
    ),
  )
  .map(([v, text]) => ({
    schema: JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', properties: { v } }),
    values: JSON.stringify({ v: text }),
  }));
