/** Host and port of a URL, as they are dialled. */

/** The host of an address as it is looked up: without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port of an address, or that of its scheme. */
export function portOf(url: URL): number {
  const usual = url.protocol === 'https:' ? 443 : url.protocol === 'http:' ? 80 : 1080;
  return url.port === '' ? usual : Number(url.port);
}
