/** The only places where pkg writes: results to standard output, everything else to standard error. */
import { writeSync } from 'node:fs';
import { printableJson, printableLines } from '../errors-text.ts';
import { isTerminal } from './color.ts';

/** Standard output or error was closed by whoever read it (`pkg list | head -1`). Ends the program quietly. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

/**
 * Writes text of pkg itself, which may hold colours. The caller makes parts from charts, records and clusters safe with
 * `printable`. Whole texts from there are written by {@link printDocument} and {@link printJson}.
 *
 * @throws {OutputClosedError} as all functions here do
 */
export function print(text: string): void {
  write(1, text);
}

/**
 * Writes a text that comes from a chart or a record: byte for byte into a file or pipe, and onto a terminal with
 * everything that the terminal would obey made visible.
 */
export function printDocument(text: string): void {
  print(isTerminal(1) ? printableLines(text) : text);
}

/** Writes JSON. Characters that are unsafe on a terminal are written as JSON escapes, which programs read as the same. */
export function printJson(text: string): void {
  print(printableJson(text));
}

/** Pieces of a text are joined up to this length before they are written. */
const AT_ONCE = 1 << 18;

/** As {@link printDocument}, for a text in pieces whose characters stand for one byte each. */
export function printBytes(pieces: Iterable<string>): void {
  const put = isTerminal(1)
    ? (bytes: string): void => print(printableLines(Buffer.from(bytes, 'latin1').toString('utf8')))
    : (bytes: string): void => write(1, bytes, 'latin1');
  let held = '';
  for (const piece of pieces) {
    held += piece;
    if (held.length < AT_ONCE) continue;
    put(held);
    held = '';
  }
  put(held);
}

/** Writes what is not the result: progress, warnings, errors. */
export function printError(text: string): void {
  write(2, text);
}

/**
 * Writes at once and without loading Node's streams, which would take longer than many a command. Only a pipe that
 * somebody made non-blocking, and that is full, needs them.
 */
function write(fd: 1 | 2, text: string, encoding: BufferEncoding = 'utf8'): void {
  if (text === '') return;
  let bytes: Uint8Array = Buffer.from(text, encoding);
  const stream = streams.get(fd);
  if (stream !== undefined) {
    stream.write(bytes);
    return;
  }
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN') {
        openStream(fd).write(bytes);
        return;
      }
      if (code !== 'EPIPE' && code !== 'EIO') throw error;
      // EIO comes from a terminal that was closed. The operation goes on: only its messages are lost.
      if (fd === 2) return;
      throw new OutputClosedError();
    }
  }
}

const streams: Map<number, NodeJS.WriteStream> = new Map();

function openStream(fd: 1 | 2): NodeJS.WriteStream {
  const stream = fd === 1 ? process.stdout : process.stderr;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
  streams.set(fd, stream);
  return stream;
}
