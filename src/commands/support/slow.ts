/** Reports slow work on standard error. */
import { printError } from '../../terminal/output.ts';

/** The interval of reports; faster work is not reported. */
const QUIET_MS = 1_000;

/** Runs work that reports what it does. Once a second the latest report is printed on standard error. */
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
