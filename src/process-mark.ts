/**
 * Marks in lock files and leases, by which another process finds out whether the writer still runs: machine and boot,
 * process id, and start time. The start time tells a process from a later one with the same id.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What a mark says. `started` is in clock ticks since the machine was booted; empty if that is unknown. */
export type Mark = { where: string; pid: number; started: string };

/** The state of a process: `stopped` by SIGSTOP or Ctrl-Z; `unknown` on another machine or in another namespace. */
export type ProcessState = 'running' | 'stopped' | 'dead' | 'unknown';

let machine: string | undefined;
let started: string | undefined;

/**
 * Sixteen characters for this boot of this machine and this PID namespace. Host names and namespace numbers are equal on
 * machines that are copies of one image; the boot id is not. Empty on systems without a boot id, which only Linux has:
 * there no process counts as dead.
 */
function ownMachine(): string {
  if (machine !== undefined) return machine;
  try {
    // `/proc` may be that of another PID namespace, for instance the host's in a container: its ids are not ours.
    if (readlinkSync('/proc/self') !== String(process.pid)) throw new Error('these are not our processes');
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The start time of a process differs between time namespaces.
    const namespaces = ['pid', 'time'].map((name) => linkText(`/proc/self/ns/${name}`));
    const text = [bootId, ...namespaces, hostname()].join('\n');
    machine = createHash('sha256').update(text).digest('hex').slice(0, 16);
  } catch {
    machine = '';
  }
  return machine;
}

function linkText(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // a kernel without such namespaces
  }
}

/** The mark of this process. It holds no spaces and may be part of a file name. */
export function ownMark(): string {
  return `${ownMachine() || 'unknown'}-${process.pid}-${ownStart() || '0'}`;
}

function ownStart(): string {
  started ??= statusOf(process.pid)?.started ?? '';
  return started;
}

/** Reads a mark, and whatever follows it after a `-`; undefined for anything else. */
export function parseMark(text: string): Mark | undefined {
  const match = /^([0-9a-f]{16}|unknown)-([1-9][0-9]{0,9})-([0-9]{1,20})(?:-|$)/.exec(text);
  if (match === null) return undefined;
  const [, where = '', pid, started = ''] = match;
  return { where, pid: Number(pid), started: started === '0' ? '' : started };
}

/** Is this the mark of this process? */
export function isOwnMark(mark: Mark): boolean {
  return mark.where === ownMachine() && mark.pid === process.pid && mark.started === ownStart();
}

/** The state of the process that wrote a mark. */
export function stateOf({ where, pid, started }: Mark): ProcessState {
  if (ownMachine() === '' || where !== ownMachine()) return 'unknown';
  const status = statusOf(pid);
  // Its files may be hidden from other users; whether it is there is not.
  if (status === undefined) return isThere(pid) ? 'unknown' : 'dead';
  if (started !== '' && status.started !== started) return 'dead';
  if (status.state === 'Z' || status.state === 'X') return 'dead';
  return status.state === 'T' || status.state === 't' ? 'stopped' : 'running';
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH';
  }
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statusOf(pid: number): { state: string; started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name of the program, which may hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
