/** Builds the registry beside this file, once for each version of it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../controlplane/cache.ts';
import { findGo, runGo } from '../controlplane/go.ts';

const module: string = dirname(fileURLToPath(import.meta.url));

/**
 * The path of the registry, built if it was not yet (about a minute on two cores).
 *
 * @throws an `Error` where there is no Go, or no module to be had
 */
export async function registryBinary(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(module, file)));
  const key = `${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 12)}`;
  const binary = join(cacheFolder(), 'registry', key);
  if (existsSync(binary)) return binary;
  const say = (line: string): void => console.error(line);
  say('Building an OCI registry; this is done once and takes a minute');
  const go = await findGo(say);
  mkdirSync(dirname(binary), { recursive: true });
  const fresh = `${binary}.${process.pid}`;
  try {
    await runGo(go, module, ['build', '-ldflags', '-s -w', '-o', fresh, '.']);
    renameSync(fresh, binary);
  } finally {
    rmSync(fresh, { force: true });
  }
  return binary;
}
