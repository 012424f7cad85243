/** Which texts are URLs to Helm, by the rules of Go's `net/url`. */

/** Does Go's `url.Parse` succeed? */
export function parsesAsUrl(text: string): boolean {
  const hash = text.indexOf('#');
  if (hash < 0) return parsesWithoutFragment(text);
  return isEscaped(text.slice(hash + 1)) && parsesWithoutFragment(text.slice(0, hash));
}

/** Does Go's `url.ParseRequestURI` succeed? It knows no fragments. Without a scheme this function accepts more. */
export function parsesWithoutFragment(text: string): boolean {
  if (/[\u0000-\u001f\u007f]/.test(text) || text.startsWith(':')) return false;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(text)?.[0] ?? '';
  const rest = text.slice(scheme.length).split('?', 1)[0] ?? '';
  if (!rest.startsWith('/')) {
    // A scheme with anything that begins with no slash is opaque: mailto:a@b.
    if (scheme !== '') return true;
    return !(rest.split('/', 1)[0] ?? '').includes(':') && isEscaped(rest);
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const authority = hasAuthority ? (rest.slice(2).split('/', 1)[0] ?? '') : '';
  return isEscaped(rest.slice(hasAuthority ? 2 + authority.length : 0)) && isAuthority(authority);
}

/** An absolute address: the formats `uri` and `iri`. */
export function isUri(text: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && parsesAsUrl(text);
}

/** An address or a part of one: the formats `uri-reference` and `iri-reference`. */
export function isUriReference(text: string): boolean {
  return !text.includes('\\') && parsesAsUrl(text);
}

function isEscaped(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !isEscaped(user)) return false;
  const host = authority.slice(at + 1);
  const literal = /^\[([^\]]*)\](?::[0-9]*)?$/.exec(host)?.[1];
  if (host.includes('[')) return literal !== undefined && isIpv6(literal);
  // Letters, digits, what Go allows besides, anything beyond ASCII, that and `%` escaped, and a port of digits.
  return /^(?:[A-Za-z0-9\-._~!$&'()*+,;=\]<>"]|[^\u0000-\u007f]|%(?:25|[89a-fA-F][0-9a-fA-F]))*(?::[0-9]*)?$/.test(
    host,
  );
}

/** An IPv6 address without a zone. */
export function isIpv6(text: string): boolean {
  if (!text.includes(':') || !/^[0-9a-fA-F:.]+$/.test(text)) return false;
  // `::` stands for one group at least.
  const groups = text.split(':').filter((group) => group !== '');
  const count = groups.length + (groups.at(-1)?.includes('.') ? 1 : 0);
  return (!text.includes('::') || count < 8) && URL.canParse(`http://[${text}]/`);
}
