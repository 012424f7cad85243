/** A full disk: a small file system in memory, which every user may mount in a user namespace. */
import { spawn, spawnSync } from 'node:child_process';
import { temporaryFolder } from '../chart/support.ts';

/** Can such a disk be mounted? Not where user namespaces are forbidden, and not outside Linux. */
export const hasFullDisk: boolean = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

/** The result: exit statuses, the output of the first run, and the folder after each run. */
export type FullDisk = { first: number; second: number; stderr: string; full: string; freed: string };

const SCRIPT = `
disk=$1 from=$2 free=$3 full=$4 freed=$5; shift 5
mount -t tmpfs -o size=64m none "$disk" && cp -a "$from/." "$disk" && cd "$disk" || exit 9
export HOME=$PWD/home HELM_CACHE_HOME=$PWD/home/cache HELM_CONFIG_HOME=$PWD/home/config
dd if=/dev/zero of=ballast bs=64k status=none 2>/dev/null
truncate -s "-\${free}K" ballast
"$@"; first=$?
rm ballast; cp -a . "$full"
"$@" >/dev/null 2>&1; second=$?
cp -a . "$freed"
echo "$first $second" >&3
`;

/**
 * Runs a command in a copy of a folder that also holds its home, on a disk with so much free space, and once more with
 * enough space.
 *
 * @param free in KB
 */
export async function onFullDisk(folder: string, free: number, command: readonly string[]): Promise<FullDisk> {
  const [disk, full, freed] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const args = ['-rm', 'sh', '-c', SCRIPT, 'sh', disk, folder, String(free), full, freed, ...command];
  const child = spawn('unshare', args, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  let [stderr, statuses] = ['', ''];
  child.stdio[2]?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdio[3]?.on('data', (chunk: Buffer) => (statuses += chunk.toString()));
  await new Promise((resolve) => child.on('close', resolve));
  const [, first, second] = /^(\d+) (\d+)$/m.exec(statuses) ?? [];
  if (first === undefined || second === undefined) throw new Error(`no disk was made: ${stderr}`);
  return { first: Number(first), second: Number(second), stderr, full, freed };
}
