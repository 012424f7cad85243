/**
 * Caches the kinds of clusters in the user's cache folder. Without a folder, or with a damaged file, the server is
 * asked. Files are replaced atomically, so several processes can use them.
 */
import { rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../files.ts';
import { makeFolder } from '../../folders.ts';
import { isOwn, readOwnFile } from '../../read-file.ts';
import { isApiVersion, isName } from './answers.ts';
import type { Catalog } from './catalog.ts';

/** Increased when {@link Catalog} changes. */
const FORMAT = 2;

/** The most bytes of a file; one of a cluster with a thousand kinds has about 1 MiB. */
const MAX_BYTES = 32 << 20;

function folder(): string | undefined {
  const { env } = process;
  const base = env['XDG_CACHE_HOME'] || env['LOCALAPPDATA'] || (env['HOME'] && join(env['HOME'], '.cache'));
  const path = base ? join(base, 'kubepkg', 'discovery') : undefined;
  return path !== undefined && [dirname(path), path].every(isUsable) ? path : undefined;
}

/** Is a file owned by the user, and writable by nobody else? Another user could map kinds to wrong paths. */
function isUsable(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || isOwn(stat);
}

/** Reads the cached kinds of a cluster; undefined for none. */
export async function readCache(key: string): Promise<Catalog | undefined> {
  const path = folder();
  if (path === undefined) return undefined;
  try {
    const found = JSON.parse(readOwnFile(join(path, `${key}.json`), MAX_BYTES).toString('utf8')) as {
      format?: unknown;
      catalog: Catalog;
    };
    if (found.format !== FORMAT || !isCatalog(found.catalog)) return undefined;
    return found.catalog;
  } catch {
    return undefined;
  }
}

/** Writes the kinds of a cluster to the cache. Does nothing where that is not possible. */
export async function writeCache(key: string, catalog: Catalog): Promise<void> {
  const path = folder();
  if (path === undefined) return;
  const file = join(path, `${key}.json`);
  try {
    makeFolder(path, 0o700);
    // A folder under this name would keep the file from being replaced.
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(file, { recursive: true });
    writeFileAtomic(file, JSON.stringify({ format: FORMAT, catalog }), 0o600);
  } catch {
    // A cache that cannot be written costs the next command a request.
  }
}

function isCatalog(value: unknown): value is Catalog {
  const { time, roots } = (value ?? {}) as Partial<Catalog>;
  if (typeof time !== 'number' || typeof roots !== 'object' || roots === null) return false;
  return [roots.api, roots.apis].every(
    (root) =>
      /^[ -~]*$/.test(String(root?.etag)) &&
      typeof root?.etag === 'string' &&
      [root.apiVersions, root.subresourceKinds, root.down].every(
        (items) => Array.isArray(items) && items.every((item) => typeof item === 'string'),
      ) &&
      Array.isArray(root.resources) &&
      root.resources.every(
        (one) =>
          isApiVersion(one.apiVersion) &&
          isName(one.kind) &&
          isName(one.plural) &&
          typeof one.namespaced === 'boolean' &&
          Array.isArray(one.verbs),
      ),
  );
}
