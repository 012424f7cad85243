/** Waiting for a socket. */
import type { Socket } from 'node:net';

/**
 * Waits until a socket is connected, or until TLS is agreed on.
 *
 * @throws what the socket fails with, or the reason of the signal; the socket is destroyed then
 */
export async function opened<S extends Socket>(
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
