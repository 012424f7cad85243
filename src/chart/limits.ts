/** How much a chart may hold: Helm's bounds, and ours where Helm has none. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';

/** The most bytes that a chart may hold, together with all charts inside it. */
export const MAX_CHART: number = 100 << 20;
/** The most bytes of one file of a chart: since 4.3 Helm bounds only the whole chart. */
export const MAX_FILE: number = MAX_CHART;

const LEAVE_OUT = 'list files that do not belong to the chart in .helmignore';

/** The most files and folders that a chart may hold, together with all charts inside it: each takes time to read. */
const MAX_ENTRIES = 100_000;

/** The bytes that are counted for each file or folder in addition, as for its header in a tar archive. */
const ENTRY = 512;

/** How many bytes and files a chart may still have. It is shared with all archives inside the chart, which may be nested. */
export class ChartBudget {
  #left: number = MAX_CHART;
  #entries = 0;

  /** The bytes that are left. */
  get left(): number {
    return this.#left;
  }

  /**
   * Subtracts bytes.
   *
   * @param location the chart, for the message
   * @throws {PkgError} `PKG_CHART_TOO_LARGE`
   */
  spend(bytes: number, location: string): void {
    this.#left -= bytes;
    if (this.#left < 0) throw chartTooLarge(location);
  }

  /** Subtracts a file or folder of a chart folder. @throws {PkgError} as {@link spend} does */
  spendEntry(bytes: number, location: string): void {
    this.countEntry(location);
    this.spend(ENTRY + bytes, location);
  }

  /** Counts a file or folder whose bytes were subtracted already. @throws {PkgError} as {@link spend} does */
  countEntry(location: string): void {
    if (++this.#entries > MAX_ENTRIES) {
      throw new PkgError('PKG_CHART_TOO_LARGE', `this chart holds more than ${MAX_ENTRIES} files and folders`, {
        at: { file: location },
        hints: [LEAVE_OUT],
      });
    }
  }
}

/** The error for a chart that holds too much. */
export function chartTooLarge(location: string): PkgError {
  return new PkgError('PKG_CHART_TOO_LARGE', `this chart holds more than ${MAX_CHART >> 20} MiB`, {
    at: { file: location },
    hints: [LEAVE_OUT],
  });
}

/**
 * Refuses a file that is too large.
 *
 * @param locationOf tells where it is, for the message
 * @throws {PkgError} `PKG_CHART_TOO_LARGE`
 */
export function checkFileSize(name: string, size: number, locationOf: () => string): void {
  if (size > MAX_FILE) throw fileTooLarge(name, locationOf());
}

/** The error for a file of a chart that is too large. */
export function fileTooLarge(name: string, location: string): PkgError {
  return new PkgError('PKG_CHART_TOO_LARGE', `${printable(name)} is larger than ${MAX_FILE >> 20} MiB`, {
    at: { file: location },
    hints: ['list it in .helmignore if it does not belong to the chart'],
  });
}
