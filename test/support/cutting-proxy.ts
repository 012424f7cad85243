/** A loopback proxy before an HTTP server, for faults from outside: it cuts, delays or loses chosen requests. */
import { createServer, request as forward } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The fault of a request; undefined for none. */
export type Cut =
  /** The connection is reset; the server sees nothing. */
  | 'reset'
  /** The server handles the request; the connection is reset instead of the answer. */
  | 'lose-answer'
  /** The connection is reset in the middle of the answer's body. */
  | 'truncate'
  /** The body of the answer stops in the middle, and the connection stays open. */
  | 'stall'
  /** One byte of the answer's body is changed. */
  | 'damage'
  /** The answer's body is cut short, and its length in the head too. */
  | 'shorten'
  /** The request never gets an answer. */
  | 'hang'
  /** This answer is given, and the server does not see the request. */
  | { status: number; headers?: Record<string, string>; body?: string };

export type CuttingProxy = {
  /** `127.0.0.1:PORT` */
  host: string;
  /** All requests as `GET /v2/…`, without their queries. */
  requests: string[];
  close: () => void;
};

/**
 * Starts a proxy.
 *
 * @param upstream `HOST:PORT`
 * @param cut chooses the fault of a request by its number, from 1; the request waits until it has chosen
 */
export async function startCuttingProxy(
  upstream: string,
  cut: (number: number, request: IncomingMessage) => Cut | undefined | Promise<Cut | undefined>,
): Promise<CuttingProxy> {
  const requests: string[] = [];
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method} ${(incoming.url ?? '').replace(/\?.*/, '')}`);
    const number = requests.length;
    const { socket } = incoming;
    const reset = (): void => void socket.resetAndDestroy();
    incoming.on('error', () => undefined);
    response.on('error', () => undefined);
    void Promise.resolve(cut(number, incoming)).then((fault) => {
      if (fault === 'hang') return;
      if (fault === 'reset') {
        reset();
        return;
      }
      if (typeof fault === 'object') {
        incoming.resume();
        response.writeHead(fault.status, fault.headers).end(fault.body);
        return;
      }
      const [hostname, port] = upstream.split(':');
      const { method, url: path, headers } = incoming;
      const outgoing = forward({ hostname, port, method, path, headers }, (answer) => {
        if (fault === 'lose-answer') {
          answer.resume().on('end', reset);
          return;
        }
        if (fault === 'damage' || fault === 'shorten') {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const body = Buffer.concat(chunks);
            const changed =
              fault === 'shorten'
                ? body.subarray(0, -1)
                : Buffer.from(body.map((byte, at) => (at === body.length >> 1 ? byte ^ 1 : byte)));
            response.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'content-length': changed.length });
            response.end(changed);
          });
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        if (fault === 'truncate' || fault === 'stall') {
          answer.once('data', (chunk: Buffer) => {
            response.write(chunk.subarray(0, chunk.length >> 1));
            if (fault === 'truncate') setTimeout(reset, 20);
          });
          return;
        }
        answer.pipe(response);
      });
      outgoing.on('error', reset);
      incoming.pipe(outgoing);
    });
  });
  server.on('connection', (socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
