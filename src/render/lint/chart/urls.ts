/** Checks URLs and e-mail addresses as Helm's lint does, with these functions of asaskevich/govalidator. */
import { parsesWithoutFragment } from '../../../chart/schema/uris.ts';

/** Go's `url.ParseRequestURI` with a scheme, which is what `govalidator.IsRequestURL` asks for. */
export function isRequestUrl(text: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && parsesWithoutFragment(text);
}

/** `govalidator.IsURL`, but for its rarest corners: a scheme of the web or none, a host, no white space. */
export function isWebUrl(text: string): boolean {
  const parts =
    /^(?:(?:ftp|tcp|udp|wss?|https?):\/\/)?(?:[^\s/@]+@)?([^\s/?#:@[\]]+|\[[0-9a-fA-F:.]+\])\.?(?::[0-9]{1,5})?(?:[/?#]\S*)?$/.exec(
      text,
    );
  const host = parts?.[1];
  if (host === undefined || text.length <= 3 || text.startsWith('.')) return false;
  if (host.startsWith('[')) return true;
  const isName = host.split('.').every((label) => /^[a-zA-Z0-9_\u00a1-\uffff-]+$/.test(label));
  return isName && /^[a-zA-Z0-9\u00a1-\uffff]/.test(host) && !/[_-]$/.test(host) && hasDot(text, host);
}

/** Without a scheme only a name with a dot in it is taken for a host. */
function hasDot(text: string, host: string): boolean {
  return text.includes('://') || text.includes(':') || host.includes('.');
}

/** The limit of RFC 5321; it also bounds the time that the pattern takes. */
const MAX_EMAIL_LENGTH = 320;

/** `govalidator.IsEmail`, but for quoted local parts. */
export function isEmail(text: string): boolean {
  if (text.length > MAX_EMAIL_LENGTH) return false;
  const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\\u00a0-\\uffef-]+";
  const label = '[a-zA-Z0-9\\u00a0-\\uffef](?:[a-zA-Z0-9._~\\u00a0-\\uffef-]*[a-zA-Z0-9\\u00a0-\\uffef])?';
  const end = '[a-zA-Z\\u00a0-\\uffef](?:[a-zA-Z0-9._~\\u00a0-\\uffef-]*[a-zA-Z\\u00a0-\\uffef])?';
  return new RegExp(`^${atom}(?:\\.${atom})*@${label}\\.${end}\\.?$`).test(text);
}
