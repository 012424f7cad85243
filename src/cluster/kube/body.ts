/** Reads the bodies of answers. */
import { gunzipOptions } from '../../gunzip.ts';
import { LostRequest } from './exchange.ts';
import type { Response } from './exchange.ts';

/**
 * Reads the text of an answer, and unpacks it.
 *
 * @param most the most bytes that it may have, packed and unpacked
 * @param tooLarge makes the error for more
 * @throws {LostRequest} when it ends too early
 */
export async function readText(response: Response, most: number, tooLarge: () => Error): Promise<string> {
  const bytes = await readBytes(response, most, tooLarge);
  const { headers, whole } = response;
  const length = headers['content-length'];
  if (!whole() || (length !== undefined && Number(length) !== bytes.length)) throw cutShort();
  if (headers['content-encoding'] !== 'gzip') return bytes.toString('utf8');
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(bytes, gunzipOptions(bytes, most)).toString('utf8');
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : cutShort();
  }
}

/** Reads by events instead of an iterator, which for hundreds of small answers costs more than their bytes. */
async function readBytes({ body }: Response, most: number, tooLarge: () => Error): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= most) return;
      reject(tooLarge());
      body.destroy();
    });
    body.once('end', () => resolve(Buffer.concat(chunks, size)));
    body.once('error', (error) => reject(new LostRequest(error, 'maybe')));
    body.once('close', () => {
      if (!body.readableEnded) reject(cutShort());
    });
    // A stream that closed before this emits no event any more.
    if (body.destroyed) reject(cutShort());
  });
}

/** The error for an answer that ended too early. */
export function cutShort(): LostRequest {
  return new LostRequest(Object.assign(new Error('the answer is cut short'), { code: 'ECONNRESET' }), 'maybe');
}
