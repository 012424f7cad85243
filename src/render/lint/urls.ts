/** What Helm's lint takes for addresses: the functions of asaskevich/govalidator that it calls. */

/** Go's `url.ParseRequestURI` with a scheme, which is what `govalidator.IsRequestURL` asks for. */
export function isRequestUrl(text: string): boolean {
  if (/[\u0000-\u001f\u007f]/.test(text)) return false;
  const parts = /^[a-zA-Z][a-zA-Z0-9+.-]*:([^?]*)/.exec(text);
  if (parts === null) return false;
  const rest = parts[1] ?? '';
  // A scheme with anything that begins with no slash is opaque: mailto:a@b.
  if (!rest.startsWith('/')) return true;
  const authority = rest.startsWith('//') ? (rest.slice(2).split('/', 1)[0] ?? '') : '';
  const path = rest.slice(rest.startsWith('//') ? 2 + authority.length : 0);
  return !/%(?![0-9a-fA-F]{2})/.test(path) && isAuthority(authority);
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) return false;
  const host = authority.slice(at + 1);
  if (host.startsWith('[')) return /^\[[^\]]*\](?::[0-9]*)?$/.test(host);
  // Letters, digits, what Go allows besides, anything beyond ASCII, and a port of digits.
  return /^(?:[A-Za-z0-9\-._~!$&'()*+,;=[\]<>"]|[^\u0000-\u007f])*(?::[0-9]*)?$/.test(host);
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

/** RFC 5321; also keeps the pattern's work small. */
const LONGEST_EMAIL = 320;

/** `govalidator.IsEmail`, but for quoted local parts. */
export function isEmail(text: string): boolean {
  if (text.length > LONGEST_EMAIL) return false;
  const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\\u00a0-\\uffef-]+";
  const label = '[a-zA-Z0-9\\u00a0-\\uffef](?:[a-zA-Z0-9._~\\u00a0-\\uffef-]*[a-zA-Z0-9\\u00a0-\\uffef])?';
  const end = '[a-zA-Z\\u00a0-\\uffef](?:[a-zA-Z0-9._~\\u00a0-\\uffef-]*[a-zA-Z\\u00a0-\\uffef])?';
  return new RegExp(`^${atom}(?:\\.${atom})*@${label}\\.${end}\\.?$`).test(text);
}
