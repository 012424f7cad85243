/** The program that reads command lines by pflag. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goProgram } from '../support/go-program.ts';

/** The path of the program, built if it is not there. */
export async function pflagBinary(): Promise<string> {
  return await goProgram({
    folder: dirname(fileURLToPath(import.meta.url)),
    target: '.',
    ldflags: '-s -w',
    message: 'Building a reader of command lines; this is done once and takes some seconds',
  });
}
