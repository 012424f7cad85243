/** What asks a program to end; SIGHUP comes when its terminal is closed. */
export const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Waits until the program is asked to end. What asks once more ends it at once, as it ends any program.
 *
 * @param ready called when the first request to end would be heard
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
