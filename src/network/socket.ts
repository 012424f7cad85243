/** Opening sockets: waiting until one is connected, and the certificate authorities to trust. */
import type { Socket } from 'node:net';
import type * as TlsModule from 'node:tls';

/** The authorities that Node.js and the system trust, as PEM texts. */
export function trustedAuthorities(tls: Pick<typeof TlsModule, 'getCACertificates'>): string[] {
  return [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
}

/**
 * Waits until a socket is connected, or until TLS is agreed on.
 *
 * @throws what the socket fails with, or the reason of the signal; the socket is destroyed then
 */
export async function waitUntilOpen<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  return await new Promise<S>((resolve, reject) => {
    const done = (act: () => void): void => {
      socket.off(event, onOpen).off('error', onError).off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      act();
    };
    const fail = (error: unknown): void =>
      done(() => {
        socket.on('error', () => {});
        socket.destroy();
        reject(error);
      });
    const onOpen = (): void => done(() => resolve(socket));
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    const onAbort = (): void => fail(signal.reason);
    socket.on(event, onOpen).on('error', onError).on('close', onClose);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
