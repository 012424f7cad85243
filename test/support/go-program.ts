/** Programs that tests build from a Go module of this repository, once for each version of it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from '../controlplane/cache.ts';
import { findGo, runGo } from '../controlplane/go.ts';

/** What to build: the folder of the module, the package in it, the linker's flags, and the text of the progress. */
export type GoProgram = {
  folder: string;
  target: string;
  ldflags: string;
  /** The release of Go, such as `go1.27.3`, if it is not that of the control plane. */
  toolchain?: string;
  message: string;
};

/**
 * The path of the program, built if it is not in the cache folder. Its key is the content of the module's folder,
 * build flags included. Processes that build at the same time do not disturb each other.
 *
 * @throws an `Error` where there is no Go, or the module cannot be downloaded
 */
export async function goProgram({ folder, target, ldflags, toolchain, message }: GoProgram): Promise<string> {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).toSorted()) hash.update(readFileSync(join(folder, file)));
  const key = `${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 12)}`;
  const binary = join(cacheFolder(), basename(folder), key);
  if (existsSync(binary)) return binary;
  const say = (line: string): void => console.error(line);
  say(message);
  const { program, env } = await findGo(say);
  const go = { program, env: toolchain === undefined ? env : { ...env, GOTOOLCHAIN: toolchain } };
  mkdirSync(dirname(binary), { recursive: true });
  const fresh = `${binary}.${process.pid}`;
  try {
    await runGo(go, folder, ['build', '-ldflags', ldflags, '-o', fresh, target]);
    renameSync(fresh, binary);
  } finally {
    rmSync(fresh, { force: true });
  }
  return binary;
}

/** The path of a program; undefined where it cannot be built, which is an error with `CI=true`. */
export async function findProgram(build: () => Promise<string>, what: string): Promise<string | undefined> {
  try {
    return await build();
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.log(`Tests with ${what} are skipped: ${(error as Error).message}`);
    return undefined;
  }
}
