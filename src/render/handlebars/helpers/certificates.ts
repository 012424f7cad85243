/** Certificates. The result of the first call is stored with the release, so that upgrades keep it. */
import type { ValueMap } from '../../../yaml/value.ts';
import { makeAuthority, makeSelfSigned, makeSigned, readPair } from '../../functions/certificates.ts';
import type { CertificatePair } from '../../functions/certificates.ts';
import { FunctionFailure } from '../../functions/failure.ts';
import { describe } from './describe.ts';
import { count, helper, map, text } from './parameters.ts';
import type { Parameter } from './parameters.ts';
import { rememberMap } from './random.ts';
import type { Helper } from './types.ts';

const NAME = text('common name');
const DAYS = count('days');
const KEY = text('key');
const ADDRESSES = texts('IP addresses');
const NAMES = texts('DNS names');
const CA = map('CA');

export const certificates: Record<string, Helper> = {
  buildCustomCert: helper(
    [text('certificate in base64'), text('key in base64')],
    ([cert, key]) => new Map(Object.entries(readPair(cert, key))),
  ),
  genCA: helper([NAME, DAYS], ([commonName, days], context) =>
    rememberMap(context, [commonName, days], () => makeAuthority({ commonName, days, now: context.now() })),
  ),
  genCAWithKey: helper([NAME, DAYS, KEY], ([commonName, days, key], context) =>
    rememberMap(context, [commonName, days, key], () => makeAuthority({ commonName, days, key, now: context.now() })),
  ),
  genSelfSignedCert: helper([NAME, ADDRESSES, NAMES, DAYS], ([commonName, addresses, names, days], context) =>
    rememberMap(context, [commonName, addresses, names, days], () =>
      makeSelfSigned({ commonName, addresses, names, days, now: context.now() }),
    ),
  ),
  genSelfSignedCertWithKey: helper(
    [NAME, ADDRESSES, NAMES, DAYS, KEY],
    ([commonName, addresses, names, days, key], context) =>
      rememberMap(context, [commonName, addresses, names, days, key], () =>
        makeSelfSigned({ commonName, addresses, names, days, key, now: context.now() }),
      ),
  ),
  genSignedCert: helper([NAME, ADDRESSES, NAMES, DAYS, CA], ([commonName, addresses, names, days, ca], context) =>
    rememberMap(context, [commonName, addresses, names, days, ca], () =>
      makeSigned({ commonName, addresses, names, days, now: context.now() }, pairOf(ca)),
    ),
  ),
  genSignedCertWithKey: helper(
    [NAME, ADDRESSES, NAMES, DAYS, CA, KEY],
    ([commonName, addresses, names, days, ca, key], context) =>
      rememberMap(context, [commonName, addresses, names, days, ca, key], () =>
        makeSigned({ commonName, addresses, names, days, key, now: context.now() }, pairOf(ca)),
      ),
  ),
};

/** A list of texts; null is an empty one, as Sprig has it. */
function texts(name: string): Parameter<string[]> {
  return {
    name,
    expected: 'a list of texts',
    read: (value) => {
      if (value === null) return [];
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
    },
  };
}

/** A CA as `genCA` gives it. */
function pairOf(ca: ValueMap): CertificatePair {
  const read = (name: keyof CertificatePair): string => {
    const part = ca.get(name) ?? null;
    if (typeof part === 'string') return part;
    throw new FunctionFailure(`takes a CA, a map with Cert and Key in PEM, and its ${name} is ${describe(part)}`, [
      'Give it what genCA gives',
    ]);
  };
  return { Cert: read('Cert'), Key: read('Key') };
}
