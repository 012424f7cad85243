/** A chart repository on a plain web server: the files of a folder, over HTTP or TLS. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Authority, Pair } from '../controlplane/certificates.ts';

/** A request as it arrived. */
export type Asked = { path: string; authorization: string | undefined; certificate: string | undefined };

export type ChartServer = {
  port: number;
  url: string;
  asked: Asked[];
  close: () => void;
};

export type ChartServerOptions = {
  /** Serve over TLS, with this certificate. Clients may present one of this authority. */
  tls?: { shown: Pair; authority: Authority };
  /** Handles a request before the folder does; returns whether it answered. */
  serve?: (request: IncomingMessage, response: ServerResponse) => boolean;
};

/** Starts a server on a free port. */
export async function startChartServer(folder: string, options: ChartServerOptions = {}): Promise<ChartServer> {
  const { tls, serve } = options;
  const asked: Asked[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '', headers, socket } = request;
    const subject = tls === undefined ? undefined : (socket as TLSSocket).getPeerCertificate().subject;
    asked.push({ path: url, authorization: headers.authorization, certificate: subject?.CN?.toString() });
    if (serve?.(request, response) === true) return;
    const file = join(folder, decodeURIComponent(new URL(url, 'http://server').pathname));
    if (existsSync(file) && statSync(file).isFile()) response.end(readFileSync(file));
    else response.writeHead(404).end('not here');
  };
  const server =
    tls === undefined
      ? createServer(answer)
      : createHttpsServer(
          {
            cert: tls.shown.certificate,
            key: tls.shown.key,
            ca: tls.authority.certificate,
            requestCert: true,
            rejectUnauthorized: false,
          },
          answer,
        );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
