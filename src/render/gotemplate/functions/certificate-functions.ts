/** Sprig's functions that make private keys and certificates. */
import { checkPair, makeAuthority, makeSelfSigned, makeSigned } from '../../functions/certificates.ts';
import type { CertificatePair, CertificateRequest } from '../../functions/certificates.ts';
import { generateDsaKey } from '../../functions/dsa.ts';
import { generatePrivateKey, isKeyType } from '../../functions/keys.ts';
import { sprintValue } from '../sprint.ts';
import { decodeText, encodeText, GoObject } from '../value.ts';
import type { GoValue } from '../value.ts';
import { base64ErrorAt } from './base-n.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { FunctionHost } from '../template.ts';

export const functions: FunctionGroup = {
  genPrivateKey: fn(['string'], (_host, type) => {
    if (type === 'dsa') return generateDsaKey();
    return isKeyType(type) ? generatePrivateKey(type) : `Unknown type ${type}`;
  }),
  buildCustomCert: fn(['string', 'string'], (_host, cert, key) => {
    const pair = { Cert: decoded(cert, 'certificate'), Key: decoded(key, 'private key') };
    checkPair(pair);
    return certificate(pair);
  }),
  genCA: fn(['string', 'int'], (host, name, days) => certificate(makeAuthority(request(host, name, null, null, days)))),
  genCAWithKey: fn(['string', 'int', 'string'], (host, name, days, key) =>
    certificate(makeAuthority({ ...request(host, name, null, null, days), key })),
  ),
  genSelfSignedCert: fn(['string', 'list', 'list', 'int'], (host, name, addresses, names, days) =>
    certificate(makeSelfSigned(request(host, name, addresses, names, days))),
  ),
  genSelfSignedCertWithKey: fn(['string', 'list', 'list', 'int', 'string'], (host, name, addresses, names, days, key) =>
    certificate(makeSelfSigned({ ...request(host, name, addresses, names, days), key })),
  ),
  genSignedCert: fn(['string', 'list', 'list', 'int', 'sprig.certificate'], (host, name, addresses, names, days, ca) =>
    certificate(makeSigned(request(host, name, addresses, names, days), pairOf(ca))),
  ),
  genSignedCertWithKey: fn(
    ['string', 'list', 'list', 'int', 'sprig.certificate', 'string'],
    (host, name, addresses, names, days, ca, key) =>
      certificate(makeSigned({ ...request(host, name, addresses, names, days), key }, pairOf(ca))),
  ),
};

/** Decodes base64. @throws {GoError} that names `what` */
function decoded(text: string, what: string): string {
  if (base64ErrorAt(text) !== undefined) throw new GoError(`unable to decode base64 ${what}`);
  return Buffer.from(text, 'base64').toString('latin1');
}

/** A value of Sprig's type `certificate`. */
function certificate({ Cert, Key }: CertificatePair): GoObject {
  return new GoObject('sprig.certificate', { fields: { Cert, Key } });
}

function pairOf(ca: GoObject): CertificatePair {
  return { Cert: ca.fields['Cert'] as string, Key: ca.fields['Key'] as string };
}

/** What a certificate is to say. @throws {GoError} in Sprig's words */
function request(
  host: FunctionHost,
  name: string,
  addresses: readonly GoValue[] | null,
  names: readonly GoValue[] | null,
  days: number,
): CertificateRequest {
  const commonName = decodeText(name);
  if (encodeText(commonName) !== name) throw new GoError('error creating certificate: asn1: string not valid UTF-8');
  return {
    commonName,
    addresses: (addresses ?? []).map((address) => textOf(address, 'error parsing ip')),
    names: (names ?? []).map((one) => textOf(one, 'error processing alternate dns name')),
    days,
    now: host.now(),
  };
}

function textOf(value: GoValue, what: string): string {
  if (typeof value === 'string') return value;
  throw new GoError(`${what}: ${sprintValue(value)} is not a string`);
}
