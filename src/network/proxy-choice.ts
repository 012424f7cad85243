/** Chooses the proxy for a server from the environment, by Go's rules, and reads addresses of proxies. */
import { BlockList, isIP } from 'node:net';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { bareHost, portOf } from './address.ts';
import type { Position } from '../errors.ts';

const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:', 'socks5h:']);

/**
 * Reads the address of a proxy; without a scheme it is an HTTP proxy.
 *
 * @throws {PkgError} `PKG_KUBECONFIG_INVALID` for a text that is not such an address
 */
export function parseProxyUrl(text: string, at?: Position): URL {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url !== null && url.hostname !== '' && SCHEMES.has(url.protocol)) return url;
  throw new PkgError('PKG_KUBECONFIG_INVALID', `"${printable(withoutLogin(text))}" is not the address of a proxy`, {
    ...(at === undefined ? {} : { at }),
    hints: ['write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT'],
  });
}

/** The text of an address without its login. */
function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//…@');
}

/** The proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or their names in lower case) name for a server. */
export function proxyFromEnvironment(server: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = env[name] || env[name.toLowerCase()] || '';
  if (text === '' || isExempt(server, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return parseProxyUrl(text);
}

function isExempt(server: URL, list: string): boolean {
  const host = bareHost(server).toLowerCase();
  const port = String(portOf(server));
  if (host === 'localhost' || isLoopback(host)) return true;
  return list.split(',').some((item) => matches(item.trim().toLowerCase(), host, port));
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}

/**
 * One item of `NO_PROXY`: `*`, an address, a CIDR, `example.org` (with all below it) or `.example.org` (only below).
 */
function matches(item: string, host: string, port: string): boolean {
  if (item === '*') return true;
  const slash = item.indexOf('/');
  if (slash > 0) return inSubnet(host, item.slice(0, slash), item.slice(slash + 1));
  const [, name = '', itemPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(item) ?? [undefined, item, undefined];
  if (itemPort !== undefined && itemPort !== port) return false;
  // Only an IPv6 address with a port has brackets.
  const bare = (itemPort === undefined ? name : name.replace(/^\[|\]$/g, '')).replace(/^\*(?=\.)/, '');
  if (bare === '') return false;
  if (isIP(host) !== 0) return isIP(bare) === isIP(host) && inSubnet(host, bare, isIP(bare) === 4 ? '32' : '128');
  return bare.startsWith('.') ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
}

function inSubnet(host: string, network: string, prefix: string): boolean {
  const family = isIP(host);
  if (family === 0 || isIP(network) !== family || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
