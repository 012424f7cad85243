/** Whether this process runs one command and ends, as `pkg` does. A program that uses the library may run for days. */

let isOne = false;

/** Says that this process ends with the command that it runs. */
export function runOneCommand(): void {
  isOne = true;
}

/** Does this process end with the command that it runs? */
export function runsOneCommand(): boolean {
  return isOne;
}
