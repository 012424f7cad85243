/** Cases that generated schemas seldom contain: spellings of `$schema`, formats, patterns, numbers, hostile schemas. */
import { describe, expect, test } from 'vitest';
import { loadChart } from '../../../src/chart/load.ts';
import { validateSchemas } from '../../../src/chart/schema.ts';
import type { PkgError } from '../../../src/errors.ts';
import { writeChart } from '../support.ts';
import { expectAgreement } from './support.ts';
import type { Case } from './support.ts';

const of = (v: unknown, value: string, $schema = 'http://json-schema.org/draft-07/schema#'): Case => ({
  schema: JSON.stringify({ $schema, properties: { v } }),
  values: `v: ${value}\n`,
});

test('the spellings of $schema', async () => {
  const spellings = ['', 'draft-04/', 'draft-06/', 'draft-07/', 'draft/2019-09/', 'draft/2020-12/']
    .flatMap((name) => [`http://json-schema.org/${name}schema`, `https://json-schema.org/${name}schema`])
    .flatMap((uri) => [uri, `${uri}#`, `${uri}#x`]);
  const others = [
    '',
    'json-schema.org/schema',
    'urn:x',
    'http://127.0.0.1:9/schema',
    'draft-07',
    'file:///nothing.json',
    '1:2',
  ];
  // Each draft gives these another meaning.
  const telling = { exclusiveMinimum: 1, items: [{}], prefixItems: [{ type: 'string' }], format: 'ipv4', const: 5 };
  const cases = [...spellings, ...others].flatMap(($schema) => [
    of({}, 'x', $schema),
    of({ prefixItems: [{ type: 'string' }] }, '[1]', $schema),
    of({ format: 'ipv4' }, 'x', $schema),
    of({ const: 5 }, '4', $schema),
    of({ if: { const: 5 }, else: false }, '4', $schema),
    of(telling, '4', $schema),
  ]);
  const verdicts = await expectAgreement([...cases, of({}, 'x', undefined)]);
  expect(new Set(verdicts).size).toBe(3);
});

