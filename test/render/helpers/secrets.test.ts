/** Results of random helpers are valid for Node's cryptography, OpenSSL and helm. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { compareSync } from 'bcryptjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMap } from '../../../src/yaml/value.ts';
import type { JsonObject, ValueMap } from '../../../src/yaml/value.ts';
import { chartOf, configMap, render } from '../support.ts';
import { RUNS } from '../../support/generation.ts';

async function dataOf(body: string, values: JsonObject): Promise<ValueMap> {
  const chart = chartOf({ 'templates/a.yaml.hbs': configMap(body) }, values);
  const [first] = (await render(chart)).objects;
  const data = first?.object?.get('data');
  if (!isMap(data)) throw new Error('no data');
  return data;
}

const text = (data: ValueMap, key: string): string => String(data.get(key));

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}(?:\.[a-z][a-z0-9]{0,8}){0,2}$/);
const address = fc.oneof(fc.ipV4(), fc.ipV6());

test('certificates have the requested content and a valid signature', async () => {
  const given = fc.record({
    authority: name,
    host: name,
    addresses: fc.array(address, { maxLength: 3 }),
    names: fc.array(name, { maxLength: 3 }),
    days: fc.integer({ min: 1, max: 4000 }),
  });
  await fc.assert(
    fc.asyncProperty(given, async (values) => {
      const data = await dataOf(
        `{{#with (genCA values.authority values.days) as |ca|}}
{{#with (genSignedCert values.host values.addresses values.names values.days ca) as |cert|}}
ca: {{ca.Cert}}
caKey: {{ca.Key}}
cert: {{cert.Cert}}
key: {{cert.Key}}
{{/with}}
{{/with}}
{{#with (genSelfSignedCert values.host values.addresses values.names values.days) as |own|}}
own: {{own.Cert}}
ownKey: {{own.Key}}
{{/with}}`,
        values,
      );
      const [ca, cert, own] = ['ca', 'cert', 'own'].map((key) => new X509Certificate(text(data, key)));
      if (ca === undefined || cert === undefined || own === undefined) throw new Error('no certificate');
      expect([ca.ca, cert.ca]).toEqual([true, false]);
      expect(ca.subject).toBe(`CN=${values.authority}`);
      expect([cert.subject, own.subject]).toEqual([`CN=${values.host}`, `CN=${values.host}`]);
      expect(ca.verify(ca.publicKey)).toBe(true);
      expect(cert.checkIssued(ca)).toBe(true);
      expect(cert.verify(ca.publicKey)).toBe(true);
      expect(own.verify(own.publicKey)).toBe(true);
      for (const [one, key] of [
        [ca, 'caKey'],
        [cert, 'key'],
        [own, 'ownKey'],
      ] as const) {
        expect(one.checkPrivateKey(createPrivateKey(text(data, key)))).toBe(true);
        const days = (Date.parse(one.validTo) - Date.parse(one.validFrom)) / 86_400_000;
        expect(Math.round(days)).toBe(values.days);
      }
      for (const one of [cert, own]) {
        for (const wanted of values.addresses) expect(one.checkIP(wanted), wanted).toBeDefined();
        for (const wanted of values.names) expect(one.checkHost(wanted), wanted).toBeDefined();
        const listed = (one.subjectAltName ?? '').split(', ').filter((entry) => entry !== '');
        expect(listed).toHaveLength(values.addresses.length + values.names.length);
      }
    }),
    { numRuns: 10 * RUNS },
  );
});

test('hashes of passwords verify with bcrypt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 20 }), async (password) => {
      const values = { password: `p${password}` };
      const data = await dataOf('hash: {{bcrypt values.password}}\nline: {{htpasswd "user" values.password}}', values);
      expect(text(data, 'hash')).toMatch(/^\$2[aby]\$10\$[./A-Za-z0-9]{53}$/);
      expect(compareSync(values.password, text(data, 'hash'))).toBe(true);
      const [user = '', hash = ''] = text(data, 'line').split(/:(.*)/s);
      expect(user).toBe('user');
      expect(compareSync(values.password, hash)).toBe(true);
    }),
    { numRuns: 10 * RUNS },
  );
});

test.each([
  ['rsa', 'rsa'],
  ['ecdsa', 'ec'],
  ['ed25519', 'ed25519'],
])('a private key of type %s is valid', async (type, wanted) => {
  const data = await dataOf('key: {{genPrivateKey values.type}}', { type });
  expect(createPrivateKey(text(data, 'key')).asymmetricKeyType).toBe(wanted);
});
