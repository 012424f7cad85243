/**
 * A lease as annotations of a pending record: who holds it, how often it was renewed, and in which process. No time
 * is in it, for the clocks of two machines are not compared: who wants a release watches whether the lease is renewed.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isOwnMark, ownMark, parseMark, stateOf } from '../process-mark.ts';
import type { KubeObject } from '../cluster/cluster.ts';
import { printable } from '../errors-text.ts';
import { textField } from '../yaml/value.ts';
import type { Release } from './release.ts';

/** So long a lease has to be seen unchanged before somebody else may take it over. */
export const LEASE_MS = 30_000;

const HOLDER = 'kubepkg.dev/lease-holder';
const RENEWALS = 'kubepkg.dev/lease-renewals';
const PROCESS = 'kubepkg.dev/lease-process';
const HOST = 'kubepkg.dev/lease-host';
/** What pkg 0.1 wrote: a mark without the boot id of the machine, and the time of the last renewal. */
const OLD_HOLDER = 'kubepkg.dev/holder';
const OLD_RENEWED = 'kubepkg.dev/renewed';

/** What a record says of its holder. `renewals` changes with each renewal. */
export type LeaseRecord = { holder: string; renewals: string; process: string; host: string };

/** The lease of a record, whole or its metadata alone; undefined for none. */
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

/** What a renewal changes. */
export function renewalAnnotations(renewals: number): Record<string, string> {
  return { [RENEWALS]: String(renewals) };
}

/** Leases that this copy of pkg holds. */
const held = new Set<string>();
let copy: string | undefined;

/** The id of a new holder. It begins with what tells this copy of pkg from others in the same process. */
export function newHolder(): string {
  copy ??= randomBytes(8).toString('hex');
  const holder = `${copy}-${randomBytes(8).toString('hex')}`;
  held.add(holder);
  return holder;
}

/** Notes that a lease is not held any more: when its record could not be written it is nobody's. */
export function letGo(holder: string): void {
  held.delete(holder);
}

/** Does a holder surely work, or is surely dead? Both can be told of processes of this machine only. */
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

/** When the operation that a revision is pending for was begun, as it is recorded. */
export function begunAt({ info }: Release): string {
  const time = info.status === 'uninstalling' ? (info.deleted ?? info.last_deployed) : info.last_deployed;
  return time ?? 'an unknown time';
}

/** Does a record of this status say that somebody is at work? */
export function isPending(status: string): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}
