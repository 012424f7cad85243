/** The bodies of answers, read whole. */
import { gunzipOptions } from '../../gunzip.ts';
import { LostRequest } from './exchange.ts';
import type { Response } from './exchange.ts';

/**
 * The text of an answer, unpacked.
 *
 * @param most bytes that it may have, packed and unpacked
 * @param tooLarge the error for more
 * @throws LostRequest when it does not come whole
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

/** By events: hundreds of small answers come at once, and for each an iterator costs more than its bytes. */
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
    // It may have closed before anybody listened.
    if (body.destroyed) reject(cutShort());
  });
}

/** An answer whose end did not come. */
export function cutShort(): LostRequest {
  return new LostRequest(Object.assign(new Error('the answer is cut short'), { code: 'ECONNRESET' }), 'maybe');
}
