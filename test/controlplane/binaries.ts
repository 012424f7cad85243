/**
 * The programs of the control plane: etcd, the parts of Kubernetes, and KWOK with its stages (what it plays). The first
 * of these places that has all of them is used: `KUBEBUILDER_ASSETS`, the cache folder, and a build of what the Go
 * module beside this file pins, which fills the cache folder.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.ts';
import { findGo, runGo } from './go.ts';
import type { Go } from './go.ts';

const module: string = dirname(fileURLToPath(import.meta.url));

/** The programs that a control plane consists of. */
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;
export type Program = (typeof PROGRAMS)[number];

/** What KWOK plays, as it comes with it: paths under `kustomize/stage` of its module. */
const STAGES = [
  'node/fast/node-initialize',
  'node/heartbeat-with-lease/node-heartbeat-with-lease',
  'pod/fast/pod-ready',
  'pod/fast/pod-complete',
  'pod/fast/pod-delete',
  'pod/chaos/pod-container-running-failed',
  'volume/fast/pv-bind',
  'volume/fast/pv-delete',
  'volume/fast/pvc-provision',
  'volume/fast/pvc-delete',
] as const;

/** Thrown where this machine can run no control plane. The message is one sentence that says why. */
export class ControlPlaneUnavailable extends Error {
  override name = 'ControlPlaneUnavailable';
}

/**
 * Finds the programs, or builds them once (about four minutes on two cores).
 *
 * @param say is called with each line of progress
 * @returns the folder that holds every one of {@link PROGRAMS}, and KWOK's stages under `stages/`.
 * @throws {ControlPlaneUnavailable} where they can neither be found nor built.
 */
export async function findBinaries(say: (line: string) => void): Promise<string> {
  if (process.platform === 'win32') throw new ControlPlaneUnavailable('the control plane does not run on Windows');
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets !== undefined && isComplete(assets)) return assets;
  const cached = join(cacheFolder(), 'controlplane', key());
  if (isComplete(cached)) return cached;
  try {
    await build(cached, say);
  } catch (error) {
    throw new ControlPlaneUnavailable(`its programs cannot be built: ${(error as Error).message}`, { cause: error });
  }
  return cached;
}

function isComplete(folder: string): boolean {
  const files = [...PROGRAMS, ...STAGES.map((stage) => join('stages', stageFile(stage)))];
  return files.every((file) => existsSync(join(folder, file)));
}

function stageFile(stage: string): string {
  return `${stage.replaceAll('/', '_')}.yaml`;
}

/** Other versions or another machine make other programs. */
function key(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)));
  return `${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 12)}`;
}

/** Builds into a folder beside `target`, and moves it there when it is whole. */
async function build(target: string, say: (line: string) => void): Promise<void> {
  say('Building a control plane; this is done once and takes some minutes');
  const go = await findGo(say);
  const folder = `${target}.${process.pid}`;
  mkdirSync(join(folder, 'stages'), { recursive: true });
  try {
    await buildPrograms(go, folder, say);
    const kwok = (await runGo(go, module, ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'])).trim();
    for (const stage of STAGES) {
      copyFileSync(join(kwok, 'kustomize', 'stage', `${stage}.yaml`), join(folder, 'stages', stageFile(stage)));
    }
    // Another process may have been quicker; its programs are the same.
    if (!isComplete(target)) {
      rmSync(target, { recursive: true, force: true });
      renameSync(folder, target);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildPrograms(go: Go, folder: string, say: (line: string) => void): Promise<void> {
  const total = (await runGo(go, module, ['list', '-deps', 'tool'])).trim().split('\n').length;
  let compiled = 0;
  const timer = setInterval(() => say(`  ${compiled} of at most ${total} packages compiled`), 15_000);
  try {
    await runGo(go, module, ['build', '-v', '-ldflags', linkerFlags(), '-o', `${folder}/`, 'tool'], (line) => {
      if (!line.startsWith('go: ')) compiled++;
    });
  } finally {
    clearInterval(timer);
  }
  // Go names a program by its package's folder.
  renameSync(join(folder, 'server'), join(folder, 'etcd'));
  say(`  done: ${readdirSync(folder).length - 1} programs`);
}

/** Without a version of its own the API server calls itself v0.0.0-master, which breaks `kubeVersion` constraints. */
function linkerFlags(): string {
  const version = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\S*)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'));
  if (version === null) throw new Error('go.mod pins no version of k8s.io/kubernetes');
  const facts = {
    gitVersion: version[1],
    gitMajor: version[2],
    gitMinor: version[3],
    gitTreeState: 'clean',
    gitCommit: '0'.repeat(40),
    buildDate: '1970-01-01T00:00:00Z',
  };
  const settings = Object.entries(facts).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...settings].join(' ');
}
