/** The oldest Node that pkg runs on, beside the one that runs the tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../controlplane/cache.ts';

const VERSION = '24.21.0';

/**
 * The path of Node 24, installed from npm if it is not in the cache folder. It is no development dependency: two
 * packages that bring a `node` would both write `node_modules/.bin/node`.
 *
 * @returns undefined where npm cannot get it, which under `CI=true` is a failure
 */
export function findNode24(): string | undefined {
  const place = join(cacheFolder(), 'node', VERSION);
  const node = join(place, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) return node;
  mkdirSync(dirname(place), { recursive: true });
  const fresh = mkdtempSync(`${place}-`);
  try {
    const manifest = { private: true, dependencies: { node: VERSION }, allowScripts: { node: true } };
    writeFileSync(join(fresh, 'package.json'), JSON.stringify(manifest));
    const args = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
    const { status, stderr, error } = spawnSync('npm', args, {
      cwd: fresh,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(`Node ${VERSION} cannot be installed: ${error?.message ?? stderr}`);
    // Another process may have been faster.
    if (!existsSync(place)) renameSync(fresh, place);
    return node;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.log(`Tests on Node 24 are skipped: ${(error as Error).message}`);
    return undefined;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
