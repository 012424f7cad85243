/** The host, port and login of a URL. */

/** The host of an address as it is looked up: without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port of an address, or that of its scheme. */
export function portOf(url: URL): number {
  const usual = url.protocol === 'https:' ? 443 : url.protocol === 'http:' ? 80 : 1080;
  return url.port === '' ? usual : Number(url.port);
}

/** The name and password in an address, percent-decoded; undefined where it has neither. */
export function loginOf({ username, password }: URL): { username: string; password: string } | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // `100%` is not percent-encoded correctly, and is used unchanged.
    return text;
  }
}

/** A login as the `Authorization` header says it (RFC 7617). */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
