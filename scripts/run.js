/**
 * `node scripts/run.js SCRIPT [ARGUMENT ...]` runs a script with the Node that the project brings along (the
 * `node` package), and installs the packages before, where they are missing or not those of the lock file.
 * This file itself must run on old Nodes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const node = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (!isInstalled()) {
  console.error('Installing packages (npm ci) ...');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { shell: process.platform === 'win32' });
}
run(node, process.argv.slice(2), {});

/** Does npm's own list of what lies in `node_modules` agree with the lock file? */
function isInstalled() {
  const installedList = join(modules, '.package-lock.json');
  if (!existsSync(node) || !existsSync(installedList)) return false;
  const installed = JSON.parse(readFileSync(installedList, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.keys(locked).every((path) => {
    const wanted = locked[path];
    if (path === '' || wanted.optional || wanted.peer || wanted.devOptional) return true;
    return installed[path] !== undefined && installed[path].version === wanted.version;
  });
}

/** Runs a program in the project's folder, its Node first on the PATH, and ends this one if it fails. */
function run(program, args, options) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const path = [join(modules, '.bin'), process.env.PATH].join(separator);
  const env = Object.assign({}, process.env, { PATH: path });
  const result = spawnSync(program, args, Object.assign({ cwd: root, stdio: 'inherit', env }, options));
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status === null ? 1 : result.status);
}
