/** Keys and certificates of pkg and of helm have the same content. */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import { expect, test } from 'vitest';
import { literal } from './literals.ts';
import { expectSame, helmOutcomes, pkgOutcome } from './support.ts';
import type { Outcome } from './support.ts';

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
const curve = (namedCurve: string, type: 'pkcs8' | 'sec1'): string =>
  generateKeyPairSync('ec', { namedCurve, privateKeyEncoding: { type, format: 'pem' }, publicKeyEncoding }).privateKey;
const KEYS: Readonly<Record<string, string>> = {
  ed25519: generateKeyPairSync('ed25519', { privateKeyEncoding: pkcs8, publicKeyEncoding }).privateKey,
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: pkcs8, publicKeyEncoding }).privateKey,
  p224: curve('P-224', 'sec1'),
  p256: curve('P-256', 'sec1'),
  p384: curve('P-384', 'pkcs8'),
  p521: curve('P-521', 'sec1'),
};
const EC = literal(KEYS['p256'] ?? '');

/** What a template prints: a certificate, and its key behind it. */
function printed(outcome: Outcome | undefined): string {
  if (outcome === undefined || !('printed' in outcome)) throw new Error(`not printed: ${JSON.stringify(outcome)}`);
  return JSON.parse(outcome.printed) as string;
}

/** All of a certificate but what is another one each time. */
function contents(text: string): Record<string, unknown> {
  const [cert = '', key = ''] = text.split('====');
  const read = new X509Certificate(cert);
  const { tbsCertificate, signatureAlgorithm } = AsnConvert.parse(read.raw, Certificate);
  const { extensions, validity, issuer, subject } = tbsCertificate;
  const ownKey = createPrivateKey(key);
  return {
    version: tbsCertificate.version,
    serial: read.serialNumber.length > 20,
    algorithm: [signatureAlgorithm.algorithm, signatureAlgorithm.parameters, tbsCertificate.signature.algorithm],
    names: [issuer, subject].map((name) => Buffer.from(AsnConvert.serialize(name)).toString('hex')),
    validity: [validity.notBefore, validity.notAfter].map((time) => Object.keys(time).join()),
    // What is beyond Go's durations ends in the middle of a second, and begins in one.
    tensOfSeconds: Math.round((Date.parse(read.validTo) - Date.parse(read.validFrom)) / 10_000),
    extensions: (extensions ?? []).map(({ extnID, critical, extnValue }) => [
      extnID,
      critical,
      // Key identifiers differ, because the keys do.
      /^2\.5\.29\.(?:14|35)$/.test(extnID) ? extnValue.byteLength : Buffer.from(extnValue.buffer).toString('hex'),
    ]),
    key: [key.split('\n')[0], ownKey.asymmetricKeyType, ownKey.asymmetricKeyDetails?.modulusLength],
    isOwn: read.checkPrivateKey(ownKey),
    shape: [cert, key].map((pem) => [
      /^-----BEGIN [A-Z ]+-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END [A-Z ]+-----\n$/.test(pem),
      pem.split('\n')[1]?.length,
    ]),
  };
}

const show = '{{$c.Cert}}===={{$c.Key}}';
const CERTIFICATES = [
  `{{$c := genCA "my-ca" 365}}${show}`,
  `{{$c := genSelfSignedCert "h" (list "10.0.0.1" "::1" "::ffff:1.2.3.4") (list "a.io" "*.b.io" "") 30}}${show}`,
  `{{$c := genSelfSignedCertWithKey "h" (list "2001:db8::1" "1:2:3:4:5:6:7:8" "::" "fe80::1:0:0:2" "1::" "::ffff:0:1") nil 30 ${EC}}}${show}`,
  // Lengths that take one, two and three bytes.
  ...[100, 300, 70_000].map(
    (length) =>
      `{{$c := genSelfSignedCertWithKey "${'n'.repeat(60)}" nil (list "${'a'.repeat(length)}") 30 ${EC}}}${show}`,
  ),
  `{{$a := genCA "ca" 10}}{{$c := genSignedCert "é & * _" nil (list "x y") 5 $a}}${show}`,
  ...Object.values(KEYS).map((key) => `{{$c := genCAWithKey "ca" 365 ${literal(key)}}}${show}`),
  ...[0, -1, 9000, 18262, 106751, 106752, 200000, -30000, 2900000].map(
    (days) => `{{$c := genCAWithKey "ca" ${days} ${EC}}}${show}`,
  ),
  `{{$c := genSelfSignedCertWithKey "" nil (list "a") 1 ${EC}}}${show}`,
  `{{$c := genSelfSignedCertWithKey "" (list) nil 1 ${EC}}}${show}`,
  `{{$c := genSelfSignedCertWithKey "Az09 '()+,-./:=?" (list "1.2.3.4") nil 1 ${EC}}}${show}`,
  `{{$a := genCAWithKey "ca" 10 ${EC}}}{{$c := genSignedCertWithKey "ca" nil nil 5 $a ${literal(KEYS['ed25519'] ?? '')}}}${show}`,
  `{{$a := genSelfSignedCertWithKey "no ca" nil nil 10 ${EC}}}{{$c := genSignedCertWithKey "x" nil nil 5 $a ${EC}}}${show}`,
  `{{$a := genCAWithKey "ca" 10 ${literal(KEYS['p384'] ?? '')}}}{{$b := buildCustomCert (b64enc $a.Cert) (b64enc $a.Key)}}{{$c := genSignedCertWithKey "x" nil nil 5 $b ${EC}}}${show}`,
];

