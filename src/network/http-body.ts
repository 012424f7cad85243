/** Bodies of HTTP requests and answers as streams: cut into pieces, limited in size, read whole or thrown away. */
import { UnusableAnswer } from './http-messages.ts';
import type { HttpDownload, HttpRequest } from './http-messages.ts';
import type { PoolAnswer } from './pool.ts';

/** Larger bodies are sent in pieces of this size. */
const PIECE = 1 << 16;

/** A body that is sent piece by piece: if it were one piece, undici would take a slow upload for silence. */
export function inPieces(body: Uint8Array): Uint8Array | AsyncIterable<Uint8Array> {
  return body.length > PIECE ? piecesOf(body) : body;
}

async function* piecesOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE) yield body.subarray(at, at + PIECE);
}

/** The body of an answer; fails with {@link UnusableAnswer} past `limit` bytes. */
export async function* limited({ body }: PoolAnswer, limit: number, url: URL): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new UnusableAnswer('size', `sends more than ${limit >> 20} MiB`, url);
    yield chunk as Buffer;
  }
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
 * Reads a body. With a known length it is filled in place instead of joined: indexes of repositories have up to 140 MB.
 */
export async function readWhole(
  { body, length }: HttpDownload,
  { limit, onReceived }: Pick<HttpRequest, 'limit' | 'onReceived'>,
): Promise<Buffer> {
  if (length === undefined || !Number.isSafeInteger(length) || length < 0 || length > limit) {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      onReceived?.((size += chunk.length), undefined);
    }
    return Buffer.concat(chunks);
  }
  const whole = Buffer.allocUnsafe(length);
  let filled = 0;
  for await (const chunk of body) {
    filled += chunk.copy(whole, filled);
    onReceived?.(filled, length);
  }
  return whole.subarray(0, filled);
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
