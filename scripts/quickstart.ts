/**
 * `npm run quickstart`: builds pkg and walks once through its main job: a release is installed, changed, and rolled
 * back. Each command is printed before its output. The objects live in a folder, so that no cluster is needed;
 * `npm run quickstart -- --cluster` takes the same steps on a real control plane of Kubernetes (`test/controlplane`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { listControlPlanes, startControlPlane, stopControlPlane } from '../test/controlplane/controlplane.ts';

const root: string = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({ options: { cluster: { type: 'boolean', default: false } } });

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
if (!run([join('scripts', 'build.ts')], {})) process.exit(1);
if (flags.cluster) await onCluster();
else inFolder();

function inFolder(): void {
  const target = `dir:${join(mkdtempSync(join(tmpdir(), 'pkg-quickstart-')), 'cluster')}`;
  if (!walk({ PKG_TARGET: target })) process.exit(1);
  console.log(`
Everything that the release consists of lies in ${target.slice('dir:'.length)}
Try more: export PKG_TARGET=${target}
          ${join('node_modules', '.bin', 'node')} ${join('bin', 'pkg.js')} --help`);
}

/** On a fresh control plane, which stays up afterwards unless a step fails. */
async function onCluster(): Promise<void> {
  const name = 'quickstart';
  for (const state of await listControlPlanes()) if (state.name === name) await stopControlPlane(state);
  console.log('Starting a control plane of Kubernetes ...');
  const state = await startControlPlane({ name, stay: true, say: (line) => console.log(line) });
  if (!walk({ KUBECONFIG: state.kubeconfig })) {
    await stopControlPlane(state);
    process.exit(1);
  }
  console.log(`
The control plane is up until you stop it: npm run cluster -- stop ${name}
Try more: export KUBECONFIG=${state.kubeconfig}
          ${join('node_modules', '.bin', 'node')} ${join('bin', 'pkg.js')} --help`);
}

/** Takes the steps until one fails, and says whether all did well. */
function walk(env: Record<string, string>): boolean {
  return STEPS.every(({ what, args }) => {
    console.log(`\n# ${what}\n$ pkg ${args.join(' ')}`);
    return run([join('bin', 'pkg.js'), ...args], env);
  });
}

/** Runs a script of the project, and says whether it did well. */
function run(args: readonly string[], env: Record<string, string>): boolean {
  const inherited = { ...process.env };
  delete inherited['PKG_TARGET'];
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...inherited, ...env },
  });
  if (result.error) throw result.error;
  return result.status === 0;
}
