/** Proxies that stand between a client and a server: HTTP (`CONNECT`), the same over TLS, and SOCKS 5. */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export type ForwardProxyOptions = {
  scheme: 'http' | 'https' | 'socks5';
  /** The port on loopback to which all connections lead, whatever their destination. */
  to: number;
  /** The certificate of a proxy over TLS. */
  shown?: { certificate: string; key: string };
  /** The login that is required, `NAME:PASSWORD`; undefined for none. */
  login?: string;
};

export type ForwardProxy = {
  port: number;
  /** Destinations that were asked for, as `HOST:PORT`. */
  asked: string[];
  close: () => void;
};

/** Starts a proxy on a free port. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const { scheme, to, shown, login } = options;
  const asked: string[] = [];
  const sockets = new Set<Duplex>();

  function join(near: Duplex, head: Buffer): void {
    const far = connect(to, '127.0.0.1');
    sockets.add(near).add(far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    if (head.length > 0) far.write(head);
    near.pipe(far).pipe(near);
  }

  function onConnect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined);
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    asked.push(request.url ?? '');
    socket.write('HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n');
    join(socket, head);
  }

  let server: Server;
  if (scheme === 'socks5') {
    server = createTcpServer(
      (socket) =>
        void serveSocks(socket, login, asked).then(
          () => join(socket, Buffer.alloc(0)),
          () => socket.destroy(),
        ),
    );
  } else {
    server =
      scheme === 'http'
        ? createHttpServer().on('connect', onConnect)
        : createHttpsServer({ cert: shown?.certificate, key: shown?.key }).on('connect', onConnect);
  }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** SOCKS 5 (RFC 1928, RFC 1929), for clients whose login is accepted. */
async function serveSocks(socket: Socket, login: string | undefined, asked: string[]): Promise<void> {
  const take = async (length: number): Promise<Buffer> => {
    for (;;) {
      const bytes = socket.read(length) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise<void>((resolve, reject) => {
        socket.once('readable', resolve);
        socket.once('close', () => reject(new Error('closed')));
      });
    }
  };
  const [, methods = 0] = await take(2);
  const offered = await take(methods);
  const method = login === undefined ? 0 : 2;
  if (!offered.includes(method)) {
    socket.end(Buffer.from([5, 255]));
    throw new Error('no method in common');
  }
  socket.write(Buffer.from([5, method]));
  if (login !== undefined) {
    const [, nameLength = 0] = await take(2);
    const name = await take(nameLength);
    const [secretLength = 0] = await take(1);
    const secret = await take(secretLength);
    const isRight = `${name.toString()}:${secret.toString()}` === login;
    socket.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) throw new Error('wrong login');
  }
  const [, , , type = 0] = await take(4);
  let host: string;
  if (type === 3) {
    const [length = 0] = await take(1);
    host = (await take(length)).toString();
  } else {
    const bytes = await take(type === 1 ? 4 : 16);
    host = type === 1 ? bytes.join('.') : `[${bytes.toString('hex').match(/.{4}/g)?.join(':')}]`;
  }
  asked.push(`${host}:${(await take(2)).readUInt16BE()}`);
  socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 1]));
}
