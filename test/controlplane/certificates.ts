/** Keys and certificates for one control plane: an authority of its own, the API server's, and one for each client. */
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** A certificate and its private key, both PEM. */
export type Pair = { certificate: string; key: string };

/** An authority that signs certificates. */
export type Authority = Pair & {
  /** A certificate that a server shows for these host names and addresses. */
  server(hosts: readonly string[]): Promise<Pair>;
  /** A certificate that tells the API server who a client is: a user name and its groups. */
  client(user: string, groups: readonly string[]): Promise<Pair>;
};

/** Makes an authority, good for ten days. */
export async function createAuthority(): Promise<Authority> {
  const authority = await generate();
  const lifetime = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 10 * DAY) };
  const name = 'CN=control plane of a test';
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys: authority,
    signingAlgorithm: ALGORITHM,
    ...lifetime,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });

  async function sign(subject: x509.JsonName, extensions: x509.Extension[]): Promise<Pair> {
    const keys = await generate();
    const signed = await x509.X509CertificateGenerator.create({
      subject,
      issuer: name,
      publicKey: keys.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: ALGORITHM,
      ...lifetime,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
        ...extensions,
      ],
    });
    return { certificate: signed.toString('pem'), key: await privatePem(keys.privateKey) };
  }

  return {
    certificate: certificate.toString('pem'),
    key: await privatePem(authority.privateKey),
    server: (hosts) =>
      sign(
        [{ CN: [hosts[0] ?? ''] }],
        [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(
            hosts.map((host) => ({ type: /^[\d.]+$/.test(host) ? 'ip' : 'dns', value: host })),
          ),
        ],
      ),
    client: (user, groups) =>
      sign(
        [{ CN: [user] }, ...groups.map((group) => ({ O: [group] }))],
        [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
      ),
  };
}

/** A key pair for ServiceAccount tokens, both PEM. */
export async function createTokenKeys(): Promise<{ publicKey: string; privateKey: string }> {
  const keys = await generate();
  const exported = await crypto.subtle.exportKey('spki', keys.publicKey);
  return { publicKey: x509.PemConverter.encode(exported, 'PUBLIC KEY'), privateKey: await privatePem(keys.privateKey) };
}

async function generate(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
