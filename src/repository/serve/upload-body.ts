/** Reads the body of an upload as ChartMuseum does: the bytes of a file, or a form with the fields `chart` and `prov`. */
import type { IncomingMessage } from 'node:http';
import { MAX_CHART } from '../../chart/limits.ts';
import { MAX_PROVENANCE } from '../remotes.ts';
import { Refusal } from './refusal.ts';

/** The files of an upload, by the fields of the form. */
export type Upload = { chart: Buffer | undefined; prov: Buffer | undefined };

/** The most bytes of a body: both files, and the boundaries of the form. */
const MAX_BODY = MAX_CHART + MAX_PROVENANCE + (64 << 10);

/**
 * Reads an upload.
 *
 * @param raw which file the body is where it is not a form
 * @throws {Refusal} 413 for too much, 400 for a form that cannot be read or has neither field
 */
export async function readUpload(request: IncomingMessage, raw: keyof Upload): Promise<Upload> {
  const type = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  if (!/^\s*multipart\/form-data\b/i.test(type)) return { chart: undefined, prov: undefined, [raw]: body };
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new Refusal(400, 'the form cannot be read');
  }
  const [chart, prov] = await Promise.all([fieldOf(form, 'chart'), fieldOf(form, 'prov')]);
  if (chart === undefined && prov === undefined) throw new Refusal(400, "the form has neither 'chart' nor 'prov'");
  return { chart, prov };
}

async function fieldOf(form: FormData, name: string): Promise<Buffer | undefined> {
  const value = form.get(name);
  if (value === null) return undefined;
  return typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
}

/**
 * Reads the body. One that is too large is read on and dropped, so that the client, which is still sending, gets the answer.
 */
function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new Refusal(413, `an upload has at most ${MAX_BODY >> 20} MiB`, { connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      reject(tooLarge);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}
