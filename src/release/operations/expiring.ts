/** Notes for the plan on stored certificates that expire: an upgrade renders the same ones, however old they are. */
import { X509Certificate } from 'node:crypto';
import { printable } from '../../errors-text.ts';
import type { RandomValue } from '../../render/random-values.ts';
import { parseJson } from '../../yaml/json.ts';
import { textField } from '../../yaml/value.ts';
import type { Env } from './env.ts';

const DAY = 86_400_000;
/** A note comes this long before the end, or when two thirds of the time are over, whichever is later. */
const AHEAD = 30 * DAY;

/** One note for each stored certificate that has expired or soon will. */
export function notesOfExpiry(env: Env, values: readonly RandomValue[]): string[] {
  const now = (env.now?.() ?? new Date()).getTime();
  return values.flatMap(({ keys: [key = ''], value, reason }) => {
    if (reason !== undefined) return [];
    const end = endOf(value, now);
    if (end === undefined) return [];
    const name = printable(key, 500);
    const when = `${end < now ? 'expired' : 'expires'} on ${new Date(end).toISOString().slice(0, 10)}`;
    return [`the stored certificate ${name} ${when}: --rotate '${name}' makes a new one`];
  });
}

/** The end of a certificate that has expired or soon will; undefined for other certificates and values. */
function endOf(value: string, now: number): number | undefined {
  if (!value.startsWith('{"')) return undefined;
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(textField(parseJson(value, ''), 'Cert'));
  } catch {
    // A random text that begins in this way.
    return undefined;
  }
  const [begin, end] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return end - now < Math.min(AHEAD, (end - begin) / 3) ? end : undefined;
}
