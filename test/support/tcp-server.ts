/** Servers of plain TCP, for answers that no HTTP server would send. */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server that hands each connection to a function. `close` ends its connections too. */
export async function startTcpServer(serve: (socket: Socket) => void): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