test('formats', async () => {
  const texts: Record<string, string[]> = {
    ipv4: ['1.2.3.4', '1.2.3', '01.2.3.4', '256.1.1.1', '+1.2.3.4', '1.2.3.4 ', ''],
    ipv6: [
      '::',
      '::1',
      '1::2:3:4:5:6:7:8',
      '1:2:3:4:5:6:7::',
      '::1.2.3.4',
      '1.2.3.4',
      'fe80::1%eth0',
      ':::',
      '12345::',
      '1:2:3:4:5:6:7:8',
    ],
    hostname: ['a', 'a.b', 'a.', '.', '-a', 'a-', 'a_b', 'é', 'a..b', 'x'.repeat(64), '1.1', ''],
    email: [
      'a@b',
      '@b',
      'a@',
      'a',
      '"a b"@c',
      '"a"b"@c',
      'a..b@c',
      '.a@c',
      'a@[1.2.3.4]',
      'a@[IPv6:::1]',
      'a@[x]',
      'é@c',
      'a@b@c',
      '"a@c',
      '"@c',
      '""@c',
      'a"@c',
      '"a\\\\b"@c',
    ],
    date: [
      '2024-02-29',
      '2023-02-29',
      '2024-13-01',
      '2024-1-1',
      '0000-01-01',
      '1900-02-29',
      '2024-00-01',
      '2024-04-31',
    ],
    time: [
      '00:00:00Z',
      '23:59:60Z',
      '22:59:60Z',
      '22:59:60-01:00',
      '1:00:00Z',
      '00:00:00',
      '00:00:00.1Z',
      '00:00:00.Z',
      '00:00:00+24:00',
      '+1:00:00Z',
    ],
    'date-time': [
      '2024-01-01T00:00:00Z',
      '2024-01-01t00:00:00z',
      '2024-01-01 00:00:00Z',
      '2024-01-01T00:00:00+01:00',
      '2024-02-30T00:00:00Z',
    ],
    duration: ['P1D', 'PT1S', 'P', 'PT', 'P1W', 'P1W1D', 'P1Y2M3DT4H5M6S', 'P1M1Y', '1D', 'P1', 'PT1D'],
    period: ['P1D/2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z/P1D', 'P1D/P1D', 'x'],
    uri: [
      'http://x',
      'x',
      '/x',
      'mailto:a@b',
      'http://a b',
      'http://x/%zz',
      'http://[::1]/',
      'http://[::x]/',
      'http://[x]/',
      'http://[::1%25e]/',
      'http://x:y/',
      'http://x[]/',
      'http://%25/',
      'http://%c3%A9:1/',
      'http://%41/',
      'foo://a:b:1/',
      ':x',
      'a:',
      '1a://x',
      'http://x#%zz',
    ],
    'uri-reference': ['', 'x', '/x', '#a', '\\x', 'a:b', '1:b', 'x/%zz', '//x/y', '///x', '?x'],
    'uri-template': [
      ...[
        'http://x/{a}',
        'http://x/{a',
        'http://x/{{a}}',
        '{a}',
        '}',
        'http:{a',
        'http:/{a',
        '//{a/b',
        '///{a',
        '{a?}',
      ],
      ...['/%7Ba', '/%7ba', '/%7Ba!', '/{a%7D', '/é%7Ba', 'http://x/%2F{', '{a#}', 'a:b/{c', '/*%7Ba%7D', '/%C3%A9%7B'],
    ],
    uuid: ['123e4567-e89b-12d3-a456-426614174000', '123e4567e89b12d3a456426614174000', ''],
    'json-pointer': ['', '/', '/a~0', '/a~2', 'a', '/~'],
    'relative-json-pointer': ['0', '01', '0#', '1/a', '#', '1a', ''],
    regex: ['a', '(', '(?=a)', '\\d'],
    semver: ['1.2.3', '1.2', '01.2.3', '1.2.3-a.01', '1.2.3-a.1+b', '1.2.3+', 'v1.2.3'],
    nonsense: ['x'],
  };
  const cases = Object.entries(texts).flatMap(([format, all]) =>
    all.flatMap((text) => [of({ format }, JSON.stringify(text))]),
  );
  const noted = cases.map(({ schema, values }) => ({ schema: schema.replace(/"\$schema":"[^"]*",/, ''), values }));
  await expectAgreement([...cases, ...noted]);
});

test('patterns are those of RE2', async () => {
  const patterns = [
    '^a$',
    'a$',
    '(?i)A',
    '\\bA',
    '^\\w+$',
    '(?=a)',
    '\\1',
    '[[:alpha:]]',
    '\\pL',
    '\\x{61}',
    '\\u0061',
    'a{2,1}',
    '(?s).',
    '^.$',
    '\\z',
    '\\Z',
    '[\\d-x]',
    '{',
    'a{,2}',
    '\\Qa.b\\E',
    '\\-',
  ];
  const texts = ['a', 'A', 'é', '"a\\n"', '""', '"😀"', 'a.b', '"{"', '-'];
  await expectAgreement(
    patterns.flatMap((pattern) =>
      texts.flatMap((text) => [of({ pattern }, text.startsWith('"') ? text : `"${text}"`)]),
    ),
  );
});

test('numbers are decimal', async () => {
  const schemas = [
    '{"multipleOf":0.01}',
    '{"multipleOf":0.1}',
    '{"const":1}',
    '{"enum":[1.0]}',
    '{"type":"integer"}',
    '{"minimum":9007199254740993}',
    '{"maximum":1e400}',
    '{"const":1e20}',
    '{"uniqueItems":true}',
    '{"minLength":1.0}',
    '{"minLength":1.5}',
    '{"multipleOf":0}',
    '{"multipleOf":1e-300}',
  ];
  const values = [
    '19.99',
    '0.3',
    '1',
    '1.0',
    '1e0',
    '1.5',
    '9007199254740993',
    '100000000000000000000',
    '1e20',
    '[1, 1.0]',
    '[1, true]',
    '[{a: 1, b: 2}, {b: 2, a: 1.0}]',
    '1e300',
  ];
  const cases = schemas.flatMap((schema) =>
    values.map((value) => ({ schema: `{"properties":{"v":${schema}}}`, values: `v: ${value}\n` })),
  );
  await expectAgreement(cases.filter(({ schema }) => !schema.includes('1e400')));
});

async function errorsOf(schema: string, values = 'v: x\n'): Promise<PkgError[]> {
  const chart = await loadChart(writeChart({ 'values.schema.json': schema, 'values.yaml': values }));
  return validateSchemas(chart, chart.values);
}

describe('hostile schemas end in a short time', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [
      `d${n}`,
      { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
    ]),
  );
  const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`d${n}`, { $ref: `#/$defs/d${n + 1}` }]));
  test.each<[string, string, string]>([
    [
      'work that doubles with each step',
      JSON.stringify({ $defs: { ...doubling, d60: { minProperties: 0 } }, $ref: '#/$defs/d0' }),
      'unusable',
    ],
    [
      'a long chain',
      JSON.stringify({ $defs: { ...chain, d20000: { minProperties: 0 } }, $ref: '#/$defs/d0' }),
      'unusable',
    ],
    ['nesting', `${'{"not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`, 'unusable'],
    ['nesting of no keyword', `{"default":${'['.repeat(500)}${']'.repeat(500)}}`, 'fits'],
    ['itself', '{"$ref":"#"}', 'violates'],
    ['itself by two names', '{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"$ref":"#"}}}', 'violates'],
    ['a pattern that backtracks', '{"properties":{"v":{"pattern":"^(a|a)*(a+)+$"}}}', 'violates'],
  ])('%s', async (_what, schema, verdict) => {
    const errors = await errorsOf(schema, `v: ${'a'.repeat(5_000)}!\n`);
    const code = { fits: undefined, violates: 'PKG_SCHEMA_VIOLATION', unusable: 'PKG_SCHEMA_INVALID' }[verdict];
    if (errors[0]?.code === 'PKG_YAML_TOO_COMPLEX') expect(verdict).toBe('unusable');
    else expect(errors[0]?.code).toBe(code);
  });
});

test('an error names the path of the value, the rule and the file, but not the value', async () => {
  const schema = JSON.stringify({
    properties: {
      v: {
        properties: { password: { minLength: 20 }, port: { type: ['integer', 'null'] } },
        additionalProperties: false,
      },
    },
  });
  const errors = await errorsOf(schema, 'v:\n  password: hunter2\n  port: many\n  prot: 1\n');
  expect(errors.map(({ message }) => message)).toEqual([
    'values.v.password has 7 characters, and needs at least 20',
    'values.v.port is a string, and should be a whole number or null',
    'values.v.prot is not a name that the schema allows; did you mean port?',
  ]);
  expect(errors[0]?.hints[0]).toMatch(/^the rule "minLength" is in .*values\.schema\.json$/);
});
