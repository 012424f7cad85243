/** Values of Secrets in messages of a server are masked, in every form. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskAnswer } from '../../../src/cluster/kube/mask-values.ts';
import type { Json, JsonObject } from '../../../src/yaml/value.ts';

const PATH = '/api/v1/namespaces/x/secrets/db';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const quote = (text: string): string => JSON.stringify(text);
/** Go's `%q`, which escapes quotes and control characters, and keeps letters of other scripts. */
const goQuote = (text: string): string =>
  `"${text.replaceAll(/["\\]|[\x00-\x1f\x7f]/g, (c) => {
    const short = (
      {
        '"': '\\"',
        '\\': '\\\\',
        '\n': '\\n',
        '\r': '\\r',
        '\t': '\\t',
        '\v': '\\v',
        '\f': '\\f',
        '\b': '\\b',
        '\x07': '\\a',
      } as Record<string, string>
    )[c];
    return short ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  })}"`;

/** How libraries of Go, policies and webhooks say a value. */
const SAID: readonly ((value: string) => string)[] = [
  (value) => value,
  quote,
  goQuote,
  base64,
  (value) => quote(quote(value)),
  (value) => quote(base64(value)),
  (value) => quote(JSON.stringify({ data: { password: base64(value) } })),
  (value) => quote(value).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
  (value) => `map[password:[${[...Buffer.from(value)].join(' ')}]]`,
  (value) => `[]byte{${[...Buffer.from(value)].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`,
  (value) => Buffer.from(value).toString('hex'),
];

/**
 * Passwords of all sorts: printable, with quotes and line ends, of other scripts. Letters of messages are not in them.
 */
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'QZXJ2345679_'), minLength: 8, maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'QZXJ2345679"\\\n\t<&'), minLength: 8, maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'日本語ÄÖÜ'), minLength: 8, maxLength: 20 }),
);

/** All of a text that is longer than a message gives away of it. */
function pieces(text: string): string[] {
  return Array.from({ length: text.length - 5 }, (_, at) => text.slice(at, at + 6));
}

test('a message that contains a value in any form, whole or cut, is masked', () => {
  fc.assert(
    fc.property(
      value,
      fc.constantFrom('data', 'stringData'),
      fc.nat(SAID.length - 1),
      fc.nat(60),
      fc.boolean(),
      (text, field, way, cut, lives) => {
        const said = (SAID[way] as (typeof SAID)[number])(text);
        const shown = cut > 15 && cut < said.length ? said.slice(0, cut) : said;
        const secret: JsonObject = { kind: 'Secret', [field]: { password: field === 'data' ? base64(text) : text } };
        const body: Json = {
          kind: 'Status',
          message: `admission webhook "w" denied the request: ${shown} is no good`,
          details: { causes: [{ field: 'data.password', message: `Invalid value: ${shown}` }] },
        };
        const masked = JSON.parse(
          JSON.stringify(maskAnswer(PATH, body, lives ? [undefined, secret] : [secret])),
        ) as typeof body;
        const { message, details } = masked as {
          message: string;
          details: { causes: { field: string; message: string }[] };
        };
        for (const part of [message, details.causes[0]?.message ?? '']) {
          if (shown === said) expect(part).toContain('***');
          for (const piece of pieces(shown)) {
            if (/[QZXJ2345679_日本語ÄÖÜ]{4}/.test(piece)) expect(part).not.toContain(piece);
          }
        }
        expect(message).toMatch(/^admission webhook "w" denied the request: .*is no good$/s);
        expect(details.causes[0]?.field).toBe('data.password');
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  [{ data: { a: 12 } }, '.data.a: expected string, got &value.valueUnstructured{Value:12}'],
  [{ data: { a: 1234567.5 } }, 'data of number 1.2345675e+06 is no text'],
  [{ data: { a: { hunter2: 'x' } } }, 'map[string]interface {}{"hunter2":"x"}'],
  [{ data: ['hunter2'] }, '.data: expected map, got &{[hunter2]}'],
  [{ stringData: 'hunter2' }, 'it holds hunter2'],
  [{ data: { a: base64('{"a":12}') } }, 'json: cannot unmarshal number 12 into Go struct field DockerConfigJSON.auths'],
  [
    { data: { a: base64('hunter2') } },
    'data[a]: Invalid value: "<secret contents redacted>": invalid character \'h\' looking for beginning of value',
  ],
  [
    {
      metadata: {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"a":"hunter2"}}' },
      },
    },
    'was "hunter2"',
  ],
])('%j is masked in %j', (secret, message) => {
  const masked = maskAnswer(PATH, { message }, [secret as Json]) as { message: string };
  expect(masked.message).not.toMatch(/hunter2|12|'h'|1\.23/);
  expect(masked.message).not.toBe(message);
});

test('messages about missing rights are kept, even if a name equals a value', () => {
  const message =
    'secrets "db" is forbidden: User "admin" cannot patch resource "secrets" in API group "" in the namespace "x"';
  const secret = { data: { user: base64('admin') } };
  expect(maskAnswer(PATH, { message }, [secret])).toEqual({ message });
  const denied = 'admission webhook "w" denied the request: User "admin" is taken';
  expect(maskAnswer(PATH, { message: denied }, [secret])).toEqual({ message: denied.replace('admin', '***') });
});

test('messages about other kinds, and the names of entries, are kept', () => {
  const message = 'ConfigMap "db" is invalid: data[password]: Invalid value: "hunter2hunter2"';
  const object = { data: { password: 'hunter2hunter2' } };
  expect(maskAnswer('/api/v1/namespaces/x/configmaps/db', { message }, [object])).toEqual({ message });
  expect(maskAnswer(PATH, { message }, [object])).toEqual({
    message: 'ConfigMap "db" is invalid: data[password]: Invalid value: "***"',
  });
});
