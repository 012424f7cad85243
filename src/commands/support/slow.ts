/** Tells what is waited for, where it takes long. */
import { printError } from '../../terminal/output.ts';

/** What takes less time goes unsaid. */
const QUIET_MS = 1_000;

/** Runs something that tells what it does, and prints that on standard error once a second. */
export async function tellingSlow<T>(work: (tell: (what: string) => void) => Promise<T>): Promise<T> {
  let doing = '';
  const timer = setInterval(() => {
    if (doing !== '') printError(`${doing}\n`);
    doing = '';
  }, QUIET_MS);
  try {
    return await work((what) => (doing = what));
  } finally {
    clearInterval(timer);
  }
}
