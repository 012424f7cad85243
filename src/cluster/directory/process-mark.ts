/**
 * Marks by which a process can be recognised later, by another process: host, process id, and the
 * process-id namespace (two containers on one folder may well have the same host name).
 */
import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What a mark says. */
export type Mark = { host: string; pid: number };

let place: string | undefined;

/** Ten characters for "this host, as this process sees it". */
function ownHost(): string {
  if (place === undefined) {
    let namespace = '';
    try {
      namespace = readlinkSync('/proc/self/ns/pid');
    } catch {
      // not Linux
    }
    place = createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 10);
  }
  return place;
}

/** The mark of this process. */
export function ownMark(): string {
  return `${ownHost()}-${process.pid}`;
}

/** Reads a mark, and whatever follows it after a `-`; undefined for anything else. */
export function parseMark(text: string): Mark | undefined {
  const match = /^([0-9a-f]{10})-([1-9][0-9]{0,9})(?:-|$)/.exec(text);
  return match === null ? undefined : { host: match[1] ?? '', pid: Number(match[2]) };
}

/** Does the process live? Undefined when that cannot be told from here. */
export function isAlive(mark: Mark): boolean | undefined {
  if (mark.host !== ownHost()) return undefined;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, of another user
    return (error as { code?: string }).code === 'EPERM';
  }
}
