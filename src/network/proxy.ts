/** Connections through proxies: HTTP's CONNECT (RFC 9110, section 9.3.6) and SOCKS 5 (RFC 1928, RFC 1929). */
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { basicAuthorization, bareHost, loginOf, portOf } from './address.ts';
import { trustedAuthorities, waitUntilOpen } from './socket.ts';

/** Where the proxy connects to. As in Go, `ca` and `insecure` are also used for TLS to the proxy itself. */
export type Destination = { host: string; port: number; ca: string | undefined; insecure: boolean };

/** The most bytes of the head of a proxy's answer. */
const MAX_HEAD = 16_384;

/**
 * Connects to a server through a proxy.
 *
 * @returns a socket whose other end is the destination
 * @throws Error when the proxy cannot be reached or refuses
 */
export async function connectThroughProxy(proxy: URL, to: Destination, signal: AbortSignal): Promise<Socket> {
  const socket = await connectToProxy(proxy, to, signal);
  const giveUp = (): void => void socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (proxy.protocol === 'http:' || proxy.protocol === 'https:') await connectByHttp(socket, proxy, to);
    else await connectBySocks(socket, proxy, to);
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function connectToProxy(proxy: URL, { ca, insecure }: Destination, signal: AbortSignal): Promise<Socket> {
  const host = bareHost(proxy);
  const port = portOf(proxy);
  if (proxy.protocol !== 'https:') return await waitUntilOpen(connectTcp({ host, port }), 'connect', signal);
  const tls = await import('node:tls');
  const trusted = trustedAuthorities(tls);
  const socket = tls.connect({
    host,
    port,
    servername: isIP(host) === 0 ? host : '',
    ca: ca === undefined ? trusted : [ca, ...trusted],
    rejectUnauthorized: !insecure,
    ALPNProtocols: ['http/1.1'],
  });
  return await waitUntilOpen(socket, 'secureConnect', signal);
}

async function connectByHttp(socket: Socket, proxy: URL, to: Destination): Promise<void> {
  const target = `${isIP(to.host) === 6 ? `[${to.host}]` : to.host}:${to.port}`;
  const login = loginOf(proxy);
  const header =
    login === undefined ? '' : `Proxy-Authorization: ${basicAuthorization(login.username, login.password)}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${header}\r\n`);
  const head = await readUntil(socket, (bytes) => {
    const end = bytes.indexOf('\r\n\r\n');
    return end < 0 ? undefined : end + 4;
  });
  const line = head.toString('latin1').split('\r\n', 1)[0] ?? '';
  if (/^HTTP\/1\.[01] 200\b/.test(line)) return;
  throw refused(proxy, `answered "${printable(line, 80)}"`, / 407\b/.test(line));
}

const SOCKS_REPLIES: readonly string[] = [
  '',
  'it failed',
  'its rules forbid it',
  'the network cannot be reached',
  'the host cannot be reached',
  'the connection was refused',
  'it took too long',
  'it knows no such command',
  'it knows no such address',
];

async function connectBySocks(socket: Socket, proxy: URL, to: Destination): Promise<void> {
  const { username, password } = loginOf(proxy) ?? { username: '', password: '' };
  socket.write(Buffer.from(username === '' ? [5, 1, 0] : [5, 2, 0, 2]));
  const choice = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2));
  if (choice[0] !== 5) throw refused(proxy, 'does not speak SOCKS 5', false);
  if (choice[1] === 2 && username !== '') {
    const [user, secret] = [Buffer.from(username), Buffer.from(password)];
    if (user.length > 255 || secret.length > 255)
      throw refused(proxy, 'takes names and passwords of up to 255 bytes', false);
    socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([secret.length]), secret]));
    const answer = await readUntil(socket, (bytes) => (bytes.length < 2 ? undefined : 2));
    if (answer[1] !== 0) throw refused(proxy, 'refused the name and password', true);
  } else if (choice[1] !== 0) {
    throw refused(proxy, 'asks for a login', true);
  }
  socket.write(
    Buffer.concat([Buffer.from([5, 1, 0]), socksAddress(to.host), Buffer.from([to.port >> 8, to.port & 255])]),
  );
  const reply = await readUntil(socket, socksReplyLength);
  const code = reply[1] ?? 1;
  if (code !== 0) throw refused(proxy, `could not connect: ${SOCKS_REPLIES[code] ?? `reply ${code}`}`, false);
}

function socksAddress(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from([1, ...host.split('.').map(Number)]);
  if (isIP(host) === 6) return Buffer.from([4, ...ipv6Bytes(host)]);
  const name = Buffer.from(host);
  return Buffer.concat([Buffer.from([3, name.length]), name]);
}

function ipv6Bytes(host: string): number[] {
  const [head = '', tail] = host.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const gap: number[] = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...gap, ...after].flatMap((word) => [word >> 8, word & 255]);
}

/** The length of a SOCKS reply, which depends on the type of the address in it; undefined while it is incomplete. */
function socksReplyLength(bytes: Buffer): number | undefined {
  if (bytes.length < 5) return undefined;
  const length = bytes[3] === 1 ? 10 : bytes[3] === 4 ? 22 : 7 + (bytes[4] ?? 0);
  return bytes.length < length ? undefined : length;
}

/** Reads until `complete` gives the length of the message. Bytes after it stay in the socket. */
async function readUntil(socket: Socket, complete: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const done = (): void => {
      socket.off('readable', onReadable).off('error', onError).off('close', onClose);
    };
    const onReadable = (): void => {
      for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;) {
        bytes = Buffer.concat([bytes, chunk]);
        const length = complete(bytes);
        if (length === undefined && bytes.length <= MAX_HEAD) continue;
        done();
        if (length === undefined)
          reject(new Error(`the head of the proxy's answer is larger than ${MAX_HEAD >> 10} KiB`));
        else {
          if (bytes.length > length) socket.unshift(bytes.subarray(length));
          resolve(bytes.subarray(0, length));
        }
        return;
      }
    };
    const onError = (error: Error): void => {
      done();
      reject(error);
    };
    const onClose = (): void =>
      onError(Object.assign(new Error('the proxy closed the connection'), { code: 'ECONNRESET' }));
    socket.on('readable', onReadable).on('error', onError).on('close', onClose);
    onReadable();
  });
}

function refused(proxy: URL, what: string, login: boolean): PkgError {
  return new PkgError('PKG_CLUSTER_UNREACHABLE', `the proxy ${printable(proxy.host)} ${what}`, {
    hints: [
      login
        ? 'write the name and password into the address of the proxy: http://NAME:PASSWORD@HOST:PORT'
        : 'name servers that need no proxy in NO_PROXY',
    ],
  });
}