test('certificates have the same content as those of helm', { timeout: 600_000 }, () => {
  const theirs = helmOutcomes(CERTIFICATES);
  for (const [index, template] of CERTIFICATES.entries()) {
    expect(contents(printed(pkgOutcome(template))), template).toEqual(contents(printed(theirs[index])));
  }
});

test('signed certificates verify with the key of their authority', { timeout: 600_000 }, () => {
  const [ca = '', leaf = ''] = printed(
    pkgOutcome('{{$a := genCA "ca" 9}}{{$b := genSignedCert "x" nil nil 9 $a}}{{$a.Cert}}===={{$b.Cert}}'),
  ).split('====');
  const authority = new X509Certificate(ca);
  const signed = new X509Certificate(leaf);
  expect([authority.ca, signed.ca]).toEqual([true, false]);
  expect([authority.verify(authority.publicKey), signed.verify(authority.publicKey)]).toEqual([true, true]);
  expect(signed.checkIssued(authority)).toBe(true);
});

test('private keys have the form that they have in helm', { timeout: 600_000 }, () => {
  const types = ['ecdsa', 'ed25519', 'rsa'];
  const templates = types.map((type) => `{{genPrivateKey "${type}"}}`);
  const about = (pem: string): unknown[] => {
    const key = createPrivateKey(pem);
    const { modulusLength, divisorLength, namedCurve } = key.asymmetricKeyDetails ?? {};
    return [
      pem.split('\n')[0],
      key.asymmetricKeyType,
      modulusLength,
      divisorLength,
      namedCurve,
      pem.endsWith('-----\n'),
    ];
  };
  const theirs = helmOutcomes(templates);
  for (const [index, template] of templates.entries()) {
    expect(about(printed(pkgOutcome(template))), template).toEqual(about(printed(theirs[index])));
  }
  // Helm takes minutes for one of these.
  expect(about(printed(pkgOutcome('{{genPrivateKey "dsa"}}')))).toEqual([
    '-----BEGIN DSA PRIVATE KEY-----',
    'dsa',
    2048,
    256,
    undefined,
    true,
  ]);
});

test('arguments that give no certificate', { timeout: 600_000 }, () => {
  const rsa = literal(KEYS['rsa'] ?? '');
  const bare = literal((KEYS['p256'] ?? '').replaceAll('-----', '---'));
  const pair = `(genCAWithKey "ca" 10 ${EC})`;
  const wrongKey = `(buildCustomCert (b64enc ${pair}.Cert) (b64enc ${rsa}))`;
  expectSame(
    [
      `{{genCAWithKey "x" 1 "no key"}}`,
      `{{genCAWithKey "x" 1 ${bare}}}`,
      `{{genCAWithKey "x" 1 ${pair}.Cert}}`,
      `{{(genCAWithKey "x" 1 (print "junk\\n" ${EC} "junk")).Key}}`,
      `{{(genCAWithKey "x" 1 (print "junk" ${EC})).Key}}`,
      `{{(genCAWithKey "x" 1 (print ${EC} ${rsa})).Key}}`,
      `{{(genCAWithKey "x" 1 (${EC} | replace "EC PRIVATE" "PRIVATE")).Key}}`,
      `{{(genCAWithKey "x" 1 (${EC} | replace "\\n" "\\r\\n")).Key}}`,
      `{{(genCAWithKey "x" 1 (${EC} | replace "\\n" " \\n")).Key}}`,
      `{{(genCAWithKey "x" 1 (${EC} | trim)).Key}}`,
      `{{genCA "x" "1"}}`,
      `{{genSelfSignedCertWithKey "x" (list "300.1.1.1") nil 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "x" (list "1.2.3.04") nil 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "x" (list "fe80::1%en0") nil 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "x" (list 1) nil 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "x" nil (list "é") 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "x" nil (list nil) 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "\\xff" nil nil 1 ${EC}}}`,
      `{{genSelfSignedCertWithKey "x" "1.1.1.1" nil 1 ${EC}}}`,
      `{{genSignedCertWithKey "x" nil nil 1 (dict "Cert" "" "Key" "") ${EC}}}`,
      `{{genSignedCertWithKey "x" nil nil 1 ${wrongKey} ${EC}}}`,
      `{{genSignedCertWithKey "x" nil nil 1 nil ${EC}}}`,
      '{{genPrivateKey "other"}}',
      '{{buildCustomCert "!" "!"}}{{buildCustomCert "" ""}}',
      `{{buildCustomCert (b64enc "x") (b64enc ${EC})}}`,
      `{{buildCustomCert (b64enc ${pair}.Cert) (b64enc "x")}}`,
      `{{with genCAWithKey "x" 1 ${EC}}}{{printf "%T" .}}{{.Key | len}}{{end}}`,
      `{{$x := buildCustomCert (b64enc ${pair}.Cert) (b64enc ${EC})}}{{$x.Key}}{{$x.Other}}`,
    ],
    { sameErrors: false },
  );
});
