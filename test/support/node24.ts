/** The oldest Node.js that pkg supports; the tests themselves run on the newest. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../controlplane/cache.ts';

const VERSION = '24.21.0';

/**
 * The path of Node 24, installed from npm if it is not in the cache folder. It is not a development dependency: two
 * packages that bring a `node` would both write `node_modules/.bin/node`.
 *
 * @returns undefined if npm cannot install it, which is an error with `CI=true`
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
    // Another process may have installed it meanwhile.
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
