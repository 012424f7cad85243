/** Bodies of HTTP requests and answers as streams: cut into pieces, limited in size, read whole or thrown away. */
import { finished } from 'node:stream';
import type { Readable } from 'node:stream';
import { UnusableAnswer } from './http-messages.ts';
import type { HttpDownload, HttpRequest } from './http-messages.ts';

/** Larger bodies are sent in pieces of this size. */
const PIECE = 1 << 16;

/** A body that is sent piece by piece: if it were one piece, undici would take a slow upload for silence. */
export function inPieces(body: Uint8Array): Uint8Array | AsyncIterable<Uint8Array> {
  return body.length > PIECE ? piecesOf(body) : body;
}

async function* piecesOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}

/** An answer whose body is not read yet. */
export type Received = Omit<HttpDownload, 'body'> & { stream: Readable };

/** The body of an answer; fails with {@link UnusableAnswer} past `limit` bytes. */
export async function* limited({ stream, url }: Received, limit: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) throw tooLarge(limit, url);
    yield chunk as Buffer;
  }
}

function tooLarge(limit: number, url: URL): UnusableAnswer {
  return new UnusableAnswer('size', `sends more than ${limit >> 20} MiB`, url);
}

/** A body that calls `release` once it was read to its end, failed, or is not read further. */
export async function* releasing(body: AsyncIterable<Buffer>, release: () => void): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } finally {
    release();
  }
}

/**
 * Reads a body, by events instead of an iterator: that saves 6 ms of 107 when a chart of 5 MB is pulled. With a known
 * length it is filled in place instead of joined: indexes of repositories have up to 140 MB. Fails with
 * {@link UnusableAnswer} past the limit.
 */
export async function readWhole(
  { stream, length, url }: Received,
  { limit, onReceived }: Pick<HttpRequest, 'limit' | 'onReceived'>,
): Promise<Buffer> {
  const isKnown = length !== undefined && Number.isSafeInteger(length) && length >= 0 && length <= limit;
  const whole = isKnown ? Buffer.allocUnsafe(length) : undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      if (whole === undefined) chunks.push(chunk);
      else chunk.copy(whole, size);
      size += chunk.length;
      onReceived?.(size, isKnown ? length : undefined);
      if (size <= limit) return;
      reject(tooLarge(limit, url));
      stream.destroy();
    });
    finished(stream, (error) => {
      if (error) reject(error);
      else resolve(whole?.subarray(0, size) ?? Buffer.concat(chunks, size));
    });
  });
}

/** The most bytes that are read only to keep a connection: opening another one costs less than reading more. */
const MAX_DRAINED = 1 << 16;

/**
 * Reads the rest of a body that is not needed, so that its connection can be used again. With a long rest, the connection
 * is closed.
 */
export async function drain(body: AsyncIterable<Buffer>): Promise<void> {
  let size = 0;
  for await (const chunk of body) if ((size += chunk.length) > MAX_DRAINED) return;
}
