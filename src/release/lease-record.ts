/**
 * A lease as it is stored, in annotations of a pending record: its holder, a counter of its renewals, and the holder's
 * process. It holds no time, because the clocks of two machines are never compared: a process that wants the release
 * watches whether the counter changes.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isOwnMark, ownMark, parseMark, stateOf } from '../process-mark.ts';
import type { KubeObject } from '../cluster/cluster.ts';
import { printable } from '../errors-text.ts';
import { textField } from '../yaml/value.ts';
import type { Release } from './release.ts';

/** A lease that was seen unchanged for this long may be taken over. */
export const LEASE_MS = 30_000;

const HOLDER = 'kubepkg.dev/lease-holder';
const RENEWALS = 'kubepkg.dev/lease-renewals';
const PROCESS = 'kubepkg.dev/lease-process';
const HOST = 'kubepkg.dev/lease-host';
/** The annotations of pkg 0.1: a process mark without the boot id of the machine, and the time of the last renewal. */
const OLD_HOLDER = 'kubepkg.dev/holder';
const OLD_RENEWED = 'kubepkg.dev/renewed';

/** A lease as a record holds it. `renewals` changes with each renewal; `process` is a process mark, `host` a name. */
export type LeaseRecord = { holder: string; renewals: string; process: string; host: string };

/** Reads the lease from a record's metadata; undefined for a record without one, as Helm writes them. */
export function leaseOf({ metadata }: Pick<KubeObject, 'metadata'>): LeaseRecord | undefined {
  const text = (name: string): string => textField(metadata['annotations'], name);
  const holder = text(HOLDER);
  if (holder !== '') return { holder, renewals: text(RENEWALS), process: text(PROCESS), host: text(HOST) };
  const old = text(OLD_HOLDER);
  return old === '' ? undefined : { holder: old, renewals: text(OLD_RENEWED), process: '', host: '' };
}

/** The annotations of a new lease. */
export function leaseAnnotations(holder: string): Record<string, string> {
  return { [HOLDER]: holder, [PROCESS]: ownMark(), [HOST]: hostname(), ...renewalAnnotations(0) };
}

/** The annotations that a renewal writes. */
export function renewalAnnotations(renewals: number): Record<string, string> {
  return { [RENEWALS]: String(renewals) };
}

/** The holder ids of the leases that this copy of pkg holds now. */
const held = new Set<string>();
let copy: string | undefined;

/** Makes the id of a new holder. Its first half is the same for all leases of this copy of the module in a process. */
export function newHolder(): string {
  copy ??= randomBytes(8).toString('hex');
  const holder = `${copy}-${randomBytes(8).toString('hex')}`;
  held.add(holder);
  return holder;
}

/** Forgets a lease. If its record could not be updated, the next operation finds that its holder is dead. */
export function letGo(holder: string): void {
  held.delete(holder);
}

/** Is the holder of a lease running or dead? `unknown` for processes of other machines and PID namespaces. */
export function holderState({ holder, process }: LeaseRecord): 'running' | 'dead' | 'unknown' {
  if (copy !== undefined && holder.startsWith(`${copy}-`)) return held.has(holder) ? 'running' : 'dead';
  const mark = parseMark(process);
  if (mark === undefined || isOwnMark(mark)) return 'unknown';
  const state = stateOf(mark);
  return state === 'stopped' ? 'unknown' : state;
}

/** A holder as messages name it: `process 4711 on ci-7`. */
export function describeHolder({ holder, process, host }: LeaseRecord): string {
  const mark = parseMark(process);
  if (mark !== undefined) return `process ${mark.pid} on ${printable(host)}`;
  const old = /^[0-9a-f]{10}-([0-9]{1,10})-/.exec(holder);
  return old === null ? printable(holder, 100) : `process ${old[1]} of an older pkg`;
}

/** A revision as messages name it: `shop revision 2 (pending-upgrade)`. */
export function describeRevision({ name, version, info }: Pick<Release, 'name' | 'version' | 'info'>): string {
  return `${printable(name)} revision ${version} (${info.status})`;
}

/** When the operation of a pending revision began, as its record says. */
export function begunAt({ info }: Release): string {
  const time = info.status === 'uninstalling' ? (info.deleted ?? info.last_deployed) : info.last_deployed;
  return time ?? 'an unknown time';
}

/** Does this status mean that an operation is in progress, or broke off? */
export function isPending(status: string): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}
