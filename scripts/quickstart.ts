/**
 * `npm run quickstart`: builds pkg and walks once through its main job, with no cluster: a release in a
 * folder is installed, changed, and rolled back. Each command is printed before its output.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root: string = dirname(dirname(fileURLToPath(import.meta.url)));
const folder: string = mkdtempSync(join(tmpdir(), 'pkg-quickstart-'));
const target: string = join(folder, 'cluster');

const STEPS: readonly { what: string; args: readonly string[] }[] = [
  { what: 'Install the sample chart', args: ['install', 'web', 'charts/web'] },
  {
    what: 'See what another value would change',
    args: ['diff', 'upgrade', 'web', 'charts/web', '--set', 'replicaCount=3'],
  },
  { what: 'Change it', args: ['upgrade', 'web', 'charts/web', '--set', 'replicaCount=3'] },
  { what: 'See its revisions', args: ['history', 'web'] },
  { what: 'Go back to the first', args: ['rollback', 'web', '1'] },
  { what: 'See how it stands', args: ['status', 'web'] },
];

console.log('Building ...');
run([join('scripts', 'build.ts')]);
for (const { what, args } of STEPS) {
  console.log(`\n# ${what}\n$ pkg ${args.join(' ')}`);
  run([join('bin', 'pkg.js'), ...args]);
}
console.log(`
Everything that the release consists of lies in ${target}
Try more: export PKG_TARGET=dir:${target}
          ${join('node_modules', '.bin', 'node')} ${join('bin', 'pkg.js')} --help`);

/** Runs a script of the project against the folder; ends with its status if it fails. */
function run(args: readonly string[]): void {
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PKG_TARGET: `dir:${target}` },
  });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}
