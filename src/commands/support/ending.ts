/** The signals that ask a process to end; SIGHUP comes when its terminal is closed. */
export const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Waits until the process is asked to end. A second signal ends it at once.
 *
 * @param ready called once the first signal would be handled
 */
export async function untilAsked(ready: () => void): Promise<void> {
  let end = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const signal of ENDING) process.on(signal, end);
  try {
    ready();
    await asked;
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}
