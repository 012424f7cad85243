/** Loads schemas that a chart's schema refers to by address: from a folder, from the network, or both. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { MAX_FILE } from '../chart/limits.ts';
import type { SchemaLoader } from '../chart/schema.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { writeFileAtomic } from '../files.ts';
import { cacheLater, readRunCache } from '../run-cache.ts';
import { FileReadError, readRegularFile } from '../read-file.ts';
import { sha256Of } from './digest.ts';
import { DEFAULT_TRUST, RemoteClient } from './http.ts';
import type { Answer } from './http.ts';
import { shownUrl } from './urls.ts';

/** Sources of schemas. */
export type SchemaSources = {
  /** A folder with schemas as `HOST/PATH`, into which fetched ones are written; `''` for none. */
  folder: string;
  /** Whether schemas may be fetched, over HTTPS. */
  allowRemote: boolean;
  env: NodeJS.ProcessEnv;
};

/** The most schemas that are loaded in a run; schemas in use refer to a few others. */
const MAX_FETCHED = 50;
/** Milliseconds for one request, and for all of a run: after that no further request is started. */
const TIMES = { connect: 5_000, silence: 5_000, whole: 10_000, patience: 0 };
const ALL_MS = 30_000;

/**
 * Loads schemas from the folder, else from the network. Without a folder, fetched schemas are cached with their ETag, and
 * the server is asked each time whether they have changed.
 */
export function schemaLoader(sources: SchemaSources): SchemaLoader {
  const loaded = new Map<string, Promise<Uint8Array>>();
  const network = new SchemaNetwork(sources.env);
  const load = async (address: string): Promise<Uint8Array> => {
    const url = new URL(address);
    const file = sources.folder === '' ? '' : join(sources.folder, ...pathOf(url));
    const found = file === '' ? undefined : readFromFolder(file);
    if (found !== undefined) return found;
    if (!sources.allowRemote) {
      throw failure(`the schema refers to ${shownUrl(url)}, and ${printable(file)} does not exist`, [
        'put the schema there, or give --allow-remote-schemas once to have it fetched into the folder',
      ]);
    }
    const body = await network.fetch(url, file === '');
    if (file !== '') writeCached(file, body);
    return body;
  };
  return (address) => {
    const known = loaded.get(address) ?? load(address);
    loaded.set(address, known);
    return known;
  };
}

/** Where a schema lies in the folder. Addresses that were parsed hold no `..` and no backslashes. */
function pathOf({ hostname, port, pathname, search }: URL): string[] {
  const path = `${pathname}${pathname.endsWith('/') ? 'index.json' : ''}${search.replace('?', '@')}`;
  return [port === '' ? hostname : `${hostname}_${port}`, ...path.split('/')];
}

function readFromFolder(file: string): Buffer | undefined {
  try {
    return readRegularFile(file, MAX_FILE);
  } catch (error) {
    if (!(error instanceof FileReadError)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw failure(`the schema ${printable(file)} ${error.reason}`, [], error);
  }
}

function writeCached(file: string, body: Uint8Array): void {
  try {
    writeFileAtomic(file, body);
  } catch {
    // The folder may be read-only: then the next run fetches the schema again.
  }
}

class SchemaNetwork {
  readonly #env: NodeJS.ProcessEnv;
  #fetched = 0;
  #until = 0;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  async fetch(address: URL, keep: boolean): Promise<Uint8Array> {
    const url = new URL(address);
    // The metaschemas of the drafts have http:// addresses, and are built into Helm.
    if (url.host === 'json-schema.org') url.protocol = 'https:';
    if (url.protocol !== 'https:') {
      throw failure(`the schema refers to ${shownUrl(url)}, and schemas are fetched over HTTPS only`, [
        'give --schema-cache DIR, a folder that holds it as DIR/HOST/PATH',
      ]);
    }
    if (++this.#fetched > MAX_FETCHED) throw failure(`the schemas refer to more than ${MAX_FETCHED} others`);
    this.#until ||= Date.now() + ALL_MS;
    if (Date.now() > this.#until) throw failure(`fetching schemas takes more than ${ALL_MS / 1000} seconds`);
    const name = `schema-${sha256Of(url.href).slice(0, 32)}`;
    const cached = keep ? parseCached(readRunCache(name)) : undefined;
    const answer = await this.#ask(url, cached?.etag);
    if (answer.status === 304 && cached !== undefined) return cached.body;
    if (answer.status !== 200) throw failure(`${shownUrl(url)} cannot be fetched: the server says ${answer.status}`);
    const { etag } = answer.headers;
    if (keep && typeof etag === 'string') cacheLater(name, () => printCached(etag, answer.body));
    return answer.body;
  }

  async #ask(url: URL, etag: string | undefined): Promise<Answer> {
    const client = new RemoteClient(DEFAULT_TRUST, this.#env, TIMES);
    try {
      return await client.fetch(url, {
        limit: MAX_FILE,
        httpsOnly: true,
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      });
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      throw failure(`the schema cannot be fetched: ${error.message}`, error.hints, error);
    } finally {
      await client.close();
    }
  }
}

/** A cached schema: a hash over the rest, the ETag, and the schema. The hash detects damage, which could change results. */
function printCached(etag: string, body: Buffer): Buffer[] {
  const content = [Buffer.from(`${etag}\n`, 'latin1'), body];
  return [sha256(Buffer.concat(content)), ...content];
}

function parseCached(bytes: Buffer | undefined): { etag: string; body: Buffer } | undefined {
  const content = bytes?.subarray(HASH);
  const end = content?.indexOf('\n') ?? -1;
  if (bytes === undefined || content === undefined || end < 0) return undefined;
  if (!sha256(content).equals(bytes.subarray(0, HASH))) return undefined;
  return { etag: content.toString('latin1', 0, end), body: content.subarray(end + 1) };
}

const HASH = 32;

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function failure(message: string, hints: readonly string[] = [], cause?: unknown): PkgError {
  return new PkgError('PKG_SCHEMA_REMOTE', message, { hints, ...(cause === undefined ? {} : { cause }) });
}
